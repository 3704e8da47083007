/** Distances of `approximation` from `x`; each measure sums in float64, whatever the order of magnitude. */
export interface TensorError {
  /** Mean of (x - y)^2; NaN for empty tensors. */
  readonly mse: number;
  /** `mse` over the mean of x^2: 0 for an exact copy, also of zeros; infinite where only x is zero. */
  readonly relativeMse: number;
  /** Signal to quantization noise, -10 log10(relativeMse): infinite for an exact copy, -Infinity where only x is zero. */
  readonly sqnrDb: number;
  /** Cosine of the angle between x and y: 1 where both are zero, 0 where only one is. */
  readonly cosine: number;
  /** Largest |x - y|; 0 for empty tensors. */
  readonly maxAbsError: number;
}

/** The sums that a tensor's errors are made of, over as many parts of it as were added. */
export interface ErrorSums {
  readonly elements: number;
  readonly signal: number;
  readonly noise: number;
  readonly product: number;
  readonly approximated: number;
  readonly maxAbsError: number;
}

/** The sums before any part. */
export const NO_ERROR_SUMS: ErrorSums = Object.freeze({
  elements: 0,
  signal: 0,
  noise: 0,
  product: 0,
  approximated: 0,
  maxAbsError: 0,
});

/** The sums with those of a part `x` and its approximation added. @throws RangeError if the lengths differ. */
export function addErrors(sums: ErrorSums, x: Float32Array, y: Float32Array): ErrorSums {
  if (x.length !== y.length) {
    throw new RangeError(
      `tensorError: approximation must have the ${x.length} elements of x, got ${y.length}`,
    );
  }
  let {signal, noise, product, approximated, maxAbsError} = sums;
  for (let i = 0; i < x.length; i++) {
    const a = x[i];
    const b = y[i];
    const difference = Math.abs(a - b);
    signal += a * a;
    noise += difference * difference;
    product += a * b;
    approximated += b * b;
    // Written so that a NaN, once met, stays.
    if (!(difference <= maxAbsError)) maxAbsError = Number.isNaN(maxAbsError) ? maxAbsError : difference;
  }
  const elements = sums.elements + x.length;
  return {elements, signal, noise, product, approximated, maxAbsError};
}

function relativeNoise({signal, noise}: ErrorSums): number {
  return noise === 0 ? 0 : noise / signal;
}

function cosineOf({signal, approximated, product}: ErrorSums): number {
  if (signal === 0 && approximated === 0) return 1;
  if (signal === 0 || approximated === 0) return 0;
  // One root of the product: the root of a square is exact, so that a copy has a cosine of 1 and not nearly 1.
  return product / Math.sqrt(signal * approximated);
}

/**
 * The error of an approximation of x, element by element. A NaN or an infinity in either makes every measure
 * that it touches NaN.
 * @throws RangeError if the lengths differ.
 */
export function tensorError(x: Float32Array, approximation: Float32Array): TensorError {
  return errorOfSums(addErrors(NO_ERROR_SUMS, x, approximation));
}

/** The error that sums over all parts make; see {@link tensorError}. */
export function errorOfSums(all: ErrorSums): TensorError {
  const relativeMse = relativeNoise(all);
  return {
    mse: all.noise / all.elements,
    relativeMse,
    sqnrDb: -10 * Math.log10(relativeMse),
    cosine: cosineOf(all),
    maxAbsError: all.maxAbsError,
  };
}
