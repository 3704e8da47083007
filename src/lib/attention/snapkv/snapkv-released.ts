import {type ActiveSetOptions, activeSetMask} from "../active-set.js";
import {attentionLogits, softmaxRows} from "../logits.js";
import type {KeyMask, Queries} from "../selection.js";
import {maxPool, windowVotes} from "./snapkv.js";

export interface SnapKvReleasedOptions extends ActiveSetOptions {
  readonly window?: number;
  readonly pool?: number;
}

/**
 * "snapkv" of TokenButler's repository, which is not SnapKV: votes are taken anew for every query and decide which single
 * key a new one replaces; the window's own keys are not held. Its published SnapKV rows were made so;
 * {@link snapKvMask} is the paper's rule.
 * @throws RangeError as {@link activeSetMask}.
 */
export function snapKvReleasedMask(
  input: Queries,
  {window = 32, pool = 7, ...options}: SnapKvReleasedOptions,
): KeyMask {
  const p = softmaxRows(attentionLogits(input));
  const row = (h: number, i: number) => maxPool(windowVotes(p, h, i, window).subarray(0, i + 1), pool);
  return activeSetMask("snapKvReleasedMask", p, row, options);
}
