import {forEachGroup, type Groups} from "../groups.js";
import {type PowerLevels, powerCode, powerLevels} from "./power-levels.js";

/** Exponents that are tried, in fiftieths: 0.30 to 1.00 in steps of 0.02. */
const LEAST = 15;
const MOST = 50;
/** Steps between those that are tried first; the others are tried around the best. */
const COARSE = 5;

const exponentAt = (fiftieths: number): number => Math.fround(fiftieths / 50);

/** Values in groups, and the stored scale of a group's largest magnitude under the levels of an exponent. */
export interface PowerProblem {
  readonly x: Float32Array;
  readonly groups: Groups;
  readonly amax: Float32Array;
  readonly bits: number;
  scaleOf(amax: number, levels: PowerLevels): number;
}

/** Gives the squared error of all values under an exponent; may stop where it exceeds `limit`. */
export type PowerError = (problem: PowerProblem, exponent: number, limit?: number) => number;

/** The squared error of all values under an exponent; stops after the group in which it exceeds `limit`. */
export function powerError(
  problem: PowerProblem,
  exponent: number,
  limit = Number.POSITIVE_INFINITY,
): number {
  const {x, groups, amax, bits, scaleOf} = problem;
  const levels = powerLevels(bits, exponent);
  let error = 0;
  forEachGroup(groups, (group, start, step, count) => {
    if (error > limit) return;
    const scale = scaleOf(amax[group], levels);
    if (scale === 0) return;
    for (let n = 0, i = start; n < count; n++, i += step) {
      const magnitude = Math.abs(x[i]);
      const code = powerCode(levels, Math.fround(magnitude / scale));
      error += (magnitude - Math.fround(levels.magnitudes[code] * scale)) ** 2;
    }
  });
  return error;
}

/**
 * The exponent of least squared error among 0.30, 0.32 … 1.00. The error has one valley (NUPES, arXiv 2308.05600, section 3):
 * every fifth is tried, and then all around the best of them.
 * @param errorOf a faster way to the same sums
 */
export function searchExponent(problem: PowerProblem, errorOf: PowerError = powerError): number {
  let [best, least] = [MOST, Number.POSITIVE_INFINITY];
  const take = (fiftieths: number) => {
    const error = errorOf(problem, exponentAt(fiftieths), least);
    if (error < least) [best, least] = [fiftieths, error];
  };
  for (let fiftieths = LEAST; fiftieths <= MOST; fiftieths += COARSE) take(fiftieths);
  const middle = best;
  for (let away = 1; away < COARSE; away++) {
    if (middle + away <= MOST) take(middle + away);
    if (middle - away >= LEAST) take(middle - away);
  }
  return exponentAt(best);
}

/** Magnitudes below this share of the largest do not move the exponent: their logarithm has no bound. */
const LEAST_SHARE = 1e-8;

/**
 * The derivative of the squared error by the exponent a, for values over their largest magnitude. A value t becomes
 * (q/n)^(1/a) with q = round(n t^a), n = 2^(b-1) - 1; rounding passes the derivative of what it rounds, n t^a ln t.
 */
export function exponentGradient(shares: Float32Array, bits: number, a: number): number {
  const n = 2 ** (bits - 1) - 1;
  let gradient = 0;
  for (const share of shares) {
    const t = Math.abs(share);
    if (t < LEAST_SHARE) continue;
    const p = Math.round(n * t ** a) / n;
    if (p === 0) continue;
    const y = p ** (1 / a);
    const slope = (-y * Math.log(p)) / (a * a) + (y / (a * p)) * t ** a * Math.log(t);
    gradient += 2 * (y - t) * slope;
  }
  return gradient / Math.max(1, shares.length);
}

/** Ends of an exponent that is learned, and the largest step of the first round. */
const LEARNED = {least: 0.2, most: 1, firstStep: 0.1, rounds: 24} as const;

/**
 * An exponent found by descent along {@link exponentGradient} from `from`: steps that shrink by a tenth each round, by the
 * sign of the gradient, and of all that were met the one of least error. (NUPES, arXiv 2308.05600, section 3)
 */
export function learnExponent(problem: PowerProblem, from: number = LEARNED.most): number {
  const shares = sharesOf(problem);
  let a = from;
  let [best, least] = [a, powerError(problem, a)];
  for (let round = 0; round < LEARNED.rounds; round++) {
    const step = LEARNED.firstStep * 0.9 ** round;
    const next = a - step * Math.sign(exponentGradient(shares, problem.bits, a));
    a = Math.fround(Math.min(LEARNED.most, Math.max(LEARNED.least, next)));
    const error = powerError(problem, a, least);
    if (error < least) [best, least] = [a, error];
  }
  return best;
}

function sharesOf({x, groups, amax}: PowerProblem): Float32Array {
  const shares = new Float32Array(x.length);
  forEachGroup(groups, (group, start, step, count) => {
    for (let n = 0, i = start; n < count; n++, i += step)
      shares[i] = amax[group] === 0 ? 0 : x[i] / amax[group];
  });
  return shares;
}
