import {type BudgetOptions, budgetMask} from "../budget-mask.js";
import {softmaxRows} from "../logits.js";
import {policy} from "../policy.js";
import {keepFraction, pageSize, sinks} from "../policy-params.js";
import {
  filled,
  forEachRow,
  type Importance,
  type KeyMask,
  type Queries,
  selectionShape,
} from "../selection.js";
import {pageBounds} from "./quest.js";

/** The masks of a text and the page scores that they come from. */
export interface QuestReleased {
  readonly pages: number;
  /** [heads, T, pages] */
  readonly scores: Float64Array;
  /** The score of its page for every key that a query sees. */
  readonly importance: Importance;
  readonly mask: KeyMask;
}

/**
 * "quest" of TokenButler's repository: a page scores |q| · (channel maxima of its keys) / sqrt(headDim). The sign of q
 * is taken from the query but not brought to the keys, so for negative channels this is no bound, and the maxima
 * contain keys after the query. Its published Quest rows were most likely made so; {@link questMask} is the paper's
 * rule. Which keys of a page that is cut stay is left open there; here the earlier ones do.
 * @throws RangeError as {@link pageBounds} and {@link budgetMask}.
 */
export function questReleasedMask(
  input: Queries,
  {pageSize = 16, ...budget}: BudgetOptions & {readonly pageSize?: number},
): QuestReleased {
  const {q, keys, heads, kvHeads, headDim} = input;
  const importance = filled(selectionShape("questReleasedMask", input), Number.NEGATIVE_INFINITY);
  const {pages, highest} = pageBounds(keys, kvHeads * headDim, pageSize);
  const scores = new Float64Array(heads * importance.queries * pages);
  forEachRow(importance, (h, i, start, visible) => {
    const query = (i * heads + h) * headDim;
    const g = Math.floor((h * kvHeads) / heads);
    for (let page = 0; page < pages; page++) {
      const box = (page * kvHeads + g) * headDim;
      let sum = 0;
      for (let c = 0; c < headDim; c++) sum += Math.abs(q[query + c]) * highest[box + c];
      const score = sum / Math.sqrt(headDim);
      scores[(h * importance.queries + i) * pages + page] = score;
      const [from, to] = [page * pageSize, Math.min(visible, (page + 1) * pageSize)];
      if (from < to) importance.data.fill(score, start + from, start + to);
    }
  });
  return {pages, scores, importance, mask: budgetMask(importance, budget)};
}

/** Quest with the scores of TokenButler's repository, which leave out a sign. */
export const questReleased = policy({
  id: "quest-released",
  label: "Quest as run by TokenButler's repository",
  source: "arXiv:2503.07518, its repository",
  family: "tokens",
  kind: "selects",
  isShownFirst: true,
  params: {keepFraction, sinks, pageSize},
  needs: [],
  wholeText: "the maxima of a page are those of all its keys, later ones too",
  mask: (queries, values) => questReleasedMask(queries, values).mask,
  importance: ({queries}, {pageSize}) =>
    softmaxRows(questReleasedMask(queries, {pageSize, keepFraction: 1}).importance),
  costs: {
    // The maxima of each page.
    state: ({layers, kvHeads, headDim}, length, {pageSize}, {denseLayers = 1}) =>
      (layers - denseLayers) * Math.ceil(length / pageSize) * kvHeads * headDim,
  },
});
