/**
 * The magnitude from which numbers stay when the smallest `percent` go: the k-th smallest, k = floor(n · percent / 100), or
 * 0 where none goes. (SparAMX, arXiv:2502.12444, section 5)
 * @throws RangeError unless percent is from 0 to 100, or if x holds a NaN.
 */
export function magnitudeThreshold(x: Float32Array, percent: number): number {
  if (!(percent >= 0 && percent <= 100)) {
    throw new RangeError(`magnitudePrune: percent must be from 0 to 100, got ${percent}`);
  }
  const nan = x.findIndex(Number.isNaN);
  if (nan >= 0) throw new RangeError(`magnitudePrune: x must be numbers, got NaN at index ${nan}`);
  const k = Math.floor((x.length * percent) / 100);
  return k === 0 ? 0 : x.map(Math.abs).sort()[k - 1];
}

/**
 * Sets the smallest part of a tensor to zero: what is below the k-th smallest magnitude, k = floor(n · percent / 100); the
 * k-th itself and its equals stay, so a little less than asked goes. (SparAMX, arXiv:2502.12444, section 5)
 * @throws RangeError as {@link magnitudeThreshold}.
 */
export function magnitudePrune(x: Float32Array, percent: number): Float32Array {
  const threshold = magnitudeThreshold(x, percent);
  return x.map((value) => (Math.abs(value) >= threshold ? value : 0));
}
