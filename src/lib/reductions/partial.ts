import {type AttentionRow, keysOf} from "./attention-row.js";
import type {Tally} from "./counts.js";
import type {OrderSetting, Round} from "./order.js";

/** Attention over some keys of a row, not divided yet. (LeanAttention, arXiv:2405.10480, section 3) */
export interface Partial {
  /** Largest score m; -Infinity where no key is visible. */
  readonly largest: number;
  /** l = Σ exp(x - m) */
  readonly sum: number;
  /** Σ exp(x - m) v, [width] */
  readonly weighted: Float64Array;
}

/** The partial result of no keys: merged with any other it changes nothing. */
export const emptyPartial = (width: number): Partial => ({
  largest: Number.NEGATIVE_INFINITY,
  sum: 0,
  weighted: new Float64Array(width),
});

/** The partial result of a tile of keys. */
export function tilePartial(keys: AttentionRow, round: Round, counts: Tally): Partial {
  let largest = Number.NEGATIVE_INFINITY;
  for (const score of keys.scores) if (score > largest) largest = score;
  counts.tiles++;
  counts.scoresRead += keys.scores.length;
  return {largest, ...weightedSum(keys, largest, round, counts)};
}

/** Σ exp(x - c) and Σ exp(x - c) v over keys; a hidden key is left out. */
export function weightedSum(
  {scores, values, width}: AttentionRow,
  constant: number,
  round: Round,
  counts: Tally,
): Pick<Partial, "sum" | "weighted"> {
  const weighted = new Float64Array(width);
  let sum = 0;
  for (let key = 0; key < scores.length; key++) {
    if (scores[key] === Number.NEGATIVE_INFINITY) continue;
    const weight = round(Math.exp(round(scores[key] - constant)));
    counts.exponentials++;
    sum = round(sum + weight);
    for (let d = 0; d < width; d++) {
      weighted[d] = round(weighted[d] + round(weight * values[key * width + d]));
    }
  }
  return {sum, weighted};
}

/** Two partial results as one: associative and commutative up to rounding. */
export function merge(a: Partial, b: Partial, round: Round, counts: Tally): Partial {
  // Nothing to correct, and -Infinity less -Infinity would be NaN.
  if (a.largest === Number.NEGATIVE_INFINITY) return b;
  if (b.largest === Number.NEGATIVE_INFINITY) return a;
  const largest = Math.max(a.largest, b.largest);
  const [one, other] = [a, b].map((part) => round(Math.exp(round(part.largest - largest))));
  counts.exponentials += 2;
  counts.rescales += 2;
  return {
    largest,
    sum: round(round(a.sum * one) + round(b.sum * other)),
    weighted: a.weighted.map((value, d) => round(round(value * one) + round(b.weighted[d] * other))),
  };
}

/** The attention of a partial result over all keys: one division a row, and zeros where no key is visible. */
export function finish(
  {sum, weighted}: Pick<Partial, "sum" | "weighted">,
  round: Round,
  counts: Tally,
): Float64Array {
  if (sum === 0) return new Float64Array(weighted.length);
  const share = round(1 / sum);
  counts.divisions++;
  return weighted.map((value) => round(value * share));
}

/** Tiles of a row's keys, in their order. */
export function tilesOf(row: AttentionRow, tile: number): AttentionRow[] {
  const count = Math.ceil(row.scores.length / tile);
  return Array.from({length: count}, (_, i) => keysOf(row, i * tile, tile));
}

/** The partial result of a whole row, tile after tile. (Online softmax, arXiv:1805.02867; FlashAttention, arXiv:2205.14135) */
export function runningPartial(row: AttentionRow, {tile, round}: OrderSetting, counts: Tally): Partial {
  return tilesOf(row, tile).reduce(
    (before, keys) => merge(before, tilePartial(keys, round, counts), round, counts),
    emptyPartial(row.width),
  );
}
