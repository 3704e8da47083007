/** The linear relaxation of a multiple-choice knapsack: options may be mixed, so that what is left over is never wasted. */
import type {Groups, KnapsackOption} from "./groups.js";

/** The relaxation's answer, and a whole choice near it. */
export interface Relaxation {
  /** Cost that a unit of capacity is worth at the end. */
  readonly multiplier: number;
  /** Cost of the mixed choice: no whole one costs less. */
  readonly bound: number;
  /** The option of each group of the least cost with weight at that price; of equal ones the lightest. */
  readonly best: readonly number[];
  /** A whole choice that fits. */
  readonly greedy: readonly number[];
  readonly greedyCost: number;
}

/** From one option of a group to a heavier and cheaper one. */
interface Step {
  readonly group: number;
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly gain: number;
}

/**
 * Solves the relaxation of groups whose lightest options fit: from these on, steps to heavier options in the order of
 * what they gain for their weight. (Zemel 1980; Dyer 1984)
 */
export function relax(groups: Groups, capacity: number): Relaxation {
  const hulls = groups.map(lowerHull);
  const at = hulls.map(([lightest]) => lightest);
  // Summed anew where it counts: a running sum keeps the rounding of the largest costs.
  const sum = (of: (option: KnapsackOption) => number) =>
    at.reduce((total, option, group) => total + of(groups[group][option]), 0);
  let weight = sum((option) => option.weight);
  const steps = hulls.flatMap((hull, group) => stepsOf(groups[group], hull, group));
  steps.sort((a, b) => b.gain / b.weight - a.gain / a.weight);
  let mixed: {readonly multiplier: number; readonly bound: number; readonly best: number[]} | undefined;
  for (const step of steps) {
    const fits = weight + step.weight <= capacity;
    if (!fits && mixed === undefined) {
      const multiplier = step.gain / step.weight;
      const bound = sum((option) => option.cost) - multiplier * (capacity - weight);
      mixed = {multiplier, bound, best: [...at]};
    }
    // After a step that does not fit, those that follow it in its group would leave from where it is not.
    if (!fits || at[step.group] !== step.from) continue;
    at[step.group] = step.to;
    weight += step.weight;
  }
  const greedyCost = sum((option) => option.cost);
  return {...(mixed ?? {multiplier: 0, bound: greedyCost, best: [...at]}), greedy: at, greedyCost};
}

function stepsOf(options: readonly KnapsackOption[], hull: readonly number[], group: number): Step[] {
  return hull.slice(1).map((to, i) => {
    const [a, b] = [options[hull[i]], options[to]];
    return {group, from: hull[i], to, weight: b.weight - a.weight, gain: a.cost - b.cost};
  });
}

/** Indices of the options that are best at some price, from the lightest to the cheapest. */
function lowerHull(options: readonly KnapsackOption[]): number[] {
  const order = [...options.keys()].sort(
    (a, b) => options[a].weight - options[b].weight || options[a].cost - options[b].cost,
  );
  const hull: number[] = [];
  for (const next of order) {
    const last = hull.at(-1);
    if (last !== undefined && options[next].cost >= options[last].cost) continue;
    while (
      hull.length > 1 &&
      !isBelow(options[hull[hull.length - 2]], options[hull[hull.length - 1]], options[next])
    )
      hull.pop();
    hull.push(next);
  }
  return hull;
}

/** Whether `middle` lies below the line from `light` to `heavy`. */
const isBelow = (light: KnapsackOption, middle: KnapsackOption, heavy: KnapsackOption): boolean =>
  (light.cost - middle.cost) * (heavy.weight - middle.weight) >
  (middle.cost - heavy.cost) * (middle.weight - light.weight);
