/** Norms of rows, bound to their weights: what a forward pass calls. */

import type {Norm} from "../architectures/record/norm.js";
import type {Backend} from "./backend.js";

/** x [rows, n] to y [rows, n]. */
export type RowFunction = (x: Float32Array) => Float32Array;

/** Weights of a norm, each [n]; a missing gain is one, a missing bias zero. */
export interface NormWeights {
  readonly gain: Float32Array | null;
  readonly bias: Float32Array | null;
}

/**
 * A norm over runs of `n` values.
 * @param weights [n], or [k · n] where each of k runs has a gain of its own
 */
export function normFunction(
  {kind, eps}: Pick<Norm, "kind" | "eps">,
  n: number,
  {gain, bias}: NormWeights,
  backend: Backend,
): RowFunction {
  if (kind === "rms" && gain?.length === n && bias === null) return (x) => backend.rmsNorm(x, gain, eps);
  const ones = new Float32Array(n).fill(1);
  const plain =
    kind === "rms"
      ? (x: Float32Array) => backend.rmsNorm(x, ones, eps)
      : (x: Float32Array) => standardized(x, n, eps);
  return (x) => {
    const y = plain(x);
    if (gain) for (let i = 0; i < y.length; i++) y[i] = y[i] * gain[i % gain.length];
    if (bias) for (let i = 0; i < y.length; i++) y[i] = y[i] + bias[i % bias.length];
    return y;
  };
}

/** (x - mean) / sqrt(variance + eps) of every run of n values. (arXiv:1607.06450, equation 4) */
function standardized(x: Float32Array, n: number, eps: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += n) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += x[start + i];
    const mean = sum / n;
    let squares = 0;
    for (let i = 0; i < n; i++) squares += (x[start + i] - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / n + eps);
    for (let i = 0; i < n; i++) y[start + i] = (x[start + i] - mean) * scale;
  }
  return y;
}
