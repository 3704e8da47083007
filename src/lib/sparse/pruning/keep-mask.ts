/** Masks of the weights that stay, from a score of each. */

import {nmMask} from "../../tensor/nm-mask.js";
import type {PruningPattern} from "./pattern.js";

/** Scores [rows, columns], row-major, at least 0. */
export interface Scores {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The weights that stay: those of the highest scores. Of equal scores the lower index stays. A density keeps the nearest whole
 * number of weights of each group that is compared.
 * @param within weights that compete for a density: all of the matrix, or those of a row
 * @returns 1 where a weight stays, else 0
 * @throws RangeError if m does not divide the columns.
 */
export function keepMask(
  {values, rows, columns}: Scores,
  pattern: PruningPattern,
  within: "matrix" | "row",
): Uint8Array {
  if (pattern.kind === "n-of-m") return nmMask(values, columns, pattern.n, pattern.m);
  const mask = new Uint8Array(values.length);
  const size = within === "row" ? columns : rows * columns;
  for (let start = 0; start < values.length; start += size) {
    for (const i of highest(values.subarray(start, start + size), pattern.density)) mask[start + i] = 1;
  }
  return mask;
}

/** Indices of the highest scores, as many as the density says. */
function highest(scores: Float64Array, density: number): Uint32Array {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  return order.subarray(0, Math.round(density * scores.length));
}

/** The weights with zeros where the mask has them. */
export const masked = (weights: Float32Array, mask: Uint8Array): Float32Array =>
  weights.map((value, i) => (mask[i] === 1 ? value : 0));
