import {randomStream} from "../tensor/random.js";
import {type BudgetOptions, budgetMask} from "./budget-mask.js";
import {policy} from "./policy.js";
import {keepFraction, sinks} from "./policy-params.js";
import {filled, type KeyMask, type SelectionShape, selectionShape} from "./selection.js";

/**
 * Keeps keys at random: the floor that every method must stay above.
 * @throws RangeError as {@link budgetMask}.
 */
export function randomMask(shape: SelectionShape, seed: number, options: BudgetOptions): KeyMask {
  const importance = filled(shape, 0);
  const stream = randomStream(seed, "random selection");
  for (let at = 0; at < importance.data.length; at++) importance.data[at] = stream.uniform();
  return budgetMask(importance, options);
}

/** Random keys, drawn anew in every layer. */
export const random = policy({
  id: "random",
  label: "Random",
  source: "the floor",
  family: "baseline",
  kind: "selects",
  standing: "floor",
  params: {
    keepFraction,
    sinks,
    seed: {kind: "integer", label: "Seed", min: 0, max: 2 ** 31, default: 0, advanced: true},
  },
  needs: [],
  wholeText: "its draws go on through the text",
  mask: (queries, {seed, ...budget}, layer) =>
    randomMask(selectionShape("randomMask", queries), seed + layer, budget),
});
