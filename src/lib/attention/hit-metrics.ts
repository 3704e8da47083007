import {mostImportant} from "./budget-mask.js";

/**
 * Share of the truly most important keys that an estimate finds: |top-k of both| / k, k = max(1, floor(ratio · n)).
 * (TokenButler, arXiv:2503.07518, section 4.4)
 * @throws RangeError if the lengths differ, or ratio is not in (0, 1].
 */
export function hitAccuracy(estimated: Float64Array, truth: Float64Array, ratio = 0.5): number {
  requirePair("hitAccuracy", estimated, truth);
  if (!(ratio > 0 && ratio <= 1)) {
    throw new RangeError(`hitAccuracy: ratio must be above 0 and at most 1, got ${ratio}`);
  }
  const k = Math.max(1, Math.floor(ratio * truth.length));
  return overlap(mostImportant(estimated, k), mostImportant(truth, k));
}

/** Share of the keys of the first list that stand in the second: how far the important keys drift between two steps. */
export function overlap(first: readonly number[], second: readonly number[]): number {
  const known = new Set(second);
  return first.filter((key) => known.has(key)).length / first.length;
}

/**
 * Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank. NaN where one side is constant.
 * @throws RangeError if the lengths differ.
 */
export function spearman(a: Float64Array, b: Float64Array): number {
  requirePair("spearman", a, b);
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [u, v] = [x[i] - middle, y[i] - middle];
    xy += u * v;
    xx += u * u;
    yy += v * v;
  }
  return xy / Math.sqrt(xx * yy);
}

function ranks(x: Float64Array): Float64Array {
  const order = Array.from(x.keys()).sort((i, j) => x[i] - x[j]);
  const rank = new Float64Array(x.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && x[order[to]] === x[order[from]]) to++;
    for (let at = from; at < to; at++) rank[order[at]] = (from + to - 1) / 2;
    from = to;
  }
  return rank;
}

/**
 * The "rank correlation" of TokenButler's repository: Spearman's formula on the lists of sorted indices instead of
 * ranks. It says how alike the two lists read place by place, and is no correlation; {@link spearman} is one.
 * @throws RangeError if the lengths differ.
 */
export function indexCorrelation(a: Float64Array, b: Float64Array): number {
  requirePair("indexCorrelation", a, b);
  const n = a.length;
  const [x, y] = [mostImportant(a, n), mostImportant(b, n)];
  const squares = x.reduce((sum, index, place) => sum + (index - y[place]) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
}

/**
 * Jensen-Shannon divergence of two distributions in nats, 0 to ln 2; each value has 1e-12 added and the sum is brought
 * to 1 first, as the reference does. (doi.org/10.1109/18.61115)
 * @throws RangeError if the lengths differ.
 */
export function jensenShannon(p: Float64Array, q: Float64Array): number {
  requirePair("jensenShannon", p, q);
  const [a, b] = [normalized(p), normalized(q)];
  return a.reduce((sum, x, i) => {
    const y = b[i];
    const mean = (x + y) / 2;
    return sum + (x * Math.log(x / mean) + y * Math.log(y / mean)) / 2;
  }, 0);
}

function normalized(p: Float64Array): Float64Array {
  const sum = p.reduce((all, x) => all + x + 1e-12, 0);
  return p.map((x) => (x + 1e-12) / sum);
}

function requirePair(where: string, a: Float64Array, b: Float64Array): void {
  if (a.length === b.length) return;
  throw new RangeError(`${where}: both sides must have the same length, got ${a.length} and ${b.length}`);
}
