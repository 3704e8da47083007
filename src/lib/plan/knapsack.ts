/**
 * The multiple-choice knapsack: one option of every group, the least cost in all, within a capacity. Exact: the linear
 * relaxation bounds what any choice can cost, options that cannot be part of a better choice go, and what is left is
 * searched group by group with dominated states dropped. (Pisinger 1995, "A minimal algorithm for the multiple-choice
 * knapsack problem")
 */
import {largest, smallest} from "../stats/extent.js";
import type {Groups, KnapsackOption} from "./groups.js";
import {type Relaxation, relax} from "./relaxation.js";

/** An option of each group, and what is known about better ones. */
export interface KnapsackChoice {
  /** Index of the option of each group. */
  readonly chosen: readonly number[];
  readonly cost: number;
  readonly weight: number;
  /** No choice that fits costs less than this. */
  readonly bound: number;
  /** `cost` less `bound`: 0 where the choice is proven to be the best. */
  readonly gap: number;
}

/** States of one group that are looked at; beyond it the search keeps the most promising and says the gap that is left. */
const MOST_STATES = 100_000;

/** The least weight that any choice has. */
export const smallestWeight = (groups: Groups): number =>
  groups.reduce(
    (sum, options) => sum + options.reduce((min, {weight}) => Math.min(min, weight), Infinity),
    0,
  );

/**
 * The choice of least cost whose weights sum to at most `capacity`.
 * @returns null where no choice fits.
 * @throws RangeError if a group has no option, or a cost or weight is no finite number, or a weight is negative.
 */
export function cheapestChoice(
  groups: Groups,
  capacity: number,
  mostStates = MOST_STATES,
): KnapsackChoice | null {
  groups.forEach(requireOptions);
  if (smallestWeight(groups) > capacity) return null;
  const relaxed = relax(groups, capacity);
  const {cost, chosen, bound} = search(groups, relaxed, {capacity, mostStates});
  const weight = chosen.reduce((sum, option, group) => sum + groups[group][option].weight, 0);
  // The sums of both run in another order: what is smaller than their rounding is no gap.
  const gap = cost - bound > 1e-12 * Math.abs(cost) ? cost - bound : 0;
  return {chosen, cost, weight, bound: cost - gap, gap};
}

function requireOptions(options: readonly KnapsackOption[], group: number): void {
  const isWrong = ({cost, weight}: KnapsackOption) =>
    !Number.isFinite(cost) || !(weight >= 0 && weight < Infinity);
  if (options.length > 0 && !options.some(isWrong)) return;
  const got = options.length === 0 ? "none" : JSON.stringify(options.find(isWrong));
  throw new RangeError(
    `cheapestChoice: options of group ${group} must be some, of finite cost and of a weight of at least 0, got ${got}`,
  );
}

/** Sums of the options taken so far, and the state that they follow. */
interface State {
  readonly weight: number;
  readonly cost: number;
  /** Cost above that of the relaxation, so far. */
  readonly excess: number;
  readonly parent: State | null;
  readonly option: number;
}

interface Limits {
  readonly capacity: number;
  readonly mostStates: number;
}

interface Found {
  readonly cost: number;
  readonly chosen: number[];
  readonly bound: number;
}

function search(groups: Groups, relaxed: Relaxation, {capacity, mostStates}: Limits): Found {
  const {multiplier, bound, best, greedy, greedyCost} = relaxed;
  let found = {cost: greedyCost, chosen: [...greedy]};
  // Differences below the rounding of the sums are none.
  const room = () => found.cost - bound - 1e-13 * Math.abs(found.cost);
  const {options, order, excessOf} = openOptions(groups, relaxed, room());
  const ahead = whatIsAhead(groups, {options, best, order});
  let dropped = Number.POSITIVE_INFINITY;
  let states: State[] = [{...ahead.fixed, excess: 0, parent: null, option: -1}];

  /** The state with one more option; undefined where it cannot become better than what was found. */
  function grown(parent: State, group: number, option: number, {least, most}: Ahead): State | undefined {
    const weight = parent.weight + groups[group][option].weight;
    const excess = parent.excess + excessOf(group, option);
    // Capacity that stays unused is worth its price.
    const unused = multiplier * Math.max(0, capacity - weight - most);
    if (weight + least > capacity || excess + unused >= room()) return undefined;
    return {weight, cost: parent.cost + groups[group][option].cost, excess, parent, option};
  }

  function tryWhole(state: State, {usual}: Ahead): void {
    const cost = state.cost + usual.cost;
    if (state.weight + usual.weight <= capacity && cost < found.cost)
      found = {cost, chosen: chosenIn(state, best, order)};
  }

  order.forEach((group, step) => {
    const next: State[] = [];
    for (const parent of states) {
      for (const option of options[group]) {
        const state = grown(parent, group, option, ahead.steps[step]);
        if (state === undefined) continue;
        next.push(state);
        tryWhole(state, ahead.steps[step]);
      }
    }
    states = undominated(next);
    if (states.length <= mostStates) return;
    states.sort((a, b) => a.excess - b.excess);
    dropped = Math.min(dropped, bound + states[mostStates].excess);
    states = states.slice(0, mostStates);
  });
  // All that was looked at and not taken is no better than what was found.
  return {...found, bound: Math.min(found.cost, dropped)};
}

/** The options that may be part of a better choice, and the groups that have several, those that decide most closely first. */
function openOptions(groups: Groups, {multiplier, best}: Relaxation, room: number) {
  const price = ({cost, weight}: KnapsackOption) => cost + multiplier * weight;
  const excessOf = (group: number, option: number) =>
    Math.max(0, price(groups[group][option]) - price(groups[group][best[group]]));
  const options = groups.map((all, group) =>
    [...all.keys()].filter((option) => option === best[group] || excessOf(group, option) < room),
  );
  const nearest = (group: number) =>
    smallest(
      options[group].filter((option) => option !== best[group]).map((option) => excessOf(group, option)),
    );
  const order = [...groups.keys()]
    .filter((group) => options[group].length > 1)
    .map((group) => ({group, excess: nearest(group)}))
    .sort((a, b) => a.excess - b.excess)
    .map(({group}) => group);
  return {options, order, excessOf};
}

/** Costs and weights that the groups after a step can take: at least, at most, and with the relaxation's options. */
interface Ahead {
  readonly least: number;
  readonly most: number;
  readonly usual: KnapsackOption;
}

interface Search {
  readonly options: readonly (readonly number[])[];
  readonly best: readonly number[];
  readonly order: readonly number[];
}

const sumOf = (options: readonly KnapsackOption[]): KnapsackOption => ({
  cost: options.reduce((sum, {cost}) => sum + cost, 0),
  weight: options.reduce((sum, {weight}) => sum + weight, 0),
});

/** The sums of the groups that have one option left, and what is ahead of every step. */
function whatIsAhead(groups: Groups, {options, best, order}: Search) {
  const isFree = new Set(order);
  const closed = [...groups.keys()].filter((group) => !isFree.has(group));
  const steps: Ahead[] = [];
  let ahead: Ahead = {least: 0, most: 0, usual: {weight: 0, cost: 0}};
  for (const group of order.toReversed()) {
    steps.push(ahead);
    const weights = options[group].map((option) => groups[group][option].weight);
    ahead = {
      least: ahead.least + smallest(weights),
      most: ahead.most + largest(weights),
      usual: sumOf([ahead.usual, groups[group][best[group]]]),
    };
  }
  return {fixed: sumOf(closed.map((group) => groups[group][best[group]])), steps: steps.reverse()};
}

/** The options of all groups: those of the state where it has any, the relaxation's elsewhere. */
function chosenIn(state: State, best: readonly number[], order: readonly number[]): number[] {
  const taken: number[] = [];
  for (let at: State | null = state; at !== null; at = at.parent)
    if (at.option >= 0) taken.unshift(at.option);
  const chosen = [...best];
  taken.forEach((option, step) => {
    chosen[order[step]] = option;
  });
  return chosen;
}

/** States that no other beats in both weight and cost. */
function undominated(states: State[]): State[] {
  states.sort((a, b) => a.weight - b.weight || a.cost - b.cost);
  let least = Number.POSITIVE_INFINITY;
  return states.filter(({cost}) => {
    if (cost >= least) return false;
    least = cost;
    return true;
  });
}
