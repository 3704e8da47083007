import {randomStream} from "../tensor/random.js";
import {type BudgetOptions, budgetMask} from "./budget-mask.js";
import {filled, type KeyMask, type SelectionShape} from "./selection.js";

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
