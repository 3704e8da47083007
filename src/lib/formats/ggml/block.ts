import {f16} from "../element.js";
import type {Codebook, FormatFamily} from "../format.js";

/**
 * A block format of ggml: so many elements in so many bytes, scales included. Blocks run along the rows, one after the
 * other; all numbers are little-endian. Values are float32 as the reference computes them: each operation rounded, in
 * the written order, sums from the first element on.
 * Source: https://github.com/ggml-org/ggml, src/ggml-common.h and src/ggml-quants.c.
 */
export interface GgmlBlock {
  /** As ggml names it: `q4_0`, `q6_K`. */
  readonly id: string;
  readonly elements: number;
  readonly bytes: number;
  readonly family: FormatFamily;
  /** Elements, scales and how the encoder finds them, in words. */
  readonly convention: string;
  /** Values of an element's code before scaling. */
  readonly codebook: Codebook;
  /** True where `encode` weighs errors by importance; elsewhere it makes no difference. */
  readonly weighsErrors: boolean;
  /** Elements as integers under scales, where they are that; `decode` is then {@link decodeLevels} of it. */
  readonly levels?: BlockLevels;
  /** Writes the elements of the block that begins at `bytes[at]`, from `values[to]` on. */
  decode(bytes: Uint8Array, at: number, values: Float32Array, to: number): void;
  /** Writes the block of the finite elements from `x[from]` on at `bytes[at]`, which holds zeros. */
  encode(x: Float32Array, from: number, bytes: Uint8Array, at: number, importance: Importance | null): void;
}

/** Elements of a block as integers: an element is level · scale, and + offset where there are offsets, of its group. */
export interface BlockLevels {
  /** Elements of a group. */
  readonly size: number;
  readonly hasOffsets?: true;
  /** Writes the levels of the block that begins at `bytes[at]` from `into.levels[to]` on, and what its groups have. */
  read(bytes: Uint8Array, at: number, into: LevelsOfBlocks, to: number): void;
}

/** Levels of blocks one after the other; element i has the scale i / size. */
export interface LevelsOfBlocks {
  readonly levels: Int8Array;
  readonly scales: Float32Array;
  readonly offsets: Float32Array;
}

/** Room for the levels of so many elements. */
export function levelsRoom({size}: BlockLevels, elements: number): LevelsOfBlocks {
  const groups = elements / size;
  return {
    levels: new Int8Array(elements),
    scales: new Float32Array(groups),
    offsets: new Float32Array(groups),
  };
}

/** Values of a block of levels: each product rounded to float32, and each sum. */
export function decodeLevels(levels: BlockLevels, elements: number): GgmlBlock["decode"] {
  const {size, hasOffsets} = levels;
  const room = levelsRoom(levels, elements);
  return (bytes, at, values, to) => {
    levels.read(bytes, at, room, 0);
    for (let i = 0, group = 0; i < elements; group++) {
      const scale = room.scales[group];
      const offset = room.offsets[group];
      for (const end = i + size; i < end; i++) {
        const product = Math.fround(room.levels[i] * scale);
        values[to + i] = hasOffsets ? product + offset : product;
      }
    }
  };
}

/** Importance of the columns of a matrix, as blocks of one of its rows meet it. */
export interface Importance {
  /** A weight for each column, at least 0: the mean square of the input that meets it. */
  readonly columns: Float32Array;
  /** Mean square of the row's elements. */
  readonly meanSquare: number;
  /** The column at which the block begins. */
  readonly first: number;
}

/**
 * The float32 values of whole blocks.
 * @throws RangeError if the bytes are no whole number of blocks.
 */
export function decodeBlocks(block: GgmlBlock, bytes: Uint8Array): Float32Array {
  if (bytes.length % block.bytes !== 0) {
    throw new RangeError(
      `decodeBlocks: bytes must be a multiple of the ${block.bytes} of a block of ${block.id}, got ${bytes.length}`,
    );
  }
  const blocks = bytes.length / block.bytes;
  const values = new Float32Array(blocks * block.elements);
  for (let i = 0; i < blocks; i++) block.decode(bytes, i * block.bytes, values, i * block.elements);
  return values;
}

/**
 * The bytes of rows of `columns` finite float32 values, as `ggml_quantize_chunk` packs them.
 * @param importance a weight for each column, at least 0, by which errors are weighed; none: all count as the type has it.
 * @throws RangeError if the rows are no whole number of blocks, or if the lengths do not fit.
 */
export function encodeBlocks(
  block: GgmlBlock,
  x: Float32Array,
  columns: number,
  importance: Float32Array | null = null,
): Uint8Array {
  checkLengths(block, x, columns, importance);
  const bytes = new Uint8Array((x.length / block.elements) * block.bytes);
  for (let row = 0, at = 0; row < x.length; row += columns) {
    const weights = importance && {columns: importance, meanSquare: meanSquare(x, row, columns), first: 0};
    for (let first = 0; first < columns; first += block.elements, at += block.bytes) {
      if (weights) weights.first = first;
      block.encode(x, row + first, bytes, at, weights);
    }
  }
  return bytes;
}

function checkLengths(
  {id, elements}: GgmlBlock,
  x: Float32Array,
  columns: number,
  importance: Float32Array | null,
): void {
  if (!Number.isInteger(columns / elements) || columns < elements) {
    throw new RangeError(
      `encodeBlocks: columns must be a multiple of the ${elements} of a block of ${id}, got ${columns}`,
    );
  }
  if (x.length % columns !== 0) {
    throw new RangeError(`encodeBlocks: x must hold whole rows of ${columns} values, got ${x.length}`);
  }
  if (importance !== null && importance.length !== columns) {
    throw new RangeError(
      `encodeBlocks: importance must hold a weight for each of ${columns} columns, got ${importance.length}`,
    );
  }
}

/** The mean square of `count` values in float32, the sum one value after the other. */
export function meanSquare(x: Float32Array, from: number, count: number): number {
  return Math.fround(sumOfSquares(x, from, count) / count);
}

/** The sum of `count` squares in float32, one value after the other. */
export function sumOfSquares(x: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum = Math.fround(sum + Math.fround(x[i] * x[i]));
  return sum;
}

/** Index of the first of `count` values with the largest magnitude, or -1 where all are zero. */
export function largestAt(x: Float32Array, from: number, count: number): number {
  let largest = 0;
  let at = -1;
  for (let i = from; i < from + count; i++) {
    const magnitude = Math.abs(x[i]);
    if (magnitude > largest) {
      largest = magnitude;
      at = i;
    }
  }
  return at;
}

/** The half-precision number at `bytes[at]`. */
export function half(bytes: Uint8Array, at: number): number {
  return f16.values[bytes[at] | (bytes[at + 1] << 8)];
}

const float32 = new Float32Array(1);
const float32Bits = new Int32Array(float32.buffer);

/** Writes a float32 number in half precision, to nearest even, beyond 65,519 as an infinity; gives back what was written. */
export function writeHalf(bytes: Uint8Array, at: number, x: number): number {
  const code = halfCode(x);
  bytes[at] = code;
  bytes[at + 1] = code >> 8;
  return f16.values[code];
}

function halfCode(x: number): number {
  float32[0] = x;
  const bits = float32Bits[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude === 0x7f800000 ? 0x7c00 : 0x7e00);
  // A step of half precision is 2^13 of float32's, and below 2^-14 it is 2^-24.
  if (magnitude < 0x38800000) {
    float32[0] = Math.abs(float32[0]) + 0.5;
    return sign | (float32Bits[0] & 0x7ff);
  }
  const rounded = (magnitude + 0xfff + ((magnitude >> 13) & 1) - 0x38000000) >> 13;
  return sign | Math.min(rounded, 0x7c00);
}

/** The byte as a two's complement number. */
export const signed = (byte: number): number => (byte << 24) >> 24;

/** x / d for a scale d as encoders use it: 0 stays 0. */
export const inverse = (d: number): number => (d === 0 ? 0 : Math.fround(1 / d));

/** Rounds to nearest, midway away from zero; 0 beyond the range of 32-bit integers, as x86 converts. */
export function roundAway(v: number): number {
  const magnitude = Math.floor(Math.abs(v) + 0.5);
  return magnitude < 2 ** 31 ? (v < 0 ? -magnitude : magnitude) : 0;
}

/**
 * Rounds to nearest even by ggml's `nearest_int`: the low mantissa bits of v + 1.5 x 2^23. Beyond 2^22 they are other
 * numbers, and 0 for NaN.
 */
export function nearestInt(v: number): number {
  float32[0] = Math.fround(v) + 12582912;
  return (float32Bits[0] & 0x7fffff) - 0x400000;
}

/** `value` within `low` and `high`. */
export const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);
