/**
 * The quantile of numbers in any order, between neighbours on a straight line.
 * @throws RangeError if there are none, or p is not in [0, 1].
 */
export function quantile(numbers: readonly number[], p: number): number {
  if (numbers.length === 0) throw new RangeError("quantile: numbers must hold at least one, got none");
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile: p must be from 0 to 1, got ${p}`);
  const sorted = [...numbers].sort((a, b) => a - b);
  const place = (sorted.length - 1) * p;
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place - Math.floor(place));
}

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);
