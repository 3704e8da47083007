import {experiment} from "../../experiment/experiment.js";
import {encodeValues} from "../../formats/cast.js";
import {codedBits, compressBf16, countExponents} from "../../formats/dfloat11/compress.js";
import {codeLengths} from "../../formats/dfloat11/huffman.js";
import {bf16} from "../../formats/element.js";
import type {Tensor} from "../../tensor/tensor.js";
import {DATA_NEEDS, SOURCES, seedParam, sourceParam, tensorsOf} from "./sources.js";

const CHUNK_BYTES = [4, 8, 16, 32, 64, 128] as const;
/** The kernel's own threads of a block. */
const THREADS = 512;

/** Bits that counts need at least for each of what they count. (Shannon) */
function entropy(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  let bits = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] > 0) bits -= (counts[i] / total) * Math.log2(counts[i] / total);
  }
  return bits;
}

function countMantissas(words: Uint16Array): Uint32Array {
  const counts = new Uint32Array(128);
  for (let i = 0; i < words.length; i++) counts[words[i] & 127]++;
  return counts;
}

const wordsOf = ({data}: Tensor): Uint16Array => encodeValues(bf16, data, {overflow: "inf"}) as Uint16Array;

/** All words of a source as one, as a model's file has them: one code for all. */
function joined(tensors: Iterable<Tensor>): Uint16Array {
  const parts = Array.from(tensors, wordsOf);
  const all = new Uint16Array(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** BF16 without loss: exponents in a prefix code, with what threads need to begin anywhere. */
export const lossless = experiment({
  id: "formats/lossless",
  title: "Lossless and still smaller",
  question:
    "How much smaller do BF16 weights get without losing a bit, and what does decoding by many threads cost of it?",
  source: "DFloat11, arXiv:2504.11651, section 2",
  params: {
    distribution: sourceParam,
    chunks: {
      kind: "choices",
      label: "Bytes of codes a thread",
      options: CHUNK_BYTES,
      default: CHUNK_BYTES,
    },
    seed: seedParam,
  },
  columns: {
    distribution: {type: "string", label: "Values"},
    bytesPerThread: {type: "integer", label: "Bytes of codes a thread"},
    elements: {type: "number", label: "Elements"},
    entropy: {type: "number", label: "Entropy of the exponents", unit: "bits", provenance: "measured"},
    coded: {type: "number", label: "Code of an exponent, mean", unit: "bits", provenance: "measured"},
    mantissaEntropy: {
      type: "number",
      label: "Entropy of the mantissas",
      unit: "bits",
      provenance: "measured",
    },
    longest: {type: "integer", label: "Longest code", unit: "bits"},
    bitsPerElement: {type: "number", label: "Size", unit: "bits per element", provenance: "measured"},
    sizeShare: {type: "number", label: "Size over that of BF16", provenance: "measured"},
    overhead: {
      type: "number",
      label: "Gaps, positions, code and filling over the rest",
      provenance: "measured",
    },
  },
  tables: {
    exponents: {
      distribution: {type: "string", label: "Values"},
      exponent: {type: "integer", label: "Exponent, 127 is 2 to the 0"},
      share: {type: "number", label: "Share of the values", provenance: "measured"},
      bits: {type: "integer", label: "Bits of its code"},
    },
  },
  needs: DATA_NEEDS,
  sweep: SOURCES.map((distribution) => ({distribution})),
  async run({distribution, chunks, seed}, {data, progress}) {
    const words = joined(tensorsOf(distribution, seed, data).values());
    const counts = countExponents(words);
    const code = codeLengths(counts);
    const coded = codedBits(code, counts) / words.length;
    const common = {
      distribution,
      elements: words.length,
      entropy: entropy(counts),
      coded,
      mantissaEntropy: entropy(countMantissas(words)),
      longest: code.lengths[code.lengths.length - 1],
    };
    const rows = [];
    for (const [index, bytesPerThread] of chunks.entries()) {
      await progress(index / chunks.length, `${bytesPerThread} bytes`);
      const parts = compressBf16(words, {bytesPerThread, threadsPerBlock: THREADS});
      const bytes = Object.values(parts).reduce((sum, part) => sum + part.byteLength, 0);
      const bitsPerElement = (8 * bytes) / words.length;
      rows.push({
        ...common,
        bytesPerThread,
        bitsPerElement,
        sizeShare: bitsPerElement / 16,
        overhead: bitsPerElement / (8 + coded) - 1,
        provenance: "measured" as const,
      });
    }
    const exponents = Array.from(code.symbols, (exponent, i) => ({
      distribution,
      exponent,
      share: counts[exponent] / words.length,
      bits: code.lengths[i],
      provenance: "measured" as const,
    })).sort((a, b) => a.exponent - b.exponent);
    return {rows, exponents};
  },
});
