/** Smaller or larger is better. */
export type Direction = "min" | "max";

/**
 * Indices of the points that no other point beats: none is at least as good everywhere and better somewhere.
 * Of equal points all stay; a point with a NaN never stays. In the points' order.
 * @param points one row of numbers a point, as long as `directions`.
 * @throws RangeError if a point has another length.
 */
export function paretoFront(
  points: readonly (readonly number[])[],
  directions: readonly Direction[],
): number[] {
  const signs = directions.map((direction) => (direction === "min" ? 1 : -1));
  const costs = points.map((point, i) => {
    if (point.length !== signs.length) {
      throw new RangeError(`paretoFront: point ${i} must have ${signs.length} numbers, got ${point.length}`);
    }
    return point.map((value, k) => value * signs[k]);
  });
  const candidates = costs.flatMap((cost, i) => (cost.some(Number.isNaN) ? [] : [i]));
  // In lexicographic order nothing later can beat anything earlier, so one pass against the front is enough.
  candidates.sort((a, b) => compare(costs[a], costs[b]));
  const front: number[] = [];
  for (const i of candidates) {
    if (!front.some((j) => beats(costs[j], costs[i]))) front.push(i);
  }
  return front.sort((a, b) => a - b);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k] < b[k] ? -1 : 1;
  return 0;
}

function beats(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (let k = 0; k < a.length; k++) {
    if (a[k] > b[k]) return false;
    if (a[k] < b[k]) better = true;
  }
  return better;
}
