import {requireFraction, requireInteger} from "../../tensor/require.js";
import {budgetOf} from "../budget-mask.js";
import {attentionLogits} from "../logits.js";
import {emptyMask, type KeyMask, type Queries, requireWhole, rowStart} from "../selection.js";

export interface H2oOptions {
  /** Share of the keys so far that are held. */
  readonly keepFraction: number;
  /** Share of what is held that is the most recent keys; the others are the heavy hitters. */
  readonly recentShare?: number;
  /** First keys that are never dropped; the paper keeps none. */
  readonly sinks?: number;
}

/** What one head holds, and the attention that each held key has had so far. */
interface Held {
  readonly keys: number[];
  readonly received: Float64Array;
}

/**
 * H2O: each head holds the most recent keys and the heavy hitters, those that have had the most attention while they
 * were there. What is dropped is gone for good; the query's own key is always held.
 * (arXiv:2306.14048, algorithm 1)
 * @throws RangeError if the text is not whole, or an option is out of its range.
 */
export function h2oMask(input: Queries, {keepFraction, recentShare = 0.5, sinks = 0}: H2oOptions): KeyMask {
  requireFraction("h2oMask", "keepFraction", keepFraction);
  requireInteger("h2oMask", "sinks", sinks, 0);
  if (!(recentShare >= 0 && recentShare <= 1)) {
    throw new RangeError(`h2oMask: recentShare must be from 0 to 1, got ${recentShare}`);
  }
  const logits = attentionLogits(input);
  requireWhole("h2oMask", logits);
  const mask = emptyMask(logits);
  for (let h = 0; h < logits.heads; h++) {
    const held: Held = {keys: [], received: new Float64Array(logits.keys)};
    for (let i = 0; i < logits.queries; i++) {
      const start = rowStart(logits, h, i);
      const budget = Math.max(1, budgetOf(keepFraction, i + 1));
      held.keys.push(i);
      evict(held, budget, Math.max(1, Math.round(budget * recentShare)), sinks);
      for (const j of held.keys) mask.data[start + j] = 1;
      accumulate(held, logits.data.subarray(start, start + logits.keys));
    }
  }
  return mask;
}

/** Drops the keys of least attention, sparing the sinks and the `recent` newest, until `budget` are left. */
function evict({keys, received}: Held, budget: number, recent: number, sinks: number): void {
  while (keys.length > budget) {
    let worst = -1;
    for (let at = 0; at < keys.length - recent; at++) {
      if (keys[at] < sinks) continue;
      if (worst < 0 || received[keys[at]] < received[keys[worst]]) worst = at;
    }
    if (worst < 0) return;
    keys.splice(worst, 1);
  }
}

/** Adds the attention of one query over the held keys. */
function accumulate({keys, received}: Held, logits: Float64Array): void {
  const top = keys.reduce((most, j) => Math.max(most, logits[j]), Number.NEGATIVE_INFINITY);
  const sum = keys.reduce((all, j) => all + Math.exp(logits[j] - top), 0);
  for (const j of keys) received[j] = received[j] + Math.exp(logits[j] - top) / sum;
}
