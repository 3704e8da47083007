import {type BudgetOptions, budgetMask} from "./budget-mask.js";
import {attentionLogits} from "./logits.js";
import type {KeyMask, Queries} from "./selection.js";

/**
 * Keeps the keys that attention itself gives the most weight: what no method with the same budget and a mask per head
 * can choose better. It reads every key to find out, so it is a bound and saves nothing. The logits are ordered, not
 * their softmax, in which float32 makes unlikely keys tie.
 * @throws RangeError as {@link attentionLogits} and {@link budgetMask}.
 */
export function oracleMask(input: Queries, options: BudgetOptions): KeyMask {
  return budgetMask(attentionLogits(input), options);
}
