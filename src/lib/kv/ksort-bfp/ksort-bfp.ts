import type {Format, Packed} from "../../formats/format.js";
import {packCodes, packedLength, requirePart, unpackCodes} from "../../formats/pack.js";
import {roundHalfEven} from "../../formats/round.js";
import {requireFinite, requireInteger} from "../../tensor/require.js";
import {elementCount} from "../../tensor/tensor.js";
import {tokenCount} from "../token-count.js";

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
  checkOptions("blockFloat", {blockSize, bits});
  requireFinite("blockFloat", "x", x);
  const y = new Float32Array(x.length);
  for (let row = 0; row < rows; row++) {
    for (let from = row * width; from < (row + 1) * width; from += blockSize) {
      quantizeBlock(x, y, from, Math.min(from + blockSize, (row + 1) * width), bits);
    }
  }
  return y;
}

/** Options of block floating point. */
export interface BlockFloatOptions {
  readonly blockSize?: number;
  /** Of a mantissa, its sign included. */
  readonly bits?: number;
}

function checkOptions(where: string, {blockSize, bits}: Required<BlockFloatOptions>): void {
  requireInteger(where, "blockSize", blockSize, 1);
  requireInteger(where, "bits", bits, 2, 16);
}

function quantizeBlock(x: Float32Array, y: Float32Array, from: number, to: number, bits: number): void {
  const largest = absMax(x, from, to);
  if (largest === 0) return;
  const step = 2 ** (exponentOf(largest) - bits + 2);
  for (let i = from; i < to; i++) y[i] = step * mantissa(x[i] / step, bits);
}

function mantissa(steps: number, bits: number): number {
  const highest = 2 ** (bits - 1) - 1;
  return Math.min(highest, Math.max(-highest - 1, roundHalfEven(steps)));
}

function absMax(x: Float32Array, from: number, to: number): number {
  let largest = 0;
  for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(x[i]));
  return largest;
}

/** floor(log2 x), exact: Math.log2 may land on the next integer just below a power of two. -Infinity for 0. */
function exponentOf(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  const guess = Math.floor(Math.log2(x));
  return 2 ** guess > x ? guess - 1 : 2 ** (guess + 1) <= x ? guess + 1 : guess;
}

/** Exponents are stored as a byte, E + 127: a block below 2^-127 takes the steps of that one. */
const EXPONENT_BIAS = 127;
/** 2^E of each byte. */
const SCALES = Array.from({length: 256}, (_, byte) => 2 ** (byte - EXPONENT_BIAS));

/**
 * {@link blockFloat} as a format that packs: a mantissa of `bits` bits for each value and a byte for each block's
 * exponent. Blocks run along the last axis.
 * @throws RangeError as {@link blockFloat}; from encode, if a value is not finite.
 */
export function blockFloatFormat({blockSize = 32, bits = 4}: BlockFloatOptions = {}): Format {
  checkOptions("blockFloatFormat", {blockSize, bits});
  const id = `bfp${bits}_b${blockSize}`;
  const levels = 2 ** bits;
  const signed = (code: number) => (code < levels / 2 ? code : code - levels);
  const layout = ({shape}: Pick<Packed, "shape">) => {
    const count = elementCount(shape);
    const width = Math.max(1, shape.at(-1) ?? 1);
    const perRow = Math.ceil(width / blockSize);
    return {count, width, perRow, blocks: (count / width) * perRow};
  };
  return Object.freeze({
    id,
    title: `BFP${bits}`,
    family: "mx",
    convention: `two's-complement mantissas of ${bits} bits in steps of 2^(E - ${bits - 2}), E = floor(log2 amax) in 8 bits for each block of ${blockSize}, half to even`,
    source: "arXiv:2403.20137, section 2",
    blockSize,
    codebook: {bits, values: Array.from({length: levels}, (_, code) => signed(code) / 2 ** (bits - 2))},
    ...(bits <= 8 && {reading: {groupSize: blockSize, scales: SCALES}}),
    encode(x) {
      requireFinite(id, "x", x.data);
      const {count, width, perRow, blocks} = layout(x);
      const codes = new Uint16Array(count);
      const exponents = new Uint8Array(blocks);
      for (let block = 0; block < blocks; block++) {
        const from = Math.floor(block / perRow) * width + (block % perRow) * blockSize;
        const to = Math.min(from + blockSize, (Math.floor(block / perRow) + 1) * width);
        const E = Math.max(-EXPONENT_BIAS, exponentOf(absMax(x.data, from, to)));
        exponents[block] = E + EXPONENT_BIAS;
        const step = 2 ** (E - bits + 2);
        for (let i = from; i < to; i++) codes[i] = mantissa(x.data[i] / step, bits) & (levels - 1);
      }
      return {format: id, shape: [...x.shape], parts: {codes: packCodes(codes, bits), scales: exponents}};
    },
    decode(packed) {
      const {count, width, perRow, blocks} = layout(packed);
      const codes = unpackCodes(requirePart(packed, "codes", packedLength(count, bits)), bits, count);
      const exponents = requirePart(packed, "scales", blocks);
      const data = Float32Array.from(codes, (code, i) => {
        const block = Math.floor(i / width) * perRow + Math.floor((i % width) / blockSize);
        return signed(code) * 2 ** (exponents[block] - EXPONENT_BIAS - bits + 2);
      });
      return {shape: [...packed.shape], data};
    },
  } satisfies Format);
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
  const squares = rowSquares("keySortOrder", wk, headDim);
  if (!isRotated) return descending(squares);
  const half = evenHalf("keySortOrder", headDim);
  const pairs = descending(Float64Array.from({length: half}, (_, c) => squares[c] + squares[c + half]));
  return Int32Array.from([...pairs, ...pairs.map((c) => c + half)]);
}

/**
 * K-sort over all heads of a layer at once, as an order in which keys are stored after rotary: channels by the joint norm
 * of their rotary pair's rows in W_k, largest first, so that a block holds channels of like size of any head. Storing
 * in another order changes no logit. (arXiv:2403.20137, section 3)
 * @param wk [kvHeads · headDim, inputs]
 * @returns for each new channel the old one, [kvHeads · headDim]
 * @throws RangeError if wk does not hold whole rows, or headDim is odd.
 */
export function keyStoreOrder(wk: Float32Array, kvHeads: number, headDim: number): Int32Array {
  requireInteger("keyStoreOrder", "kvHeads", kvHeads, 1);
  const squares = rowSquares("keyStoreOrder", wk, kvHeads * headDim);
  const half = evenHalf("keyStoreOrder", headDim);
  const partner = (c: number) => (c % headDim < half ? c + half : c - half);
  return descending(squares.map((square, c) => square + squares[partner(c)]));
}

function rowSquares(where: string, wk: Float32Array, rows: number): Float64Array {
  const inputs = wk.length / rows;
  if (!Number.isInteger(inputs)) {
    throw new RangeError(`${where}: wk must hold ${rows} rows, got ${wk.length} values`);
  }
  return Float64Array.from({length: rows}, (_, row) =>
    wk.subarray(row * inputs, (row + 1) * inputs).reduce((sum, value) => sum + value * value, 0),
  );
}

function evenHalf(where: string, headDim: number): number {
  if (headDim % 2 !== 0) throw new RangeError(`${where}: headDim must be even, got ${headDim}`);
  return headDim / 2;
}

function descending(x: Float64Array): Int32Array {
  return Int32Array.from(x.keys()).sort((a, b) => x[b] - x[a] || a - b);
}

/** The rotary frequencies [headDim / 2] in the order of pairs that {@link keySortOrder} gave. */
export function permutedFrequencies(frequencies: Float64Array, order: Int32Array): Float64Array {
  return frequencies.map((_, c) => frequencies[order[c]]);
}
