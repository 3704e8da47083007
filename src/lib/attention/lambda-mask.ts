import {budgetOf} from "../engine/key-budget.js";
import {requireInteger} from "../tensor/require.js";
import {policy} from "./policy.js";
import {keepFraction, sinks} from "./policy-params.js";
import {emptyMask, forEachRow, type KeyMask, type SelectionShape, selectionShape} from "./selection.js";

/** Keys in view, however long the text. */
export interface LambdaOptions {
  /** First keys of the text. */
  readonly sinks?: number;
  /** Last keys before a query, itself included. */
  readonly window: number;
}

/**
 * The Λ-shaped mask: the first keys and a window of fixed length. (LM-Infinite, arXiv:2308.16137, section 3.2)
 * @throws RangeError unless sinks is an integer of at least 0 and window one of at least 1.
 */
export function lambdaMask(shape: SelectionShape, {sinks = 4, window}: LambdaOptions): KeyMask {
  requireInteger("lambdaMask", "sinks", sinks, 0);
  requireInteger("lambdaMask", "window", window, 1);
  const mask = emptyMask(shape);
  forEachRow(mask, (_h, _i, start, visible) => {
    mask.data.fill(1, start, start + Math.min(sinks, visible));
    mask.data.fill(1, start + Math.max(0, visible - window), start + visible);
  });
  return mask;
}

/** The first keys and a window of the newest, as a fixed share of the whole text. */
export const lambda = policy({
  id: "lambda",
  label: "Λ-shaped mask",
  source: "arXiv:2308.16137",
  family: "tokens",
  kind: "evicts",
  params: {keepFraction, sinks},
  needs: [],
  wholeText: "its window is a share of the whole text",
  mask(queries, {keepFraction, sinks}) {
    const shape = selectionShape("lambdaMask", queries);
    return lambdaMask(shape, {sinks, window: budgetOf(keepFraction, shape.keys)});
  },
});
