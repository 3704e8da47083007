/** Choices of keys that only golden files ask for: steps and functions of released code that no page or experiment runs. */

import {type BudgetOptions, budgetMask, mostImportant} from "../../../lib/attention/budget-mask.js";
import {pageBounds, pageScore} from "../../../lib/attention/quest/quest.js";
import {
  emptyMask,
  filled,
  forEachRow,
  type Importance,
  type KeyMask,
  type Queries,
  type SelectionShape,
  selectionShape,
} from "../../../lib/attention/selection.js";
import {requireInteger} from "../../../lib/tensor/require.js";

/**
 * "streamingLLM" of TokenButler's repository: in a growing budget the sinks and then the most recent keys. Where the sinks
 * are the whole budget, a query does not see its own key. (arXiv:2503.07518, its repository)
 * @throws RangeError as {@link budgetMask}.
 */
export function streamingReleasedMask(shape: SelectionShape, options: BudgetOptions): KeyMask {
  const {sinks = 4} = options;
  const recency = filled(shape, Number.NEGATIVE_INFINITY);
  forEachRow(recency, (_h, _i, start, visible) => {
    for (let j = 0; j < visible; j++) recency.data[start + j] = j < sinks ? shape.keys : j;
  });
  return budgetMask(recency, {...options, sinks});
}

export interface QuestDecodeOptions {
  readonly pageSize?: number;
  /** Keys to read; rounded down to whole pages. */
  readonly tokenBudget: number;
  /** Pages that are read however small the budget. */
  readonly minPages?: number;
}

/** Keys that one decoded token reads. */
export interface QuestStep {
  readonly pages: number;
  /** [heads, pages], of q·k before it is divided by sqrt(headDim). */
  readonly scores: Float64Array;
  /** [heads, 1, L] */
  readonly mask: KeyMask;
}

/**
 * Quest for one decoded token: whole pages, min(max(minPages, floor(tokenBudget / pageSize)), pages) of them, by the
 * upper bound of their products with the query. (arXiv:2406.10774, section 3.3)
 * @throws RangeError if there is not exactly one query, or an option is out of its range.
 */
export function questDecode(
  input: Queries,
  {pageSize = 16, tokenBudget, minPages = 3}: QuestDecodeOptions,
): QuestStep {
  requireInteger("questDecode", "tokenBudget", tokenBudget, 0);
  requireInteger("questDecode", "minPages", minPages, 1);
  const shape = selectionShape("questDecode", input);
  if (shape.queries !== 1) throw new RangeError(`questDecode: q must hold one token, got ${shape.queries}`);
  const {heads, kvHeads, headDim} = input;
  const bounds = pageBounds(input.keys, kvHeads * headDim, pageSize);
  const scores = new Float64Array(heads * bounds.pages);
  const mask: KeyMask = {...shape, data: new Uint8Array(heads * shape.keys)};
  const kept = Math.min(Math.max(minPages, Math.floor(tokenBudget / pageSize)), bounds.pages);
  for (let h = 0; h < heads; h++) {
    const row = scores.subarray(h * bounds.pages, (h + 1) * bounds.pages);
    const g = Math.floor((h * kvHeads) / heads);
    row.forEach((_, page) => {
      row[page] = pageScore(input.q, h * headDim, bounds, (page * kvHeads + g) * headDim, headDim);
    });
    for (const page of mostImportant(row, kept)) {
      const end = Math.min(shape.keys, (page + 1) * pageSize);
      mask.data.fill(1, h * shape.keys + page * pageSize, h * shape.keys + end);
    }
  }
  return {pages: bounds.pages, scores, mask};
}

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
