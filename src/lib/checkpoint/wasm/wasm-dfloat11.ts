/** DFloat11 in WebAssembly: exponents in a prefix code whose tables are made here. */
import {
  CHUNKS,
  type CompressedParts,
  codedBits,
  compressedParts,
  emptyStream,
  endStream,
} from "../../formats/dfloat11/compress.js";
import {dfloat11} from "../../formats/dfloat11/dfloat11.js";
import {expandBf16, isAtEnd, openParts} from "../../formats/dfloat11/expand.js";
import {type CodeLengths, canonicalCodes, codeLengths} from "../../formats/dfloat11/huffman.js";
import type {Packed} from "../../formats/format.js";
import {prefixCodesWasm} from "../../kernels/generated/prefix-codes.js";
import {type WasmHeap, wasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import type {FastCodec} from "./wasm-codec.js";
import type {ShortFloatsKernel} from "./wasm-short-floats.js";

/** The kernel of prefix codes. */
export interface PrefixCodesKernel {
  countExponents(words: number, count: number, counts: number): void;
  splitWords(words: number, count: number, signMantissas: number): void;
  /** Gives the chunks in which a code begins. */
  writeCodes(
    words: number,
    count: number,
    table: number,
    stream: number,
    chunkBytes: number,
    gaps: number,
    perBlock: number,
    positions: number,
  ): number;
  swapBytes(from: number, count: number, to: number): void;
  /** Gives the bit after the last code; -1 where there is none. */
  readCodes(
    stream: number,
    end: number,
    several: number,
    tables: number,
    count: number,
    symbols: number,
  ): number;
  joinWords(exponents: number, signMantissas: number, count: number, words: number): void;
}

/** Words whose codes are sure to have less than 2^32 bits. */
const MOST = 2 ** 27;
/** Words that are joined at once. */
const AT_ONCE = 2 ** 12;
/** Bits of a place in the table of several codes, and the most symbols of its entries. */
const [PLACE_BITS, SEVERAL] = [11, 4];
/** Vectors may be written or read beyond the last word. */
const SLACK = 64;

const whole = (bytes: number): number => Math.ceil(bytes / SLACK) * SLACK + SLACK;

/** Entries of 64 bits: a code and above it its length. */
function codeTable(code: CodeLengths): Uint32Array {
  const table = new Uint32Array(512);
  const codes = canonicalCodes(code);
  code.symbols.forEach((symbol, i) => {
    table.set([codes[i], code.lengths[i]], 2 * symbol);
  });
  return table;
}

/** The number of the symbol whose whole code stands first in some bits, for all of them; -1 where it ends beyond. */
function firstSymbols(code: CodeLengths): Int32Array {
  const first = new Int32Array(2 ** PLACE_BITS).fill(-1);
  canonicalCodes(code).forEach((value, i) => {
    const free = PLACE_BITS - code.lengths[i];
    if (free >= 0) first.fill(i, value * 2 ** free, (value + 1) * 2 ** free);
  });
  return first;
}

/** For all 11 bits the whole codes that they begin with: up to four symbols, a byte each, then the bits and the number of them. */
function severalCodes(code: CodeLengths): Uint8Array {
  const first = firstSymbols(code);
  const entries = new Uint8Array(8 * first.length);
  for (let place = 0; place < first.length; place++) {
    const entry = entries.subarray(8 * place, 8 * place + 8);
    let [bits, count] = [0, 0];
    for (; count < SEVERAL; count++) {
      // Zeros fill up the bits that are left: a code that needs them is none of these.
      const i = first[(place << bits) & (first.length - 1)];
      if (i < 0 || bits + code.lengths[i] > PLACE_BITS) break;
      entry[count] = code.symbols[i];
      bits += code.lengths[i];
    }
    entry.set([bits, count], SEVERAL);
  }
  return entries;
}

/** Compresses the words at the start of scratch, of which so much is in use. */
function compressAt(
  heap: WasmHeap,
  kernel: PrefixCodesKernel,
  words: number,
  count: number,
): CompressedParts {
  const countsAt = words + whole(2 * count);
  heap.scratch(countsAt + 4096 - words);
  heap.bytes(countsAt, 4096).fill(0);
  kernel.countExponents(words, count, countsAt);
  const lists = heap.integers(countsAt, 1024);
  const counts = Uint32Array.from(
    {length: 256},
    (_, i) => lists[i] + lists[256 + i] + lists[512 + i] + lists[768 + i],
  );
  const code = codeLengths(counts);
  const bits = codedBits(code, counts);
  const stream = emptyStream(bits, CHUNKS);
  const {exponents, gaps, positions} = stream;
  const tableAt = countsAt;
  const restAt = tableAt + 2048;
  const streamAt = restAt + whole(count);
  const gapsAt = streamAt + whole(exponents.length);
  const positionsAt = gapsAt + whole(gaps.length);
  heap.scratch(positionsAt + whole(positions.byteLength) - words);
  heap.bytes(tableAt, 2048).set(new Uint8Array(codeTable(code).buffer));
  kernel.splitWords(words, count, restAt);
  const {threadsPerBlock, bytesPerThread} = CHUNKS;
  const begun = kernel.writeCodes(
    ...[words, count, tableAt, streamAt, bytesPerThread, gapsAt, threadsPerBlock, positionsAt],
  );
  kernel.swapBytes(streamAt, 4 * Math.ceil(bits / 32), streamAt);
  exponents.set(heap.bytes(streamAt, Math.ceil(bits / 8)));
  gaps.set(heap.bytes(gapsAt, begun));
  const blocks = Math.ceil(begun / threadsPerBlock);
  positions.set(heap.integers(positionsAt, blocks));
  endStream(stream, {begun, bits, words: count}, CHUNKS);
  return compressedParts(heap.bytes(restAt, count).slice(), code, stream);
}

/** Exponents of words in the memory of the kernel, and room behind them for {@link AT_ONCE} words and floats. */
interface Exponents {
  readonly at: number;
  readonly signMantissas: Uint8Array;
  readonly room: number;
}

/** Exponents of compressed words; null where the stream is none, which the definition says more about. */
function expandAt(
  heap: WasmHeap,
  kernel: PrefixCodesKernel,
  parts: CompressedParts,
  count: number,
): Exponents | null {
  const opened = openParts(parts, count);
  const {length} = parts.exponents;
  const several = heap.scratch(0);
  const tables = several + 8 * 2 ** PLACE_BITS;
  const stream = tables + whole(opened.tables.byteLength);
  const at = stream + whole(length);
  const room = at + whole(count);
  heap.scratch(room + 7 * AT_ONCE + 2 * SLACK - several);
  heap.bytes(several, 8 * 2 ** PLACE_BITS).set(severalCodes(opened.code));
  heap.bytes(tables, opened.tables.byteLength).set(new Uint8Array(opened.tables.buffer));
  heap.bytes(stream + length, SLACK).fill(0);
  heap.bytes(stream, length).set(parts.exponents);
  kernel.swapBytes(stream, length + SLACK, stream);
  const end = kernel.readCodes(stream, 8 * length, several, tables, count, at);
  return end >= 0 && isAtEnd(opened, end) ? {at, signMantissas: parts.signMantissas, room} : null;
}

/** Joins exponents with the rest of their words, some at a time; `take` finds them in the memory of the kernel. */
function joinAll(
  heap: WasmHeap,
  kernel: PrefixCodesKernel,
  {at, signMantissas, room}: Exponents,
  take: (first: number, some: number, words: number) => void,
): void {
  const rest = room + 2 * AT_ONCE;
  for (let first = 0; first < signMantissas.length; first += AT_ONCE) {
    const some = Math.min(AT_ONCE, signMantissas.length - first);
    heap.bytes(rest, some).set(signMantissas.subarray(first, first + some));
    kernel.joinWords(at + first, rest, some, room);
    take(first, some, room);
  }
}

const format = dfloat11();

/** Encoder and decoder of the format `dfloat11` beside its id. */
export function wasmDfloat11(
  heap: WasmHeap,
  codes: PrefixCodesKernel,
  floats: ShortFloatsKernel,
): readonly [string, FastCodec] {
  return [
    format.id,
    {
      encode: (x) => encode(heap, codes, floats, x),
      decode: (packed, into) => decode(heap, codes, floats, packed, into),
    },
  ];
}

function encode(
  heap: WasmHeap,
  codes: PrefixCodesKernel,
  floats: ShortFloatsKernel,
  {shape, data}: Tensor,
): Packed {
  const count = data.length;
  if (count === 0 || count > MOST) return format.encode({shape, data});
  const words = heap.scratch(whole(2 * count) + 4 * AT_ONCE);
  const floatsAt = words + whole(2 * count);
  for (let first = 0; first < count; first += AT_ONCE) {
    const some = Math.min(AT_ONCE, count - first);
    heap.floats(floatsAt, some).set(data.subarray(first, first + some));
    floats.toBf16(floatsAt, some, words + 2 * first);
  }
  return {format: format.id, shape: [...shape], parts: compressAt(heap, codes, words, count)};
}

function decode(
  heap: WasmHeap,
  codes: PrefixCodesKernel,
  floats: ShortFloatsKernel,
  packed: Packed,
  into?: Float32Array,
): Tensor {
  const count = elementCount(packed.shape);
  const parts = packed.parts as CompressedParts;
  const isWhole = count > 0 && count <= MOST && PARTS.every((part) => packed.parts[part] !== undefined);
  const exponents = isWhole ? expandAt(heap, codes, parts, count) : null;
  if (exponents === null) return format.decode(packed);
  const data = into?.length === count ? into : new Float32Array(count);
  joinAll(heap, codes, exponents, (first, some, words) => {
    const to = words + 3 * AT_ONCE + SLACK;
    floats.fromBf16(words, some, to);
    data.set(heap.floats(to, some), first);
  });
  return {shape: [...packed.shape], data};
}

const PARTS = ["signMantissas", "exponents", "code", "gaps", "positions"] as const;

/** Words of bfloat16 compressed and back by the kernel, as `compressBf16` and `expandBf16` do it. */
export interface WordCompressor {
  compress(words: Uint16Array): CompressedParts;
  expand(parts: CompressedParts, count: number): Uint16Array;
}

/** Makes a compressor of words with a memory of its own. */
export async function wordCompressor(): Promise<WordCompressor> {
  const heap = wasmHeap();
  const kernel = await heap.instantiate<PrefixCodesKernel>(prefixCodesWasm);
  return {
    compress(words) {
      const at = heap.scratch(whole(2 * words.length));
      heap.bytes(at, 2 * words.length).set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
      return compressAt(heap, kernel, at, words.length);
    },
    expand(parts, count) {
      const exponents = expandAt(heap, kernel, parts, count);
      if (exponents === null) return expandBf16(parts, count);
      const words = new Uint16Array(count);
      const bytes = new Uint8Array(words.buffer);
      joinAll(heap, kernel, exponents, (first, some, at) => bytes.set(heap.bytes(at, 2 * some), 2 * first));
      return words;
    },
  };
}
