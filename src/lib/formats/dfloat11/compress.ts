/**
 * BF16 words in less: exponents in a prefix code, sign and mantissa as they are, and beside them what lets threads begin anywhere.
 * (DFloat11, arXiv:2504.11651, section 2)
 */
import {requireInteger} from "../../tensor/require.js";
import {packCodes} from "../pack.js";
import {type CodeLengths, canonicalCodes, codeLengths} from "./huffman.js";

/** Bytes of the stream that a thread decodes, and threads of a block, which knows where its output begins. */
export interface Chunks {
  readonly bytesPerThread: number;
  readonly threadsPerBlock: number;
}

/** The chunks of the released kernel. */
export const CHUNKS: Chunks = Object.freeze({bytesPerThread: 8, threadsPerBlock: 512});

/** Bits that tell a thread at which bit of its chunk the first code begins. */
export const GAP_BITS = 5;

/** Compressed words by the roles of their bytes; all are empty for no words. */
export interface CompressedParts extends Record<string, Uint8Array> {
  /** A byte a word: the sign at the top, seven bits of mantissa. */
  signMantissas: Uint8Array;
  /** Codes of the exponents, the highest bit of a byte first, filled up to whole chunks. */
  exponents: Uint8Array;
  /** Two bytes a symbol of the code: the exponent, the bits of its code. */
  code: Uint8Array;
  /** Five bits a thread. */
  gaps: Uint8Array;
  /** Four bytes a block: words before it. */
  positions: Uint8Array;
}

/** Exponents by how often they occur. */
export function countExponents(words: Uint16Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = 0; i < words.length; i++) counts[(words[i] >> 7) & 255]++;
  return counts;
}

/** Bits that a code takes for symbols of some counts. */
export const codedBits = ({symbols, lengths}: CodeLengths, counts: ArrayLike<number>): number =>
  symbols.reduce((bits, symbol, i) => bits + counts[symbol] * lengths[i], 0);

/**
 * Checks sizes of chunks.
 * @throws RangeError for chunks in which a code of 32 bits could begin nowhere, or of no threads.
 */
export function requireChunks(where: string, {bytesPerThread, threadsPerBlock}: Chunks): void {
  requireInteger(where, "bytesPerThread", bytesPerThread, 4, 2 ** 16);
  requireInteger(where, "threadsPerBlock", threadsPerBlock, 1, 2 ** 16);
}

/** Codes one after the other, the bits before the first code of each chunk, and the words before each block. */
export interface CodeStream {
  readonly exponents: Uint8Array;
  readonly gaps: Uint8Array;
  readonly positions: Uint32Array;
}

/** Makes a stream of so many bits, all of them 0. */
export function emptyStream(bits: number, {bytesPerThread, threadsPerBlock}: Chunks): CodeStream {
  const threads = Math.ceil(bits / (8 * bytesPerThread));
  return {
    exponents: new Uint8Array(threads * bytesPerThread),
    gaps: new Uint8Array(threads),
    positions: new Uint32Array(Math.ceil(threads / threadsPerBlock)),
  };
}

/** Notes the last chunk where no code begins in it: the end of the last code may stand alone there. */
export function endStream(
  {gaps, positions}: CodeStream,
  {begun, bits, words}: {readonly begun: number; readonly bits: number; readonly words: number},
  {bytesPerThread, threadsPerBlock}: Chunks,
): void {
  if (begun === gaps.length) return;
  gaps[begun] = bits - begun * 8 * bytesPerThread;
  if (begun % threadsPerBlock === 0) positions[begun / threadsPerBlock] = words;
}

/** Writes codes one after the other, and notes for each chunk where its first code begins. */
function writeStream(words: Uint16Array, code: CodeLengths, bits: number, chunks: Chunks): CodeStream {
  const {bytesPerThread, threadsPerBlock} = chunks;
  const chunkBits = 8 * bytesPerThread;
  const stream = emptyStream(bits, chunks);
  const {exponents, gaps, positions} = stream;
  const [codeOf, lengthOf] = [new Uint32Array(256), new Uint8Array(256)];
  const codes = canonicalCodes(code);
  code.symbols.forEach((symbol, i) => {
    codeOf[symbol] = codes[i];
    lengthOf[symbol] = code.lengths[i];
  });
  let at = 0;
  let begun = 0;
  for (let i = 0; i < words.length; i++) {
    // No code is longer than a chunk: at most one chunk begins between two codes.
    if (at >= begun * chunkBits) {
      gaps[begun] = at - begun * chunkBits;
      if (begun % threadsPerBlock === 0) positions[begun / threadsPerBlock] = i;
      begun++;
    }
    const exponent = (words[i] >> 7) & 255;
    writeBits(exponents, at, codeOf[exponent], lengthOf[exponent]);
    at += lengthOf[exponent];
  }
  endStream(stream, {begun, bits, words: words.length}, chunks);
  return stream;
}

function writeBits(bytes: Uint8Array, at: number, code: number, length: number): void {
  for (let left = length; left > 0; ) {
    const position = at + length - left;
    const room = 8 - (position & 7);
    const taken = Math.min(room, left);
    const bits = Math.floor(code / 2 ** (left - taken)) & ((1 << taken) - 1);
    bytes[position >> 3] |= bits << (room - taken);
    left -= taken;
  }
}

function signMantissasOf(words: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(words.length);
  for (let i = 0; i < words.length; i++) bytes[i] = ((words[i] >> 8) & 0x80) | (words[i] & 0x7f);
  return bytes;
}

/**
 * Compresses BF16 words; `expandBf16` gives back every bit.
 * @throws RangeError for chunks that there cannot be.
 */
export function compressBf16(words: Uint16Array, chunks: Chunks = CHUNKS): CompressedParts {
  requireChunks("compressBf16", chunks);
  const counts = countExponents(words);
  const code = codeLengths(counts);
  const stream = writeStream(words, code, codedBits(code, counts), chunks);
  return compressedParts(signMantissasOf(words), code, stream);
}

/** Puts the parts together as they are stored. */
export function compressedParts(
  signMantissas: Uint8Array,
  code: CodeLengths,
  {exponents, gaps, positions}: CodeStream,
): CompressedParts {
  const pairs = new Uint8Array(2 * code.symbols.length);
  for (const [i, symbol] of code.symbols.entries()) pairs.set([symbol, code.lengths[i]], 2 * i);
  return {
    signMantissas,
    exponents,
    code: pairs,
    gaps: packCodes(gaps, GAP_BITS),
    positions: new Uint8Array(positions.buffer),
  };
}
