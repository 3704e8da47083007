/** One query and six keys of two numbers each: a choice of keys that can be redone by hand. */

import {mostImportant} from "../../../lib/attention/budget-mask.js";
import {attentionLogits, softmaxRows} from "../../../lib/attention/logits.js";
import {pageBounds, pageScore} from "../../../lib/attention/quest/quest.js";
import {questReleasedMask} from "../../../lib/attention/quest/quest-released.js";
import {largest} from "../../../lib/stats/extent.js";

export type Pair = readonly [number, number];

/** Two keys a page. */
export const PAGE_KEYS = 2;
export const SIX_KEYS: readonly Pair[] = [
  [2, 1],
  [1.2, 1.6],
  [-2, -0.8],
  [-1.1, 0.9],
  [0.6, -1.8],
  [-0.4, -1],
];
export const SIX_VALUES = [40, 10, 60, 20, 50, 30];

const headDim = 2;
const keys = Float32Array.from(SIX_KEYS.flat());
const queriesOf = (q: Pair) => ({q: Float32Array.from(q), keys, heads: 1, kvHeads: 1, headDim});

/** One key as the query sees it. */
export interface ScoredKey {
  readonly product: number;
  readonly logit: number;
  readonly weight: number;
  /** Its weight if the kept keys are all there is; null if it is not among them. */
  readonly amongKept: number | null;
}

/** Scores of the six keys, with the largest `keep` kept, and the output with all of them and with those. */
export function chooseKeys(q: Pair, keep: number) {
  const logits = attentionLogits(queriesOf(q));
  const weights = softmaxRows(logits).data;
  const kept = new Set(mostImportant(logits.data, keep));
  const keptWeight = [...kept].reduce((sum, j) => sum + weights[j], 0);
  const scored = SIX_KEYS.map(
    (_, j): ScoredKey => ({
      product: logits.data[j] * Math.sqrt(headDim),
      logit: logits.data[j],
      weight: weights[j],
      amongKept: kept.has(j) ? weights[j] / keptWeight : null,
    }),
  );
  const output = (of: (key: ScoredKey) => number) =>
    scored.reduce((sum, key, j) => sum + of(key) * SIX_VALUES[j], 0);
  return {
    scored,
    keptWeight,
    outputOfAll: output(({weight}) => weight),
    outputOfKept: output(({amongKept}) => amongKept ?? 0),
  };
}

/** A page of keys as Quest and its released variant see it; scores are of q·k before it is divided by √2. */
export interface ScoredPage {
  readonly highest: Pair;
  readonly lowest: Pair;
  /** The largest product with a key of the page. */
  readonly truth: number;
  readonly bound: number;
  readonly released: number;
  /** The point of the box whose product is the bound. */
  readonly corner: Pair;
}

/** The three pages. */
export function scorePages(q: Pair): ScoredPage[] {
  const queries = queriesOf(q);
  const products = attentionLogits(queries).data.map((logit) => logit * Math.sqrt(headDim));
  const bounds = pageBounds(keys, headDim, PAGE_KEYS);
  const released = questReleasedMask(queries, {pageSize: PAGE_KEYS, keepFraction: 1}).scores;
  return Array.from({length: bounds.pages}, (_, page) => {
    const pairOf = (of: Float32Array): Pair => [of[headDim * page], of[headDim * page + 1]];
    const [highest, lowest] = [pairOf(bounds.highest), pairOf(bounds.lowest)];
    const end = (c: 0 | 1) => (q[c] >= 0 ? highest[c] : lowest[c]);
    return {
      highest,
      lowest,
      truth: largest(products.subarray(PAGE_KEYS * page, PAGE_KEYS * (page + 1))),
      bound: pageScore(queries.q, 0, bounds, headDim * page, headDim),
      released: released[page] * Math.sqrt(headDim),
      corner: [end(0), end(1)],
    };
  });
}
