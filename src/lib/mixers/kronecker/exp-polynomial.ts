import {requireInteger, requirePositive} from "../../tensor/require.js";

/** Ways to replace the exponential by a polynomial. */
export const POLYNOMIALS = ["taylor", "chebyshev"] as const;
/** The id of such a way. */
export type PolynomialId = (typeof POLYNOMIALS)[number];

/** A polynomial in place of exp, between -reach and reach. */
export interface ExpPolynomial {
  readonly kind: PolynomialId;
  readonly degree: number;
  /** Largest size of an argument. */
  readonly reach: number;
}

/**
 * Coefficients of x^0 to x^degree: Taylor's series about 0, or the Chebyshev series on [-reach, reach], whose terms are
 * I_k(reach) T_k(x / reach), twice from k = 1 on, with the modified Bessel functions I_k.
 * @throws RangeError for a degree below 0 or a reach that is not above 0.
 */
export function expCoefficients({kind, degree, reach}: ExpPolynomial): Float64Array {
  requireInteger("expCoefficients", "degree", degree, 0);
  requirePositive("expCoefficients", "reach", reach);
  return kind === "taylor" ? taylorCoefficients(degree) : chebyshevCoefficients(degree, reach);
}

function taylorCoefficients(degree: number): Float64Array {
  const out = new Float64Array(degree + 1).fill(1);
  for (let t = 1; t <= degree; t++) out[t] = out[t - 1] / t;
  return out;
}

/** The series written in powers of x: T_0 = 1, T_1 = y, T_k = 2 y T_(k-1) - T_(k-2) of y = x / reach. */
function chebyshevCoefficients(degree: number, reach: number): Float64Array {
  const out = new Float64Array(degree + 1);
  let before = new Float64Array(degree + 1);
  let now = Float64Array.from(before, (_, t) => Number(t === 0));
  for (let k = 0; k <= degree; k++) {
    const factor = (k === 0 ? 1 : 2) * besselI(k, reach);
    for (let t = 0; t <= k; t++) out[t] = out[t] + factor * now[t] * reach ** -t;
    const next = now.map((_, t) => (k === 0 ? 1 : 2) * (t === 0 ? 0 : now[t - 1]) - before[t]);
    [before, now] = [now, next];
  }
  return out;
}

/** I_k(x), the modified Bessel function of the first kind, by its series Σ_j (x/2)^(2j+k) / (j! (j+k)!). */
function besselI(k: number, x: number): number {
  let term = 1;
  for (let j = 1; j <= k; j++) term *= x / 2 / j;
  let sum = term;
  for (let j = 1; term > sum * 1e-18; j++) {
    term *= (x / 2) ** 2 / (j * (j + k));
    sum += term;
  }
  return sum;
}

/** The polynomial's value at x, by Horner's scheme. */
export const polynomialAt = (coefficients: Float64Array, x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

/**
 * Largest error of Taylor's polynomial between -reach and reach, relative to exp there: at -reach the remainder is at most
 * reach^(degree+1) / (degree+1)!, and exp is least.
 */
export function taylorErrorBound(degree: number, reach: number): number {
  let bound = Math.exp(reach);
  for (let t = 1; t <= degree + 1; t++) bound *= reach / t;
  return bound;
}
