/** Compressed BF16 words back, one code after the other, or as threads of a graphics processor do it. */
import {packedLength, unpackCodes} from "../pack.js";
import {CHUNKS, type Chunks, type CompressedParts, GAP_BITS, requireChunks} from "./compress.js";
import {type CodeLengths, decodingTables, isPrefixCode, NEXT_TABLE} from "./huffman.js";

/** Checked parts as a decoder reads them, the stream with two bytes beyond its end. */
export interface OpenedParts {
  readonly count: number;
  readonly code: CodeLengths;
  readonly signMantissas: Uint8Array;
  readonly stream: Uint8Array;
  readonly threads: number;
  readonly tables: Uint16Array;
  readonly gaps: ArrayLike<number>;
  readonly positions: Uint32Array;
}

const refuse = (what: string, allowed: string, got: unknown): RangeError =>
  new RangeError(`expandBf16: ${what} must be ${allowed}, got ${got}`);

function codeOf({code}: CompressedParts): CodeLengths {
  const lengths = {
    symbols: code.filter((_, i) => i % 2 === 0),
    lengths: code.filter((_, i) => i % 2 === 1),
  };
  if (code.length % 2 === 0 && isPrefixCode(lengths)) return lengths;
  throw refuse("code", "a complete prefix code of at most 32 bits", `${code.length} bytes that are none`);
}

function requireLength(part: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw refuse(part, `of ${length} bytes`, bytes.length);
}

/**
 * Opens the parts of `count` words.
 * @throws RangeError if a part does not have the length of its shape, or the code is none.
 */
export function openParts(parts: CompressedParts, count: number, chunks: Chunks = CHUNKS): OpenedParts {
  requireChunks("expandBf16", chunks);
  const {signMantissas, exponents, gaps, positions} = parts;
  requireLength("signMantissas", signMantissas, count);
  const threads = Math.ceil(exponents.length / chunks.bytesPerThread);
  const blocks = Math.ceil(threads / chunks.threadsPerBlock);
  requireLength("exponents", exponents, threads * chunks.bytesPerThread);
  requireLength("gaps", gaps, packedLength(threads, GAP_BITS));
  requireLength("positions", positions, 4 * blocks);
  const code = codeOf(parts);
  const tables = decodingTables(code);
  const stream = new Uint8Array(exponents.length + 2);
  stream.set(exponents);
  return {
    count,
    code,
    signMantissas,
    stream,
    threads,
    tables,
    gaps: unpackCodes(gaps, GAP_BITS, threads),
    positions: new Uint32Array(positions.slice().buffer),
  };
}

const peek = (stream: Uint8Array, at: number): number => {
  const byte = at >> 3;
  return (((stream[byte] << 8) | stream[byte + 1]) >> (8 - (at & 7))) & 255;
};

/** The entry of the code that begins at a bit: its length times 256, and the symbol. */
function entryAt(stream: Uint8Array, tables: Uint16Array, at: number): number {
  let entry = tables[peek(stream, at)];
  for (let ahead = 8; entry >= NEXT_TABLE; ahead += 8) {
    entry = tables[(entry - NEXT_TABLE) * 256 + peek(stream, at + ahead)];
  }
  if (entry === 0) throw refuse("exponents", "codes of its prefix code", `other bits at bit ${at}`);
  return entry;
}

const wordOf = (signMantissa: number, exponent: number): number =>
  ((signMantissa & 0x80) << 8) | (exponent << 7) | (signMantissa & 0x7f);

/**
 * The words that `compressBf16` compressed, one code after the other.
 * @throws RangeError if a part does not have the length of its shape, the code is none, or the stream ends early or late.
 */
export function expandBf16(parts: CompressedParts, count: number, chunks: Chunks = CHUNKS): Uint16Array {
  const {signMantissas, stream, tables, threads} = openParts(parts, count, chunks);
  const words = new Uint16Array(count);
  const end = 8 * (stream.length - 2);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at >= end) throw refuse("exponents", `of ${count} codes`, `an end after ${i}`);
    const first = tables[peek(stream, at)];
    const entry = first !== 0 && first < NEXT_TABLE ? first : entryAt(stream, tables, at);
    words[i] = wordOf(signMantissas[i], entry & 255);
    at += entry >> 8;
  }
  if (!isAtEnd({stream, threads}, at, chunks)) {
    throw refuse("exponents", `of ${Math.ceil(at / 8)} bytes in whole chunks`, end / 8);
  }
  return words;
}

/** True if the bit after the last code is where a stream ends that is filled up to whole chunks. */
export const isAtEnd = (
  {stream, threads}: Pick<OpenedParts, "stream" | "threads">,
  at: number,
  {bytesPerThread}: Chunks = CHUNKS,
): boolean => at <= 8 * (stream.length - 2) && Math.ceil(at / (8 * bytesPerThread)) === threads;

/** A thread of a block by phase one: codes that begin in its chunk, and the bit after the last. */
interface Counted {
  readonly codes: number;
  readonly after: number;
}

/** Phase one of a thread: counts the codes that begin in its chunk, and writes nothing. Bits that fill up the last chunk count too. */
function countChunk({stream, tables, gaps}: OpenedParts, thread: number, chunkBits: number): Counted {
  let at = thread * chunkBits + gaps[thread];
  let codes = 0;
  for (; at < (thread + 1) * chunkBits; codes++) at += entryAt(stream, tables, at) >> 8;
  return {codes, after: at};
}

interface Place {
  readonly chunkBits: number;
  readonly from: number;
  readonly to: number;
}

/** Phase two of a thread: the same codes again, now written to its place in the output. */
function writeChunk(
  opened: OpenedParts,
  thread: number,
  {chunkBits, from, to}: Place,
  words: Uint16Array,
): void {
  const {stream, tables, gaps, signMantissas} = opened;
  let at = thread * chunkBits + gaps[thread];
  for (let i = from; i < to; i++) {
    const entry = entryAt(stream, tables, at);
    words[i] = wordOf(signMantissas[i], entry & 255);
    at += entry >> 8;
  }
}

/** Refuses a gap that is not where the chunk before ended: two threads would read one code, or none. */
function requireGap({gaps}: OpenedParts, thread: number, start: number, {after}: Counted): void {
  if (start + gaps[thread] !== after) {
    throw refuse(`gap of thread ${thread}`, `${after - start}`, gaps[thread]);
  }
}

/**
 * The same words by the two phases of the released kernel, its threads one after the other: each counts the codes of its chunk, an
 * exclusive sum over the block gives them their places, each decodes its chunk again and writes.
 * @throws RangeError as {@link expandBf16}, and if gaps or positions are not those of the stream.
 */
export function expandInTwoPhases(
  parts: CompressedParts,
  count: number,
  chunks: Chunks = CHUNKS,
): Uint16Array {
  const opened = openParts(parts, count, chunks);
  const chunkBits = 8 * chunks.bytesPerThread;
  const words = new Uint16Array(count);
  let last: Counted = {codes: 0, after: 0};
  let end = 0;
  for (const [block, position] of opened.positions.entries()) {
    if (position !== end) throw refuse(`position of block ${block}`, `${end}`, position);
    const first = block * chunks.threadsPerBlock;
    const threads = Math.min(chunks.threadsPerBlock, opened.threads - first);
    const counted = Array.from({length: threads}, (_, i) => countChunk(opened, first + i, chunkBits));
    counted.forEach(({codes}, i) => {
      const thread = first + i;
      requireGap(opened, thread, thread * chunkBits, i === 0 ? last : counted[i - 1]);
      const to = Math.min(count, end + codes);
      writeChunk(opened, thread, {chunkBits, from: end, to}, words);
      end = to;
    });
    last = counted[threads - 1];
  }
  if (end !== count) throw refuse("exponents", `of ${count} codes`, end);
  return words;
}
