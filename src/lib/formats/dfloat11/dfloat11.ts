import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {decodeValues, encodeValues} from "../cast.js";
import {bf16} from "../element.js";
import type {Format, Packed} from "../format.js";
import {CHUNKS, type Chunks, type CompressedParts, compressBf16, requireChunks} from "./compress.js";
import {expandBf16} from "./expand.js";

const PARTS = ["signMantissas", "exponents", "code", "gaps", "positions"] as const;

function requireParts({format, parts}: Packed): CompressedParts {
  const missing = PARTS.find((role) => parts[role] === undefined);
  if (missing !== undefined) throw new RangeError(`${format}.decode: ${missing} must be there, got none`);
  return parts as CompressedParts;
}

/**
 * BF16 without loss in fewer bytes: exponents, of which trained weights use few, in a prefix code. What a tensor takes depends on its
 * values: about 10.6 bits an element for normal ones. (DFloat11, arXiv:2504.11651)
 * @throws RangeError for chunks that there cannot be.
 */
export function dfloat11(options: Partial<Chunks> = {}): Format {
  const chunks = {...CHUNKS, ...options};
  requireChunks("dfloat11", chunks);
  const {bytesPerThread, threadsPerBlock} = chunks;
  const suffix = [
    ...(bytesPerThread === CHUNKS.bytesPerThread ? [] : [`t${bytesPerThread}`]),
    ...(threadsPerBlock === CHUNKS.threadsPerBlock ? [] : [`b${threadsPerBlock}`]),
  ];
  const id = ["dfloat11", ...suffix].join("_");
  return Object.freeze({
    id,
    title: "DFloat11",
    family: "baseline",
    convention: `BF16 bit for bit: Huffman-coded exponents, sign and mantissa as they are, ${bytesPerThread} bytes of codes a thread`,
    source: "DFloat11, arXiv:2504.11651, section 2",
    blockSize: null,
    codebook: bf16,
    layout: "streams",
    size: "by-values",
    encode: (x: Tensor): Packed => ({
      format: id,
      shape: [...x.shape],
      parts: compressBf16(encodeValues(bf16, x.data, {overflow: "inf"}) as Uint16Array, chunks),
    }),
    decode: (packed: Packed): Tensor => ({
      shape: [...packed.shape],
      data: decodeValues(bf16, expandBf16(requireParts(packed), elementCount(packed.shape), chunks)),
    }),
  });
}
