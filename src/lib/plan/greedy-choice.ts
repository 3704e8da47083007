import type {Groups} from "./groups.js";
import {smallestWeight} from "./knapsack.js";
import {relax} from "./relaxation.js";

/** An option of each group, with the sums of costs and weights. */
export interface WholeChoice {
  readonly chosen: readonly number[];
  readonly cost: number;
  readonly weight: number;
}

/** The sums of a choice. */
export function choiceOf(groups: Groups, chosen: readonly number[]): WholeChoice {
  const sum = (of: "cost" | "weight") =>
    chosen.reduce((total, option, group) => total + groups[group][option][of], 0);
  return {chosen, cost: sum("cost"), weight: sum("weight")};
}

/**
 * A choice within a capacity that begins with the lightest options and takes, one at a time, the step that saves most for
 * its weight and still fits. Never better than {@link cheapestChoice}, which begins with it.
 * @returns null where no choice fits.
 */
export function greedyChoice(groups: Groups, capacity: number): WholeChoice | null {
  if (smallestWeight(groups) > capacity) return null;
  return choiceOf(groups, relax(groups, capacity).greedy);
}
