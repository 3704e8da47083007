import {requireInteger} from "../../tensor/require.js";
import {type BudgetOptions, budgetMask} from "../budget-mask.js";
import {
  filled,
  forEachRow,
  type Importance,
  type KeyMask,
  type Queries,
  selectionShape,
} from "../selection.js";

/** For each page of consecutive keys the largest and smallest value of each channel, [pages, kvHeads, headDim]. */
export interface PageBounds {
  readonly pageSize: number;
  readonly pages: number;
  readonly highest: Float32Array;
  readonly lowest: Float32Array;
}

/**
 * Bounds of Quest for each page: a box around its keys [L, kvHeads, headDim]. The last page may be short.
 * (arXiv:2406.10774, section 3.2)
 * @param width kvHeads · headDim
 * @throws RangeError unless pageSize is an integer of at least 1.
 */
export function pageBounds(keys: Float32Array, width: number, pageSize: number): PageBounds {
  requireInteger("pageBounds", "pageSize", pageSize, 1);
  const L = keys.length / width;
  const pages = Math.ceil(L / pageSize);
  const highest = new Float32Array(pages * width).fill(Number.NEGATIVE_INFINITY);
  const lowest = new Float32Array(pages * width).fill(Number.POSITIVE_INFINITY);
  for (let j = 0; j < L; j++) {
    const page = Math.floor(j / pageSize) * width;
    for (let c = 0; c < width; c++) {
      const value = keys[j * width + c];
      highest[page + c] = Math.max(highest[page + c], value);
      lowest[page + c] = Math.min(lowest[page + c], value);
    }
  }
  return {pageSize, pages, highest, lowest};
}

/** The sum over channels of the larger of q·highest and q·lowest: no key in the box has a larger product with q. */
export function pageScore(
  q: Float32Array,
  query: number,
  {highest, lowest}: PageBounds,
  box: number,
  headDim: number,
): number {
  let sum = 0;
  for (let c = 0; c < headDim; c++) {
    const value = q[query + c];
    sum += Math.max(value * highest[box + c], value * lowest[box + c]);
  }
  return sum;
}

/** Options of Quest's scores of pages. */
export interface QuestImportanceOptions {
  readonly pageSize?: number;
  /** Bounds of the pages of all keys; of the last page, which may be short, nothing is used. By default computed. */
  readonly whole?: PageBounds;
  /** Bounds of one page of keys as they are stored; by default as they are. */
  boundsOf?(keys: Float32Array): PageBounds;
  /** The keys of tokens [first, end), where not all keys are at hand. */
  keysOf?(first: number, end: number): Float32Array;
}

/**
 * Quest's importance for every query of a text: keys have the score of their page, whose box holds only keys that the
 * query sees; not divided by sqrt(headDim). Keys after the query hold -Infinity.
 * @throws RangeError as {@link pageBounds}.
 */
export function questImportance(input: Queries, options: QuestImportanceOptions = {}): Importance {
  const {q, heads, kvHeads, headDim} = input;
  const width = kvHeads * headDim;
  const {pageSize = 16} = options;
  const {keysOf = (first: number, end: number) => input.keys.subarray(first * width, end * width)} = options;
  const {whole = pageBounds(input.keys, width, pageSize)} = options;
  const {boundsOf = (page: Float32Array) => pageBounds(page, width, pageSize)} = options;
  const importance = filled(selectionShape("questImportance", input), Number.NEGATIVE_INFINITY);
  const unfinished = new Map<number, PageBounds>();
  forEachRow(importance, (h, i, start, visible) => {
    const full = Math.floor(visible / pageSize);
    if (!unfinished.has(visible)) {
      unfinished.set(visible, boundsOf(keysOf(full * pageSize, visible)));
    }
    const query = (i * heads + h) * headDim;
    const box = Math.floor((h * kvHeads) / heads) * headDim;
    for (let page = 0; page * pageSize < visible; page++) {
      const score =
        page < full
          ? pageScore(q, query, whole, page * width + box, headDim)
          : pageScore(q, query, unfinished.get(visible)!, box, headDim);
      importance.data.fill(score, start + page * pageSize, start + Math.min(visible, (page + 1) * pageSize));
    }
  });
  return importance;
}

/**
 * Quest for every query of a text under the share of keys that all methods have. A page may be cut where the share ends;
 * its earlier keys stay. (arXiv:2406.10774, section 3.3)
 * @throws RangeError as {@link questImportance} and {@link budgetMask}.
 */
export function questMask(
  input: Queries,
  {pageSize, whole, boundsOf, keysOf, ...budget}: BudgetOptions & QuestImportanceOptions,
): KeyMask {
  const bounds = {
    ...(pageSize && {pageSize}),
    ...(whole && {whole}),
    ...(boundsOf && {boundsOf}),
    ...(keysOf && {keysOf}),
  };
  return budgetMask(questImportance(input, bounds), budget);
}
