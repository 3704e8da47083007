/** A mean with its standard error s / sqrt(n), s the sample standard deviation; NaN for one value. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/**
 * The mean, summed in ascending order.
 * @throws RangeError if there is no value.
 */
export function mean(values: ArrayLike<number>, where = "mean"): number {
  if (values.length === 0) throw new RangeError(`${where}: at least one value is needed, got none`);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/**
 * The sample variance: squares of the distances from the mean over n - 1; NaN for one value.
 * @throws RangeError if there is no value.
 */
export function variance(values: ArrayLike<number>, where = "variance"): number {
  const middle = mean(values, where);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - middle) ** 2;
  return values.length > 1 ? squares / (values.length - 1) : Number.NaN;
}

/**
 * The mean with its standard error, for values drawn independently.
 * @throws RangeError if there is no value.
 */
export function estimateMean(values: ArrayLike<number>, where = "estimateMean"): Estimate {
  const spread = variance(values, where);
  return {value: mean(values, where), standardError: Math.sqrt(spread / values.length)};
}

/**
 * The mean of a[i] - b[i], its error from the differences themselves, so that what both sides share cancels.
 * @throws RangeError if the lengths differ or there is no pair.
 */
export function estimateDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  where = "estimateDifference",
): Estimate {
  requirePairs(where, a, b);
  return estimateMean(
    Float64Array.from(a, (value, i) => value - b[i]),
    where,
  );
}

/** @throws RangeError if the two sides have not as many values. */
export function requirePairs(where: string, a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length === b.length) return;
  throw new RangeError(`${where}: both sides must have the same length, got ${a.length} and ${b.length}`);
}
