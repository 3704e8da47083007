import {type ActiveSetOptions, activeSetMask} from "../active-set.js";
import {attentionLogits, shareRows, softmaxRows} from "../logits.js";
import {policy} from "../policy.js";
import {keepFraction, pool, sinks, votingWindow} from "../policy-params.js";
import {filled, forEachRow, type Importance, type KeyMask, type Queries} from "../selection.js";
import {maxPool, windowVotes} from "../votes.js";

/** Options of SnapKV as its repository runs it. */
export interface SnapKvReleasedOptions extends ActiveSetOptions {
  readonly window?: number;
  readonly pool?: number;
}

/**
 * "snapkv" of TokenButler's repository, which is not SnapKV: votes are taken anew for every query and decide which single
 * key a new one replaces; the window's own keys are not held. Its published SnapKV rows were made so;
 * {@link snapKvRule} is the paper's rule.
 * @throws RangeError as {@link activeSetMask}.
 */
export function snapKvReleasedMask(
  input: Queries,
  {window = 32, pool = 7, ...options}: SnapKvReleasedOptions,
): KeyMask {
  const p = softmaxRows(attentionLogits(input));
  return activeSetMask("snapKvReleasedMask", p, (h, i) => pooledVotes(p, h, i, window, pool), options);
}

const pooledVotes = (p: Importance, h: number, i: number, window: number, pool: number) =>
  maxPool(windowVotes(p, h, i, window).subarray(0, i + 1), pool);

/** SnapKV with the rule of TokenButler's repository. */
export const snapKvReleased = policy({
  id: "snapkv-released",
  label: "SnapKV as run by TokenButler's repository",
  source: "arXiv:2503.07518, its repository",
  family: "tokens",
  kind: "evicts",
  params: {keepFraction, sinks, window: votingWindow, pool},
  needs: [],
  masksLookAtAll: true,
  wholeText: "a head holds what it took from the start of the text on",
  mask: snapKvReleasedMask,
  importance({queries}, {window, pool}) {
    const p = softmaxRows(attentionLogits(queries));
    const votes = filled(p, 0);
    forEachRow(p, (h, i, start) => votes.data.set(pooledVotes(p, h, i, window, pool), start));
    return shareRows(votes);
  },
});
