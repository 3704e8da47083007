import type {Domain} from "./domain.js";

/** A factor times some variables, each at least 0. */
export interface Product {
  readonly factor: number;
  readonly names: readonly string[];
}

/** A sum of products on each side, all of integers of at least 0. */
export interface Constraint {
  /** What it is for, by which a problem without solution is refused. */
  readonly name: string;
  readonly left: readonly Product[];
  /** `divided`: the right side divides the left one. */
  readonly relation: "equal" | "at-most" | "divided";
  readonly right: readonly Product[];
}

/** Domains of all variables by name. */
export type Domains = ReadonlyMap<string, Domain>;

/** A product of a factor and variables, as constraints are written. */
export function times(...parts: readonly (number | string)[]): Product {
  const factor = parts.reduce<number>((all, part) => (typeof part === "number" ? all * part : all), 1);
  return {factor, names: parts.filter((part) => typeof part === "string")};
}

/** The least and the largest value of a sum. */
export function boundsOf(sum: readonly Product[], domains: Domains): readonly [low: number, high: number] {
  let [low, high] = [0, 0];
  for (const {factor, names} of sum) {
    const [least, most] = productBounds(names, domains);
    low += factor * least;
    high += factor * most;
  }
  return [low, high];
}

function productBounds(names: readonly string[], domains: Domains): readonly [number, number] {
  let [least, most] = [1, 1];
  for (const name of names) {
    const {low, high} = domains.get(name)!;
    least *= low;
    most *= high;
  }
  return [least, most];
}

/** True unless the bounds of the two sides rule the constraint out; exact where all variables are fixed. */
export function isPossible({left, relation, right}: Constraint, domains: Domains): boolean {
  const [leftLow, leftHigh] = boundsOf(left, domains);
  const [rightLow, rightHigh] = boundsOf(right, domains);
  if (relation === "equal") return leftLow <= rightHigh && rightLow <= leftHigh;
  if (relation === "at-most") return leftLow <= rightHigh;
  if (leftLow === leftHigh && rightLow === rightHigh) return leftLow % rightLow === 0;
  return leftHigh === 0 || rightLow <= leftHigh;
}

/** Variables of a constraint, each once. */
export const namesOf = ({left, right}: Constraint): readonly string[] => [
  ...new Set([...left, ...right].flatMap(({names}) => names)),
];
