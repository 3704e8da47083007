import {requirePairs} from "../stats/moments.js";
import {requireFraction} from "../tensor/require.js";
import {mostImportant} from "./budget-mask.js";

/**
 * Share of the truly most important keys that an estimate finds: |top-k of both| / k, k = max(1, floor(ratio · n)).
 * (TokenButler, arXiv:2503.07518, section 4.4)
 * @throws RangeError if the lengths differ, or ratio is not in (0, 1].
 */
export function hitAccuracy(estimated: Float64Array, truth: Float64Array, ratio = 0.5): number {
  requirePairs("hitAccuracy", estimated, truth);
  requireFraction("hitAccuracy", "ratio", ratio);
  const k = Math.max(1, Math.floor(ratio * truth.length));
  return overlap(mostImportant(estimated, k), mostImportant(truth, k));
}

/** Share of the keys of the first list that stand in the second: how far the important keys drift between two steps. */
export function overlap(first: readonly number[], second: readonly number[]): number {
  const known = new Set(second);
  return first.filter((key) => known.has(key)).length / first.length;
}

/**
 * The "rank correlation" of TokenButler's repository: Spearman's formula on the lists of sorted indices instead of
 * ranks. It compares the two lists place by place, and is no correlation; `spearman` of paretoscope/stats is one.
 * @throws RangeError if the lengths differ.
 */
export function indexCorrelation(a: Float64Array, b: Float64Array): number {
  requirePairs("indexCorrelation", a, b);
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
  requirePairs("jensenShannon", p, q);
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
