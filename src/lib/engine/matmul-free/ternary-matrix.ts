import {roundHalfEven} from "../../formats/round.js";
import type {Tensor} from "../../tensor/tensor.js";

/** A matrix of minus ones, zeros and ones times one factor. */
export interface TernaryMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Columns of the ones and of the minus ones of each row: first ones of row 0, then its minus ones, and so on. */
  readonly places: Uint32Array;
  /** Where in `places` the ones and the minus ones of each row begin, [2 · rows + 1]. */
  readonly starts: Uint32Array;
  /** What every one stands for. */
  readonly scale: number;
}

/** Work that products with ternary matrices did. */
export interface TernaryWork {
  /** Additions and subtractions of 8-bit integers into sums. */
  additions: number;
  /** Multiplications by a factor: one for each number that is rounded, and one for each that comes out. */
  scalings: number;
}

/** Least mean magnitude that is divided by: a matrix of zeros stays one. */
const SMALLEST = 1e-5;

/**
 * A matrix rounded to minus one, zero and one times its mean magnitude, ties to even.
 * (MatMul-free LM, arXiv:2406.02528, section 3.1; the rule is that of BitNet b1.58, arXiv:2402.17764, equations 1 to 3)
 * @param weight [rows, columns]
 */
export function ternaryMatrix({shape: [rows, columns], data}: Tensor): TernaryMatrix {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]);
  const scale = Math.max(sum / data.length, SMALLEST);
  const places = new Uint32Array(data.length);
  const starts = new Uint32Array(2 * rows + 1);
  let held = 0;
  for (let row = 0; row < rows; row++) {
    for (const [side, sign] of [1, -1].entries()) {
      starts[2 * row + side] = held;
      for (let column = 0; column < columns; column++) {
        const code = Math.max(-1, Math.min(1, roundHalfEven(data[row * columns + column] * (1 / scale))));
        if (code === sign) places[held++] = column;
      }
    }
  }
  starts[2 * rows] = held;
  return {rows, columns, places: places.slice(0, held), starts, scale};
}

/** The numbers that a ternary matrix stands for, [rows, columns]. */
export function denseOf({rows, columns, places, starts, scale}: TernaryMatrix): Float64Array {
  const dense = new Float64Array(rows * columns);
  for (let run = 0; run < 2 * rows; run++) {
    const value = run % 2 === 0 ? scale : -scale;
    for (let i = starts[run]; i < starts[run + 1]; i++) dense[(run >> 1) * columns + places[i]] = value;
  }
  return dense;
}

/** Bytes of a ternary matrix at two bits for each weight, its factor in float32. */
export const ternaryBytes = ({rows, columns}: Pick<TernaryMatrix, "rows" | "columns">): number =>
  Math.ceil((rows * columns) / 4) + 4;

/**
 * Sums of columns by their signs, [tokens, rows] of integers: the product of a ternary matrix without a multiplication.
 * @param codes [columns, tokens], the numbers of each channel side by side
 */
export function signedSums(
  {rows, places, starts}: TernaryMatrix,
  codes: Int32Array,
  tokens: number,
  work?: TernaryWork,
): Int32Array {
  const sums = new Int32Array(tokens * rows);
  const row = new Int32Array(tokens);
  for (let r = 0; r < rows; r++) {
    row.fill(0);
    const [ones, minusOnes, end] = [starts[2 * r], starts[2 * r + 1], starts[2 * r + 2]];
    for (let i = ones; i < minusOnes; i++) {
      const from = places[i] * tokens;
      for (let t = 0; t < tokens; t++) row[t] += codes[from + t];
    }
    for (let i = minusOnes; i < end; i++) {
      const from = places[i] * tokens;
      for (let t = 0; t < tokens; t++) row[t] -= codes[from + t];
    }
    if (work) work.additions += (end - ones) * tokens;
    for (let t = 0; t < tokens; t++) sums[t * rows + r] = row[t];
  }
  return sums;
}
