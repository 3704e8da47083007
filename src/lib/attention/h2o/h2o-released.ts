import {type ActiveSetOptions, activeSetMask} from "../active-set.js";
import {attentionLogits} from "../logits.js";
import {type KeyMask, type Queries, rowStart} from "../selection.js";

/**
 * "h2o_true" of TokenButler's repository, which is not H2O: importance is the current query's logit, nothing is
 * accumulated and no recent keys are spared. Its published H2O rows were made so; {@link h2oMask} is the paper's rule.
 * @throws RangeError as {@link activeSetMask}.
 */
export function h2oReleasedMask(input: Queries, options: ActiveSetOptions): KeyMask {
  const logits = attentionLogits(input);
  const row = (h: number, i: number) => logits.data.subarray(rowStart(logits, h, i)).subarray(0, i + 1);
  return activeSetMask("h2oReleasedMask", logits, row, options);
}
