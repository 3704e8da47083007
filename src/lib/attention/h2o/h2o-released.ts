import {type ActiveSetOptions, activeSetMask} from "../active-set.js";
import {attentionLogits, softmaxRows} from "../logits.js";
import {policy} from "../policy.js";
import {keepFraction, sinks} from "../policy-params.js";
import {type KeyMask, type Queries, rowStart} from "../selection.js";

/**
 * "h2o_true" of TokenButler's repository, which is not H2O: importance is the current query's logit, nothing is
 * accumulated and no recent keys are spared. Its published H2O rows were made so; {@link h2oRule} is the paper's rule.
 * @throws RangeError as {@link activeSetMask}.
 */
export function h2oReleasedMask(input: Queries, options: ActiveSetOptions): KeyMask {
  const logits = attentionLogits(input);
  const row = (h: number, i: number) => logits.data.subarray(rowStart(logits, h, i)).subarray(0, i + 1);
  return activeSetMask("h2oReleasedMask", logits, row, options);
}

/** H2O with the rule of TokenButler's repository. */
export const h2oReleased = policy({
  id: "h2o-released",
  label: "H2O as run by TokenButler's repository",
  source: "arXiv:2503.07518, its repository",
  family: "tokens",
  kind: "evicts",
  params: {keepFraction, sinks},
  needs: [],
  wholeText: "a head holds what it took from the start of the text on",
  mask: h2oReleasedMask,
  importance: ({queries}) => softmaxRows(attentionLogits(queries)),
});
