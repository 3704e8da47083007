/**
 * The quantile of values in ascending order, on a straight line between neighbours (R-7: Hyndman and Fan,
 * doi.org/10.1080/00031305.1996.10473566). Equal neighbours give their value, infinite ones too.
 * @param p from 0 (the least) to 1 (the largest)
 */
export function sortedQuantile(sorted: ArrayLike<number>, p: number): number {
  const rank = p * (sorted.length - 1);
  const below = sorted[Math.floor(rank)];
  const above = sorted[Math.ceil(rank)];
  return below === above ? below : below + (rank - Math.floor(rank)) * (above - below);
}
