import {requireInteger} from "../tensor/require.js";
import {emptyMask, forEachRow, type Importance, type KeyMask} from "./selection.js";

export interface ThresholdOptions {
  /** First keys of the text that are always kept. Without any, a query may be left with no key at all. */
  readonly sinks?: number;
  /** False also keeps keys after the query, as the released function does: its caller has masked them already. */
  readonly isCausal?: boolean;
}

/**
 * Keeps a key where its importance reaches the threshold of its head. (TokenButler, arXiv:2503.07518; calibrated
 * thresholds of its repository)
 * @param thresholds [heads]
 * @throws RangeError unless there is a threshold for each head, and sinks is an integer of at least 0.
 */
export function thresholdMask(
  importance: Importance,
  thresholds: ArrayLike<number>,
  {sinks = 4, isCausal = true}: ThresholdOptions = {},
): KeyMask {
  requireInteger("thresholdMask", "sinks", sinks, 0);
  if (thresholds.length !== importance.heads) {
    throw new RangeError(
      `thresholdMask: thresholds must have one value for each of ${importance.heads} heads, got ${thresholds.length}`,
    );
  }
  const mask = emptyMask(importance);
  forEachRow(importance, (h, _i, start, visible) => {
    const end = isCausal ? visible : importance.keys;
    for (let j = 0; j < end; j++) {
      if (j < sinks || importance.data[start + j] >= thresholds[h]) mask.data[start + j] = 1;
    }
  });
  return mask;
}
