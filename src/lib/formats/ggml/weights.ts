/** Weights by which encoders of ggml's blocks count the errors of elements. */
import type {Importance} from "./block.js";

const {fround, sqrt} = Math;

/**
 * Weights of `count` elements that importance gives: that of the column times the root of a common mean square plus the
 * element's own, so that neither a large element nor a quiet one stands alone. Writes them to `weights`.
 */
export function weighByImportance(
  {columns, first}: Importance,
  offset: number,
  meanSquare: number,
  x: Float32Array,
  from: number,
  count: number,
  weights: Float32Array,
): void {
  for (let i = 0; i < count; i++) {
    const value = x[from + i];
    weights[i] = columns[first + offset + i] * fround(sqrt(fround(meanSquare + fround(value * value))));
  }
}

/** The squares of `count` elements as their weights. */
export function weighBySquare(x: Float32Array, from: number, count: number, weights: Float32Array): void {
  for (let i = 0; i < count; i++) weights[i] = x[from + i] * x[from + i];
}

/** The sum of `count` weights in float32, one after the other. */
export function weightSum(weights: Float32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = fround(sum + weights[i]);
  return sum;
}
