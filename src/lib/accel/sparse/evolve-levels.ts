import {type RandomStream, shuffled} from "../../tensor/random.js";
import {requireInteger} from "../../tensor/require.js";
import {choiceMacs, type LevelChoice, type LevelSpace} from "./level-search.js";

/** Sizes of an evolutionary search. */
export interface EvolutionOptions {
  /** Choices of the first generation that are drawn beside those that are given. */
  readonly population: number;
  readonly generations: number;
  /** New choices of a generation: half by crossing two parents, half by mutating one. */
  readonly children: number;
  readonly parents: number;
  /** Chance that a mutation changes a linear's level. */
  readonly mutation: number;
  /** Share of the work that a choice must at least use. */
  readonly leastShare: number;
}

/** ELSA's rates with a population that a page can afford. (ningchihuang/ELSA at 42b478b: 50 choices, 20 generations) */
export const EVOLUTION: EvolutionOptions = {
  population: 6,
  generations: 3,
  children: 6,
  parents: 4,
  mutation: 0.2,
  leastShare: 0.97,
};

/** A choice with its loss. */
export interface RatedChoice {
  readonly choice: LevelChoice;
  readonly loss: number;
}

/** The best choice of a search and how many were looked at. */
export interface Evolved extends RatedChoice {
  readonly evaluations: number;
}

/** Moves single levels up or down at random until the work lies in the window; null if that does not come about. */
function fitted(
  space: LevelSpace,
  mostMacs: number,
  leastShare: number,
  start: LevelChoice,
  stream: RandomStream,
): LevelChoice | null {
  const choice = [...start];
  const highest = space.levels.length - 1;
  for (let tries = 0; tries < 40 * choice.length; tries++) {
    const macs = choiceMacs(space, choice);
    if (macs <= mostMacs && macs >= leastShare * mostMacs) return choice;
    const linear = stream.integer(choice.length);
    const moved = choice[linear] + (macs > mostMacs ? -1 : 1);
    if (moved >= 0 && moved <= highest) choice[linear] = moved;
  }
  return null;
}

/** Each linear's level from one parent or the other. */
const crossed = (a: LevelChoice, b: LevelChoice, stream: RandomStream): LevelChoice =>
  a.map((level, linear) => (stream.integer(2) === 0 ? level : b[linear]));

/** Some levels drawn anew. */
const mutated = (
  parent: LevelChoice,
  {levels}: LevelSpace,
  mutation: number,
  stream: RandomStream,
): LevelChoice =>
  parent.map((level) => (stream.uniform() < mutation ? stream.integer(levels.length) : level));

/**
 * Searches levels by evolution under a bound of work: parents are the best so far, children cross or mutate them and are moved
 * back to the bound; no choice is looked at twice. The loss is measured, nothing is trained on the way.
 * (ELSA, arXiv:2409.09708, whose search also weighs levels by how they did, on weights trained for all levels at once)
 * @param given choices to begin with, such as the uniform one
 * @throws RangeError if a size is below 1.
 */
export function evolveLevels(
  space: LevelSpace,
  mostMacs: number,
  lossOf: (choice: LevelChoice) => number,
  given: readonly LevelChoice[],
  stream: RandomStream,
  options: EvolutionOptions = EVOLUTION,
): Evolved {
  const {population, generations, children, parents, mutation, leastShare} = options;
  for (const name of ["generations", "children", "parents"] as const)
    requireInteger("evolveLevels", name, options[name], 1);
  const seen = new Map<string, RatedChoice>();
  const look = (start: LevelChoice) => {
    const choice = fitted(space, mostMacs, leastShare, start, stream);
    if (choice === null || seen.has(choice.join())) return;
    seen.set(choice.join(), {choice, loss: lossOf(choice)});
  };
  const best = () => [...seen.values()].sort((a, b) => a.loss - b.loss).slice(0, parents);
  for (const choice of given) look(choice);
  for (let i = 0; i < population; i++) look(space.macs.map(() => stream.integer(space.levels.length)));
  for (let generation = 0; generation < generations; generation++) {
    const chosen = best().map(({choice}) => choice);
    for (let i = 0; i < children; i++) {
      const [first, second] = shuffled(chosen, stream);
      look(i % 2 === 0 && second ? crossed(first, second, stream) : mutated(first, space, mutation, stream));
    }
  }
  const [winner] = best();
  return {...winner, evaluations: seen.size};
}
