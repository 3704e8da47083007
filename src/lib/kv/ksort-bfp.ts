import {roundHalfEven} from "../formats/round.js";
import {requireFinite, requireInteger, tokenCount} from "./require.js";

/**
 * Block floating point: `blockSize` consecutive values of a row share the exponent E = floor(log2 max|x|) and keep
 * two's-complement mantissas of `bits` bits in steps of 2^(E - bits + 2), nearest, half to even. A block of zeros stays;
 * the last block of a row may be short. (Trukhanov and Soloveychik, arXiv:2403.20137, section 2)
 * @param x [rows, width]
 * @returns what the blocks stand for, [rows, width]
 * @throws RangeError if bits is not from 2 to 16, blockSize no integer of at least 1, or a value is not finite.
 */
export function blockFloat(
  x: Float32Array,
  width: number,
  {blockSize = 32, bits = 4}: BlockFloatOptions = {},
): Float32Array {
  const rows = tokenCount("blockFloat", x, width);
  requireInteger("blockFloat", "blockSize", blockSize, 1);
  if (!Number.isInteger(bits) || bits < 2 || bits > 16) {
    throw new RangeError(`blockFloat: bits must be an integer from 2 to 16, got ${bits}`);
  }
  requireFinite("blockFloat", "x", x);
  const y = new Float32Array(x.length);
  for (let row = 0; row < rows; row++) {
    for (let from = row * width; from < (row + 1) * width; from += blockSize) {
      quantizeBlock(x, y, from, Math.min(from + blockSize, (row + 1) * width), bits);
    }
  }
  return y;
}

export interface BlockFloatOptions {
  readonly blockSize?: number;
  /** Of a mantissa, its sign included. */
  readonly bits?: number;
}

function quantizeBlock(x: Float32Array, y: Float32Array, from: number, to: number, bits: number): void {
  let largest = 0;
  for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(x[i]!));
  if (largest === 0) return;
  const step = 2 ** (exponentOf(largest) - bits + 2);
  const highest = 2 ** (bits - 1) - 1;
  for (let i = from; i < to; i++) {
    y[i] = step * Math.min(highest, Math.max(-highest - 1, roundHalfEven(x[i]! / step)));
  }
}

/** floor(log2 x), exact: Math.log2 may land on the next integer just below a power of two. */
function exponentOf(x: number): number {
  const guess = Math.floor(Math.log2(x));
  return 2 ** guess > x ? guess - 1 : 2 ** (guess + 1) <= x ? guess + 1 : guess;
}

/** Mantissa and a share of the exponent's byte: bits + 8 / blockSize. */
export function blockFloatBitsPerValue({blockSize = 32, bits = 4}: BlockFloatOptions = {}): number {
  return bits + 8 / blockSize;
}

/**
 * K-sort: an order of a head's channels by the norm of their rows in W_k, largest first, so that blocks hold channels of
 * like size. Applied to queries and keys alike it changes no logit. With `isRotated`, pairs (c, c + headDim/2) of the
 * rotary embedding are moved together: pair c becomes pair p(c), so frequencies must be permuted with
 * {@link permutedFrequencies}. (arXiv:2403.20137, section 3)
 * @param wk [headDim, inputs], the rows of one head
 * @returns for each new channel the old one, [headDim]
 * @throws RangeError if wk does not hold whole rows, or headDim is odd where it is rotated.
 */
export function keySortOrder(wk: Float32Array, headDim: number, {isRotated = false} = {}): Int32Array {
  requireInteger("keySortOrder", "headDim", headDim, 1);
  const inputs = wk.length / headDim;
  if (!Number.isInteger(inputs)) {
    throw new RangeError(`keySortOrder: wk must hold ${headDim} rows, got ${wk.length} values`);
  }
  const squares = Float64Array.from({length: headDim}, (_, row) =>
    wk.subarray(row * inputs, (row + 1) * inputs).reduce((sum, value) => sum + value * value, 0),
  );
  if (!isRotated) return descending(squares);
  if (headDim % 2 !== 0) throw new RangeError(`keySortOrder: headDim must be even, got ${headDim}`);
  const half = headDim / 2;
  const pairs = descending(Float64Array.from({length: half}, (_, c) => squares[c]! + squares[c + half]!));
  return Int32Array.from([...pairs, ...pairs.map((c) => c + half)]);
}

function descending(x: Float64Array): Int32Array {
  return Int32Array.from(x.keys()).sort((a, b) => x[b]! - x[a]! || a - b);
}

/** The channels of x [rows, headDim] in a new order. */
export function permuteChannels(x: Float32Array, order: Int32Array): Float32Array {
  const width = order.length;
  return x.map((_, i) => x[i - (i % width) + order[i % width]!]!);
}

/** The rotary frequencies [headDim / 2] in the order of pairs that {@link keySortOrder} gave. */
export function permutedFrequencies(frequencies: Float64Array, order: Int32Array): Float64Array {
  return frequencies.map((_, c) => frequencies[order[c]!]!);
}
