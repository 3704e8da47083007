import {requireInteger} from "../tensor/require.js";
import {type BudgetOptions, budgetMask} from "./budget-mask.js";
import {emptyMask, filled, forEachRow, type KeyMask, type SelectionShape} from "./selection.js";

/**
 * StreamingLLM in the frame of a growing budget: the sinks and then the most recent keys, as many as the budget allows.
 * Positions stay those of the text; a cache that numbers what it holds anew is another thing.
 * (arXiv:2309.17453, section 3.2)
 * @throws RangeError as {@link budgetMask}.
 */
export function streamingLlmMask(shape: SelectionShape, options: BudgetOptions): KeyMask {
  const {sinks = 4} = options;
  const recency = filled(shape, Number.NEGATIVE_INFINITY);
  forEachRow(recency, (_h, _i, start, visible) => {
    for (let j = 0; j < visible; j++) recency.data[start + j] = j < sinks ? shape.keys : j;
  });
  return budgetMask(recency, {...options, sinks});
}

/** What a Λ-shaped mask keeps, however long the text. */
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
