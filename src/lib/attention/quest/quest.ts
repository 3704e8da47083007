import {requireInteger} from "../../tensor/require.js";
import {type BudgetOptions, budgetMask, mostImportant} from "../budget-mask.js";
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
 * What Quest keeps of each page: a box around its keys [L, kvHeads, headDim]. The last page may be short.
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

export interface QuestDecodeOptions {
  readonly pageSize?: number;
  /** Keys to read; rounded down to whole pages. */
  readonly tokenBudget: number;
  /** Pages that are read however small the budget. */
  readonly minPages?: number;
}

/** Which keys one decoded token reads. */
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

/**
 * Quest's importance for every query of a text: keys have the score of their page, whose box holds only keys that the
 * query sees; not divided by sqrt(headDim). Keys after the query hold -Infinity.
 * @throws RangeError as {@link pageBounds}.
 */
export function questImportance(input: Queries, {pageSize = 16} = {}): Importance {
  const {q, keys, heads, kvHeads, headDim} = input;
  const width = kvHeads * headDim;
  const importance = filled(selectionShape("questImportance", input), Number.NEGATIVE_INFINITY);
  const whole = pageBounds(keys, width, pageSize);
  const unfinished = new Map<number, PageBounds>();
  forEachRow(importance, (h, i, start, visible) => {
    const full = Math.floor(visible / pageSize);
    if (!unfinished.has(visible)) {
      unfinished.set(
        visible,
        pageBounds(keys.subarray(full * pageSize * width, visible * width), width, pageSize),
      );
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
 * Quest for every query of a text under the budget that all methods share. A page may be cut where the budget ends; its
 * earlier keys stay.
 * @throws RangeError as {@link questImportance} and {@link budgetMask}.
 */
export function questMask(
  input: Queries,
  {pageSize = 16, ...budget}: BudgetOptions & {readonly pageSize?: number},
): KeyMask {
  return budgetMask(questImportance(input, {pageSize}), budget);
}
