/** Softmax attention over some of the keys, and two such results as one. (LeanAttention, arXiv:2405.10480, section 3) */

/** Rounds the result of every operation: to float32 by `Math.fround`, or not at all. */
export type Round = (x: number) => number;

/** A float64 result as it is. */
export const exactly: Round = (x) => x;

/** Scaled products of a query and its keys, -Infinity for a hidden one, and the values [keys, width]. */
export interface ScoredValues {
  readonly scores: Float64Array;
  readonly values: Float64Array;
  readonly width: number;
}

/** Exponentials of some keys and the values that they weigh, not divided yet. */
export interface WeightedSum {
  /** l = Σ exp(x - m) */
  readonly sum: number;
  /** Σ exp(x - m) v, [width] */
  readonly weighted: Float64Array;
}

/** Attention over some keys of a row, not divided yet. */
export interface SoftmaxPart extends WeightedSum {
  /** Largest score m; -Infinity where no key is visible. */
  readonly largest: number;
}

/** The part of no keys: merged with any other it changes nothing. */
export const emptyPart = (width: number): SoftmaxPart => ({
  largest: Number.NEGATIVE_INFINITY,
  sum: 0,
  weighted: new Float64Array(width),
});

/** The part of some keys. */
export function softmaxPart(keys: ScoredValues, round = exactly): SoftmaxPart {
  let largest = Number.NEGATIVE_INFINITY;
  for (const score of keys.scores) if (score > largest) largest = score;
  return {largest, ...weightedSum(keys, largest, round)};
}

/** Σ exp(x - c) and Σ exp(x - c) v over keys; a hidden key is left out. */
export function weightedSum(
  {scores, values, width}: ScoredValues,
  constant: number,
  round = exactly,
): WeightedSum {
  const weighted = new Float64Array(width);
  let sum = 0;
  for (let key = 0; key < scores.length; key++) {
    if (scores[key] === Number.NEGATIVE_INFINITY) continue;
    const weight = round(Math.exp(round(scores[key] - constant)));
    sum = round(sum + weight);
    for (let d = 0; d < width; d++) {
      weighted[d] = round(weighted[d] + round(weight * values[key * width + d]));
    }
  }
  return {sum, weighted};
}

/** Tells whether a part has no visible key: nothing to correct, and -Infinity less -Infinity would be NaN. */
export const isEmptyPart = ({largest}: SoftmaxPart): boolean => largest === Number.NEGATIVE_INFINITY;

/** Two parts as one: associative and commutative up to rounding. */
export function mergedParts(a: SoftmaxPart, b: SoftmaxPart, round = exactly): SoftmaxPart {
  if (isEmptyPart(a)) return b;
  if (isEmptyPart(b)) return a;
  const largest = Math.max(a.largest, b.largest);
  const [one, other] = [a, b].map((part) => round(Math.exp(round(part.largest - largest))));
  return {
    largest,
    sum: round(round(a.sum * one) + round(b.sum * other)),
    weighted: a.weighted.map((value, d) => round(round(value * one) + round(b.weighted[d] * other))),
  };
}

/** Attention of a part over all keys: one reciprocal a row, and zeros where no key is visible. */
export function attentionOfPart({sum, weighted}: WeightedSum, round = exactly): Float64Array {
  if (sum === 0) return new Float64Array(weighted.length);
  const share = round(1 / sum);
  return weighted.map((value) => round(value * share));
}
