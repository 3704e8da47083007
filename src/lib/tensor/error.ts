/** How far a tensor is from the one it stands for. */
export interface TensorError {
  /** Mean squared error, in the square of the tensor's unit. */
  readonly mse: number;
  /** Signal to quantization noise, 10 log10(Σx² / Σ(x-y)²); Infinity where nothing is lost. */
  readonly sqnrDb: number;
  /** Cosine of the angle between both; 1 if both are zero throughout, 0 if only one is. */
  readonly cosine: number;
  readonly maxAbsError: number;
}

/**
 * Compares `y` with the `x` it stands for, element by element, with float64 sums. All four numbers are NaN if a
 * difference is, and for tensors without elements, which have no mean.
 * @throws RangeError if they are not of one length.
 */
export function tensorError(x: Float32Array, y: Float32Array): TensorError {
  if (x.length !== y.length) {
    throw new RangeError(`tensorError: y must have the ${x.length} elements of x, got ${y.length}`);
  }
  let [xx, yy, xy, ee, max] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const a = x[i]!;
    const b = y[i]!;
    // Equal infinities are no error, though their difference is NaN.
    const e = a === b ? 0 : a - b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
    ee += e * e;
    if (!(Math.abs(e) <= max)) max = Math.abs(e);
  }
  if (x.length === 0 || Number.isNaN(ee)) {
    return {mse: Number.NaN, sqnrDb: Number.NaN, cosine: Number.NaN, maxAbsError: Number.NaN};
  }
  return {
    mse: ee / x.length,
    sqnrDb: ee === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(xx / ee),
    cosine: cosineOf(xx, yy, xy),
    maxAbsError: max,
  };
}

function cosineOf(xx: number, yy: number, xy: number): number {
  if (xx === 0 || yy === 0) return xx === yy ? 1 : 0;
  return Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)));
}
