import {budgetOf} from "../engine/key-budget.js";
import {requireFraction, requireInteger} from "../tensor/require.js";
import {emptyMask, forEachRow, type Importance, type KeyMask} from "./selection.js";

export {budgetOf};

/** Number of keys that a query may read. */
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
  requireFraction("budgetMask", "keepFraction", keepFraction);
  requireInteger("budgetMask", "sinks", sinks, 0);
  const mask = emptyMask(importance);
  const room = new Float64Array(importance.keys);
  forEachRow(importance, (_h, _i, start, visible) => {
    const row = importance.data.subarray(start, start + visible);
    markMostImportant(mask.data, start, row, budgetOf(keepFraction, visible), room);
    mask.data.fill(1, start, start + Math.min(sinks, visible));
  });
  return mask;
}

/**
 * Marks in `mask`, from `start` on, what {@link mostImportant} lists, without the list: for every row of a text.
 * @param room for the scores, at least as long
 * @throws RangeError if a score is NaN.
 */
function markMostImportant(
  mask: Uint8Array,
  start: number,
  scores: Float64Array,
  count: number,
  room: Float64Array,
): void {
  if (count < 1) return;
  refuseNaN(scores);
  room.set(scores);
  const least = kthLargest(room, scores.length, count);
  let ties = count;
  for (let j = 0; j < scores.length; j++) if (scores[j] > least) ties--;
  for (let j = 0; j < scores.length; j++) {
    if (scores[j] > least || (scores[j] === least && ties-- > 0)) mask[start + j] = 1;
  }
}

/** The k-th largest of the first `size` numbers of x, which are reordered: Hoare's quickselect. (doi.org/10.1145/366622.366647) */
function kthLargest(x: Float64Array, size: number, k: number): number {
  let [low, high] = [0, size - 1];
  while (low < high) {
    const pivot = x[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (x[i] > pivot) i++;
      while (x[j] < pivot) j--;
      if (i > j) break;
      const larger = x[j];
      x[j--] = x[i];
      x[i++] = larger;
    }
    if (k - 1 <= j) high = j;
    else if (k - 1 >= i) low = i;
    else break;
  }
  return x[k - 1];
}

function refuseNaN(scores: Float64Array): void {
  for (let at = 0; at < scores.length; at++) {
    if (!Number.isNaN(scores[at])) continue;
    throw new RangeError(`mostImportant: every importance must be a number, got NaN at ${at}`);
  }
}

/**
 * The indices of the `count` largest scores, the largest first; of equals the earlier one.
 * @throws RangeError if a score is NaN.
 */
export function mostImportant(scores: Float64Array, count: number): number[] {
  refuseNaN(scores);
  const order = Array.from(scores.keys());
  // Subtracting infinities would give NaN.
  order.sort((a, b) => (scores[a] === scores[b] ? a - b : scores[b] > scores[a] ? 1 : -1));
  return order.slice(0, count);
}
