import {
  emptyMask,
  forEachRow,
  type Importance,
  type KeyMask,
  requireCount,
  requireFraction,
} from "./selection.js";

export interface BudgetOptions {
  /** Share of the keys a query sees that it may use. */
  readonly keepFraction: number;
  /** First keys of the text that are kept on top of the budget. */
  readonly sinks?: number;
}

/**
 * Keeps for each query the most important of the keys that it sees, ceil(visible · keepFraction) of them, and the
 * sinks beside them. Equal importance: the earlier key wins. (TokenButler, arXiv:2503.07518, section 4)
 * @throws RangeError if keepFraction is not in (0, 1], sinks is no integer of at least 0, or an importance is NaN.
 */
export function budgetMask(importance: Importance, {keepFraction, sinks = 4}: BudgetOptions): KeyMask {
  requireFraction("budgetMask", keepFraction);
  requireCount("budgetMask", "sinks", sinks);
  const mask = emptyMask(importance);
  const sorted = new Float64Array(importance.keys);
  forEachRow(importance, (_h, _i, start, visible) => {
    const row = importance.data.subarray(start, start + visible);
    markMostImportant(mask.data, start, row, budgetOf(keepFraction, visible), sorted);
    mask.data.fill(1, start, start + Math.min(sinks, visible));
  });
  return mask;
}

/** ceil(visible · fraction) in float32, as the reference takes it: 0.3 of 10 keys are 3, not 4. */
export function budgetOf(keepFraction: number, visible: number): number {
  return Math.min(visible, Math.ceil(Math.fround(Math.fround(keepFraction) * visible)));
}

/** Marks what {@link mostImportant} lists, without the list: for every row of a text. `sorted` is room for a row. */
function markMostImportant(
  mask: Uint8Array,
  start: number,
  row: Float64Array,
  count: number,
  sorted: Float64Array,
): void {
  const order = sorted.subarray(0, row.length);
  order.set(row);
  // Without a comparator this sorts numbers natively, NaN last.
  order.sort();
  if (Number.isNaN(order.at(-1))) refuseNaN(row);
  const least = order[row.length - count]!;
  let ties = count;
  for (let j = 0; j < row.length; j++) if (row[j]! > least) ties--;
  for (let j = 0; j < row.length; j++) {
    if (row[j]! > least || (row[j]! === least && ties-- > 0)) mask[start + j] = 1;
  }
}

function refuseNaN(scores: Float64Array): void {
  const nan = scores.findIndex(Number.isNaN);
  if (nan >= 0) throw new RangeError(`mostImportant: every importance must be a number, got NaN at ${nan}`);
}

/**
 * The indices of the `count` largest scores, the largest first; of equals the earlier one.
 * @throws RangeError if a score is NaN.
 */
export function mostImportant(scores: Float64Array, count: number): number[] {
  refuseNaN(scores);
  const order = Array.from(scores.keys());
  // Subtracting infinities would give NaN.
  order.sort((a, b) => (scores[a]! === scores[b]! ? a - b : scores[b]! > scores[a]! ? 1 : -1));
  return order.slice(0, count);
}
