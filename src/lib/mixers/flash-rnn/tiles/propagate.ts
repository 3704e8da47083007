import {boundsOf, type Constraint, type Domains, isPossible, namesOf, type Product} from "./constraint.js";
import {type Domain, divisorsOf, isEmpty, isFixed, LONGEST_LIST, listed, sizeOf, within} from "./domain.js";

/**
 * Takes candidates away that a constraint rules out by the bounds of the other variables, until none is left to take. Divisors of a
 * known number are found by its prime factors. (FlashRNN, arXiv:2412.07752, section 4.3)
 * @returns null where a variable is left without candidates
 */
export function propagate(start: Domains, constraints: readonly Constraint[]): Domains | null {
  const domains = new Map(start);
  const open = new Set(constraints);
  for (const constraint of open) {
    open.delete(constraint);
    if (!isPossible(constraint, domains)) return null;
    for (const name of namesOf(constraint)) {
      const before = domains.get(name)!;
      const after = supported(constraint, name, domains);
      if (isEmpty(after)) return null;
      if (sizeOf(after) === sizeOf(before)) continue;
      domains.set(name, after);
      // Added again, a constraint comes up once more in this loop.
      for (const other of constraints) if (namesOf(other).includes(name)) open.add(other);
    }
  }
  return domains;
}

/** Candidates of a variable that a constraint does not rule out. */
function supported(constraint: Constraint, name: string, domains: Domains): Domain {
  const narrowed = byDivision(constraint, name, domains);
  const {values} = narrowed;
  if (values === null) return byBounds(constraint, name, domains, narrowed);
  const trial = new Map(domains);
  return listed(
    values.filter((value) => {
      trial.set(name, {low: value, high: value, values: [value]});
      return isPossible(constraint, trial);
    }),
  );
}

/** Where a known number has to be divided by a product, its divisors. */
function byDivision({left, relation, right}: Constraint, name: string, domains: Domains): Domain {
  const own = domains.get(name)!;
  const [low, high] = boundsOf(left, domains);
  const isDivisor = right.length === 1 && right[0].names.filter((each) => each === name).length === 1;
  const isProduct = relation === "divided" || relation === "equal";
  if (!isProduct || !isDivisor || low !== high || low === 0) return own;
  const {factor, names} = right[0];
  const fixed = names.filter((each) => each !== name && isFixed(domains.get(each)!));
  const known = fixed.reduce((all, each) => all * domains.get(each)!.low, factor);
  if (low % known !== 0) return listed([]);
  if (own.values === null) {
    const divisors = divisorsOf(low / known).filter((value) => value >= own.low && value <= own.high);
    return divisors.length > LONGEST_LIST ? own : listed(divisors);
  }
  return listed(own.values.filter((value) => (low / known) % value === 0));
}

/** An interval cut to what the other side leaves, where the variable stands once in the constraint. */
function byBounds({left, relation, right}: Constraint, name: string, domains: Domains, own: Domain): Domain {
  if (relation === "divided") return own;
  const [side, other] = standsIn(left, name) ? [left, right] : [right, left];
  if (standsIn(other, name) || side.filter(({names}) => names.includes(name)).length !== 1) return own;
  const term = side.find(({names}) => names.includes(name))!;
  const beside = {...term, names: term.names.filter((each) => each !== name)};
  if (beside.names.length !== term.names.length - 1) return own;
  const rest = side.filter((each) => each !== term);
  const [restLow, restHigh] = boundsOf(rest, domains);
  const [otherLow, otherHigh] = boundsOf(other, domains);
  const [least, most] = boundsOf([beside], domains);
  const isUpper = relation === "equal" || side === left;
  const isLower = relation === "equal" || side === right;
  const high = isUpper && least > 0 ? Math.floor((otherHigh - restLow) / least) : own.high;
  const low = isLower && most > 0 ? Math.ceil((otherLow - restHigh) / most) : own.low;
  return within(own, low, high);
}

const standsIn = (sum: readonly Product[], name: string) => sum.some(({names}) => names.includes(name));
