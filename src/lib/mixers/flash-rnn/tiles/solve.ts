import type {Constraint, Domains} from "./constraint.js";
import {type Domain, isFixed, listed, sizeOf} from "./domain.js";
import {propagate} from "./propagate.js";

/** Integer variables, the constraints between them, and what is preferred. */
export interface IntegerProblem {
  readonly domains: Domains;
  readonly constraints: readonly Constraint[];
  /** Variables in the order in which they are decided, each with the end of its candidates that is tried first. */
  readonly preferences: readonly (readonly [name: string, first: "largest" | "smallest"])[];
}

/** A value of every variable. */
export type Solution = Readonly<Record<string, number>>;

/**
 * Solutions one after the other, the preferred ones first: after each decision the candidates of the other variables are pruned.
 * Variables that nobody prefers are decided last, from their smallest candidate up.
 * (FlashRNN, arXiv:2412.07752, section 4.3)
 */
export function* solutions({domains, constraints, preferences}: IntegerProblem): Generator<Solution> {
  const pruned = propagate(domains, constraints);
  if (pruned === null) return;
  const named = preferences.find(([name]) => !isFixed(pruned.get(name)!));
  const [next, first] = named ?? [smallestOpen(pruned), "smallest" as const];
  if (next === undefined) {
    yield Object.fromEntries(Array.from(pruned, ([name, {low}]) => [name, low]));
    return;
  }
  for (const value of candidates(next, pruned.get(next)!, first)) {
    const decided = new Map(pruned).set(next, listed([value]));
    yield* solutions({domains: decided, constraints, preferences});
  }
}

function smallestOpen(domains: Domains): string | undefined {
  const open = [...domains].filter(([, domain]) => !isFixed(domain));
  return open.sort(([, a], [, b]) => sizeOf(a) - sizeOf(b))[0]?.[0];
}

/** @throws RangeError for a variable that its constraints leave without a list. */
function candidates(name: string, {values}: Domain, first: "largest" | "smallest"): readonly number[] {
  if (values === null)
    throw new RangeError(
      `solutions: ${name} must have at most 2048 candidates when it is decided, got an interval`,
    );
  return first === "largest" ? [...values].reverse() : values;
}

/** The first solution; null where there is none. */
export function firstSolution(problem: IntegerProblem): Solution | null {
  for (const solution of solutions(problem)) return solution;
  return null;
}

/** Names of the limits and divisions without any one of which there would be a solution: why there is none. Equations define variables, so they stay. */
export function blockers(problem: IntegerProblem): string[] {
  const {constraints} = problem;
  return constraints

    .filter((left) => left.relation !== "equal")
    .filter((left) => firstSolution({...problem, constraints: constraints.filter((each) => each !== left)}))
    .map(({name}) => name);
}
