import {countProducts, noOperations, type OperationCounts} from "../operation-counts.js";
import {type ExpPolynomial, expCoefficients} from "./exp-polynomial.js";
import {type Monomials, monomials, monomialValues} from "./monomials.js";
import {checkHead, type HeadRun, type TensorHead} from "./tensor-attention.js";

/** Sums over a list of tokens: each monomial of the keys, alone and times every channel of the values. */
interface Moments {
  /** [monomials] */
  readonly alone: Float64Array;
  /** [monomials, valueWidth] */
  readonly valued: Float64Array;
}

/**
 * Tensor attention with a polynomial in place of exp, in a number of products that grows linearly with the tokens. A power
 * of Σ_l q[l] a[l] b[l] is a sum over monomials, (its coefficient) q^α a^α b^α, so keys and values of each list are summed
 * once for every monomial, and a query reads the products of those sums. (Kronecker computation, arXiv:2310.04064, section 4)
 * @param polynomial its reach must be at least the largest Σ_l q[l] a[l] b[l] / width: B^(lists + 1) for entries of at most B
 * @throws RangeError as tensorAttention, or for a bad degree or reach.
 */
export function polynomialAttention(head: TensorHead, polynomial: ExpPolynomial): HeadRun {
  checkHead("polynomialAttention", head);
  const {q, keys, values, width, valueWidth} = head;
  const counts = noOperations();
  const terms = monomials(width, polynomial.degree);
  const factors = termFactors(terms, expCoefficients(polynomial), width);
  const lists = keys.map((list, at) => moments(list, values[at], {terms, width, valueWidth}, counts));
  const joined = joinMoments(factors, lists, valueWidth, counts);
  const output = new Float64Array((q.length / width) * valueWidth);
  for (let i = 0; i < q.length / width; i++) {
    const powers = monomialValues(q.subarray(i * width, (i + 1) * width), terms);
    output.set(readMoments(powers, joined, valueWidth), i * valueWidth);
    counts.multiplications += terms.count - 1;
    countProducts(counts, terms.count * (1 + valueWidth));
    counts.divisions += valueWidth;
  }
  return {output, counts};
}

/** Factor of each monomial: the polynomial's coefficient of its degree, the orders of its variables, and the width's power. */
const termFactors = ({orders, degrees}: Monomials, coefficients: Float64Array, width: number): Float64Array =>
  orders.map((order, a) => coefficients[degrees[a]] * order * width ** -degrees[a]);

interface Sizes {
  readonly terms: Monomials;
  readonly width: number;
  readonly valueWidth: number;
}

function moments(
  keys: Float64Array,
  values: Float64Array,
  {terms, width, valueWidth}: Sizes,
  counts: OperationCounts,
): Moments {
  const alone = new Float64Array(terms.count);
  const valued = new Float64Array(terms.count * valueWidth);
  for (let j = 0; j < keys.length / width; j++) {
    const powers = monomialValues(keys.subarray(j * width, (j + 1) * width), terms);
    const value = j * valueWidth;
    for (let a = 0; a < terms.count; a++) {
      const power = powers[a];
      alone[a] = alone[a] + power;
      const at = a * valueWidth;
      for (let c = 0; c < valueWidth; c++) valued[at + c] = valued[at + c] + power * values[value + c];
    }
    counts.multiplications += terms.count - 1;
    counts.additions += terms.count;
    countProducts(counts, terms.count * valueWidth);
  }
  return {alone, valued};
}

function joinMoments(
  factors: Float64Array,
  lists: readonly Moments[],
  valueWidth: number,
  counts: OperationCounts,
): Moments {
  const alone = factors.map((factor, a) => lists.reduce((product, list) => product * list.alone[a], factor));
  const valued = new Float64Array(factors.length * valueWidth).map((_, at) =>
    lists.reduce((product, list) => product * list.valued[at], factors[Math.floor(at / valueWidth)]),
  );
  counts.multiplications += lists.length * factors.length * (1 + valueWidth);
  return {alone, valued};
}

function readMoments(powers: Float64Array, {alone, valued}: Moments, valueWidth: number): Float64Array {
  const out = new Float64Array(valueWidth);
  let weight = 0;
  for (let a = 0; a < powers.length; a++) {
    weight += powers[a] * alone[a];
    for (let c = 0; c < valueWidth; c++) out[c] = out[c] + powers[a] * valued[a * valueWidth + c];
  }
  return out.map((sum) => sum / weight);
}
