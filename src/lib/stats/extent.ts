/** The largest value; -Infinity if there is none, NaN if one is NaN. Unlike `Math.max(...values)` it takes any number. */
export function largest(values: Iterable<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The smallest value; Infinity if there is none, NaN if one is NaN. */
export function smallest(values: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) least = Math.min(least, value);
  return least;
}
