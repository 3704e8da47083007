/** Measures of one head on one text: where it looks, and which of that estimates of importance find. */

import {mostImportant} from "../../attention/budget-mask.js";
import {hitAccuracy} from "../../attention/hit-metrics.js";
import {type Importance, rowStart, visibleKeys} from "../../attention/selection.js";
import {budgetOf} from "../../engine/key-budget.js";
import type {EvalText} from "../../evaluate/eval-texts.js";

/** The share of keys that hit accuracy compares, as TokenButler's paper does. */
const HIT_RATIO = 0.5;
/** The last queries of a text, over which the attention that is found is averaged. */
const LAST = 32;

/** The keys of a query that a head attends to, or is said to: a row of [heads, T, L]. */
export function rowOf(importance: Importance, head: number, query: number): Float64Array {
  const start = rowStart(importance, head, query);
  return importance.data.subarray(start, start + visibleKeys(importance, query));
}

/** Hit accuracy of the last query. (TokenButler, arXiv:2503.07518, section 4) */
export function hitsOf(estimate: Importance, attention: Importance, head: number): number {
  const last = attention.queries - 1;
  return hitAccuracy(rowOf(estimate, head, last), rowOf(attention, head, last), HIT_RATIO);
}

/** The share of attention that the keys hold which an estimate ranks first; the mean of the last queries. */
export function foundBy(estimate: Importance, attention: Importance, head: number, keep: number): number {
  const queries = Math.min(LAST, attention.queries);
  let sum = 0;
  for (let i = attention.queries - queries; i < attention.queries; i++) {
    const truth = rowOf(attention, head, i);
    const chosen = mostImportant(rowOf(estimate, head, i), budgetOf(keep, truth.length));
    for (const j of chosen) sum += truth[j];
  }
  return sum / queries;
}

/**
 * For each answer that the text has said before, the attention that the word before it pays to those earlier places: a
 * head that looks facts up gives nearly all.
 */
export function lookUps({tokens, answers}: EvalText, attention: Importance, head: number): number[] {
  return answers.flatMap((position) => {
    const row = rowOf(attention, head, position - 1);
    const places = tokens.slice(0, position).flatMap((token, j) => (token === tokens[position] ? [j] : []));
    return places.length === 0 ? [] : [places.reduce((sum, j) => sum + row[j], 0)];
  });
}
