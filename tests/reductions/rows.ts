import {type AttentionRow, attentionRow} from "../../src/lib/reductions/attention-row.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** A row of random scores of a spread, some of its keys hidden. */
export function randomRow(
  seed: number,
  keys: number,
  {width = 3, spread = 2, hidden = 0} = {},
): AttentionRow {
  const stream = randomStream(seed, "rows of attention");
  const scores = Float64Array.from({length: keys}, () =>
    stream.uniform() < hidden ? Number.NEGATIVE_INFINITY : spread * stream.normal(),
  );
  const values = Float64Array.from({length: keys * width}, () => stream.normal());
  return attentionRow(scores, values, width);
}

/** A row of given scores. */
export const rowOf = (scores: readonly number[], width = 2): AttentionRow => {
  const values = Float64Array.from({length: scores.length * width}, (_, i) => Math.sin(i + 1));
  return attentionRow(Float64Array.from(scores), values, width);
};

/** Rows at both ends of what softmax meets. */
export const EXTREMES: Readonly<Record<string, AttentionRow>> = {
  "equal scores": rowOf(new Array<number>(37).fill(1.5)),
  "one huge score": rowOf([0, 1, 200, -1, 2, 0.5, 1]),
  "one huge score at the end": rowOf([0, 1, -1, 2, 700]),
  "scores far apart": rowOf([-700, 700, 0, -5, 300]),
  "hidden keys": rowOf([Number.NEGATIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, 2, 3]),
  "a hidden tile": rowOf([...new Array<number>(8).fill(Number.NEGATIVE_INFINITY), 1, 2, 3]),
  "every key hidden": rowOf(new Array<number>(9).fill(Number.NEGATIVE_INFINITY)),
  "one key": rowOf([4]),
  "no key": rowOf([]),
};

/** Softmax attention as it is defined, in float64. */
export function defined({scores, values, width}: AttentionRow): number[] {
  const most = Math.max(...scores);
  const weights = Array.from(scores, (score) =>
    score === Number.NEGATIVE_INFINITY ? 0 : Math.exp(score - most),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return Array.from({length: width}, (_, d) =>
    sum === 0
      ? 0
      : weights.reduce((total, weight, key) => total + (weight / sum) * values[key * width + d], 0),
  );
}

/** Largest difference of two outputs. */
export const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
