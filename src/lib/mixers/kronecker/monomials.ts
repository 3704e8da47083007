import {requireInteger} from "../../tensor/require.js";

/** All products of at most `degree` of some variables, each once, a product after the one that it extends. */
export interface Monomials {
  readonly count: number;
  /** Place of the product that each extends by one variable; the first is the empty product. */
  readonly parents: Int32Array;
  /** That variable. */
  readonly variables: Int32Array;
  /** Number of its variables. */
  readonly degrees: Int32Array;
  /** Ways to order them: degree! over the factorials of the exponents. */
  readonly orders: Float64Array;
}

/** Number of monomials of at most `degree` in `variables` variables: C(variables + degree, degree). */
export function monomialCount(variables: number, degree: number): number {
  let count = 1;
  for (let t = 1; t <= degree; t++) count = (count * (variables + t)) / t;
  return Math.round(count);
}

/** @throws RangeError for a count of variables below 1 or a degree below 0. */
export function monomials(variables: number, degree: number): Monomials {
  requireInteger("monomials", "variables", variables, 1);
  requireInteger("monomials", "degree", degree, 0);
  const parents = [0];
  const last = [0];
  const degrees = [0];
  const orders = [1];
  // How often the last variable stands in each: the divisor that it adds to the number of orders.
  const repeats = [0];
  let begin = 0;
  for (let t = 1; t <= degree; t++) {
    const end = parents.length;
    for (let parent = begin; parent < end; parent++) {
      for (let variable = t === 1 ? 0 : last[parent]; variable < variables; variable++) {
        const times = t > 1 && variable === last[parent] ? repeats[parent] + 1 : 1;
        parents.push(parent);
        last.push(variable);
        degrees.push(t);
        repeats.push(times);
        orders.push((orders[parent] * t) / times);
      }
    }
    begin = end;
  }
  return {
    count: parents.length,
    parents: Int32Array.from(parents),
    variables: Int32Array.from(last),
    degrees: Int32Array.from(degrees),
    orders: Float64Array.from(orders),
  };
}

/** Values of all monomials at `x`, one multiplication each beyond the first. */
export function monomialValues(x: Float64Array, {count, parents, variables}: Monomials): Float64Array {
  const out = new Float64Array(count);
  out[0] = 1;
  for (let a = 1; a < count; a++) out[a] = out[parents[a]] * x[variables[a]];
  return out;
}
