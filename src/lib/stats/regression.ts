import {mean, requirePairs} from "./moments.js";

/** Mean of the squared errors. */
export function meanSquaredError(truth: Float64Array, predicted: Float64Array): number {
  requirePairs("meanSquaredError", truth, predicted);
  return mean(truth.map((value, i) => (value - predicted[i]) ** 2));
}

/** Mean of the absolute errors. */
export function meanAbsoluteError(truth: Float64Array, predicted: Float64Array): number {
  requirePairs("meanAbsoluteError", truth, predicted);
  return mean(truth.map((value, i) => Math.abs(value - predicted[i])));
}

/** Indices from the smallest value to the largest, equals in their order, those of NaN last. */
export function ascendingOrder(values: ArrayLike<number>): number[] {
  const isNone = (i: number) => Number(Number.isNaN(values[i]));
  return Array.from(values, (_, i) => i).sort(
    (i, j) => isNone(i) - isNone(j) || values[i] - values[j] || i - j,
  );
}

/** Share of the `k` truly smallest that are among the `k` predicted smallest. */
export function topRecall(truth: Float64Array, predicted: Float64Array, k: number): number {
  requirePairs("topRecall", truth, predicted);
  const chosen = new Set(ascendingOrder(predicted).slice(0, k));
  return ascendingOrder(truth)
    .slice(0, k)
    .reduce((found, i) => found + Number(chosen.has(i)) / k, 0);
}

/** The smallest true value among the first n that predictions would try, for n = 1, 2, … of all. */
export function cumulativeBest(truth: Float64Array, predicted: Float64Array): Float64Array {
  requirePairs("cumulativeBest", truth, predicted);
  let best = Number.POSITIVE_INFINITY;
  return Float64Array.from(ascendingOrder(predicted), (i) => {
    best = Math.min(best, truth[i]);
    return best;
  });
}

/**
 * Excess of the best of the `k` predicted smallest over the smallest of all, as a part of that one: 0 if it was found.
 * For positive values.
 */
export function choiceRegret(truth: Float64Array, predicted: Float64Array, k: number): number {
  const best = cumulativeBest(truth, predicted);
  return best[Math.min(k, best.length) - 1] / best[best.length - 1] - 1;
}

/** Pearson's correlation. NaN where one side is constant. */
export function pearson(a: Float64Array, b: Float64Array): number {
  requirePairs("pearson", a, b);
  const [middleA, middleB] = [mean(a), mean(b)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [u, v] = [a[i] - middleA, b[i] - middleB];
    xy += u * v;
    xx += u * u;
    yy += v * v;
  }
  return xy / Math.sqrt(xx * yy);
}
