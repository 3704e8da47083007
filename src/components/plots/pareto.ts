/** Something with a cost and a quality. */
export interface Tradeoff {
  readonly x: number;
  readonly y: number;
}

/**
 * The points that no other point beats: none costs at most as much (x) and is better (y), or costs less and is as good.
 * In order of cost; of equal points the first stays. `higherIsBetter` says which way y counts.
 */
export function paretoFront<T extends Tradeoff>(points: readonly T[], higherIsBetter = true): T[] {
  const gain = higherIsBetter ? ({y}: T) => y : ({y}: T) => -y;
  const front: T[] = [];
  for (const point of [...points].sort((a, b) => a.x - b.x || gain(b) - gain(a))) {
    const best = front.at(-1);
    if (best === undefined || gain(point) > gain(best)) front.push(point);
  }
  return front;
}
