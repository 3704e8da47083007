import {type BudgetOptions, budgetMask} from "./budget-mask.js";
import {attentionLogits, softmaxRows} from "./logits.js";
import {policy} from "./policy.js";
import {keepFraction, sinks} from "./policy-params.js";
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

/** The keys with the largest true attention scores: a bound, since it reads all keys to choose. */
export const oracle = policy({
  id: "oracle",
  label: "Oracle",
  source: "the true logits; arXiv:2503.07518, section 4",
  family: "baseline",
  kind: "selects",
  standing: "bound",
  isShownFirst: true,
  params: {keepFraction, sinks},
  needs: [],
  cachePresets: [
    {id: "oracle-quarter", params: {keepFraction: 0.25}},
    {id: "oracle-eighth", params: {keepFraction: 0.125}, isByChoice: true},
    {id: "oracle-quarter-int4", params: {keepFraction: 0.25, format: "int4"}},
  ],
  mask: oracleMask,
  importance: ({queries}) => softmaxRows(attentionLogits(queries)),
  // Every key, also those that it does not choose.
  costs: {compared: ({headDim}, {allKeys, keys}) => 4 * headDim * (allKeys - keys)},
});
