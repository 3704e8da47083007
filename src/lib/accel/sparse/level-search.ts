/**
 * Choices of a level N:M for every linear of a model at a given amount of work, and the ways to find one that ELSA is compared
 * with: the same level everywhere, more for small matrices (ERK), and greedily by what a level harms alone.
 */
import type {Level} from "./elsa.js";

/** Linears of a model and the levels that each may take. */
export interface LevelSpace {
  /** Multiply-accumulates of each linear when dense. */
  readonly macs: readonly number[];
  /** Multiply-accumulates that no level changes. */
  readonly fixedMacs: number;
  /** From the sparsest to the densest. */
  readonly levels: readonly Level[];
}

/** The place among the levels that each linear takes. */
export type LevelChoice = readonly number[];

const density = ({levels}: LevelSpace, level: number): number => levels[level][0] / levels[level][1];

/** Multiply-accumulates of a choice. */
export const choiceMacs = (space: LevelSpace, choice: LevelChoice): number =>
  choice.reduce((sum, level, linear) => sum + density(space, level) * space.macs[linear], space.fixedMacs);

/** The same level for every linear. */
export const uniformChoice = ({macs}: LevelSpace, level: number): LevelChoice => macs.map(() => level);

/**
 * Lowers levels one by one, each time the first linear of `next`, until the work is at most `mostMacs`.
 * @throws RangeError if all linears at their sparsest level are still above it.
 */
function lowered(
  where: string,
  space: LevelSpace,
  mostMacs: number,
  next: (choice: LevelChoice, open: readonly number[]) => number,
): LevelChoice {
  const choice = space.macs.map(() => space.levels.length - 1);
  while (choiceMacs(space, choice) > mostMacs) {
    const open = choice.flatMap((level, linear) => (level > 0 ? [linear] : []));
    if (open.length === 0) {
      const least = choiceMacs(space, choice);
      throw new RangeError(`${where}: mostMacs must be at least ${least}, got ${mostMacs}`);
    }
    const linear = next(choice, open);
    choice[linear] = choice[linear] - 1;
  }
  return choice;
}

/** The item with the smallest value; of equals the first. */
const bestOf = (items: readonly number[], value: (item: number) => number): number =>
  items.reduce((best, item) => (value(item) < value(best) ? item : best), items[0]);

/**
 * Lowers the level that harms least for the work it saves, until the work is at most `mostMacs`.
 * @param rises rise of the loss with one linear alone at a level: [linear][level], 0 at the densest
 * @throws RangeError if no choice has so little work.
 */
export function greedyChoice(
  space: LevelSpace,
  mostMacs: number,
  rises: readonly (readonly number[])[],
): LevelChoice {
  const price = (choice: LevelChoice) => (linear: number) => {
    const [from, to] = [choice[linear], choice[linear] - 1];
    const saved = (density(space, from) - density(space, to)) * space.macs[linear];
    return (rises[linear][to] - rises[linear][from]) / saved;
  };
  return lowered("greedyChoice", space, mostMacs, (choice, open) => bestOf(open, price(choice)));
}

/**
 * Levels by the rule of Erdős, Rényi and kernels: densities in proportion to (out + in) / (out in), so that small matrices keep
 * more. The linear furthest above its share is lowered, until the work is at most `mostMacs`.
 * (arXiv:1911.11134, section 3, without kernels)
 * @param shapes [out, in] of each linear
 * @throws RangeError if no choice has so little work.
 */
export function erkChoice(
  space: LevelSpace,
  mostMacs: number,
  shapes: readonly (readonly [out: number, inputs: number])[],
): LevelChoice {
  const share = shapes.map(([out, inputs]) => (out + inputs) / (out * inputs));
  return lowered("erkChoice", space, mostMacs, (choice, open) =>
    bestOf(open, (linear) => -density(space, choice[linear]) / share[linear]),
  );
}
