/** Logistic regression: the chance of a yes from features. */

import {choleskyOfInverse} from "../tensor/cholesky.js";

/** A fitted law: the chance of a yes is 1 / (1 + exp(-(intercept + weights · features))). */
export interface Logistic {
  readonly intercept: number;
  readonly weights: Float64Array;
}

const MOST_STEPS = 50;
const SMALLEST_STEP = 1e-9;

/**
 * Fits by Newton's method (iteratively reweighted least squares, McCullagh and Nelder, section 2.5) with a penalty of
 * ridge / 2 · |weights|², which keeps the weights finite where a line parts the yes from the no.
 * @param rows features of each example
 * @throws RangeError unless there are both a yes and a no, rows of one length and a ridge above 0.
 */
export function fitLogistic(
  rows: readonly ArrayLike<number>[],
  answers: readonly boolean[],
  ridge = 1,
): Logistic {
  requireExamples(rows, answers, ridge);
  const n = rows[0].length + 1;
  const fit = new Float64Array(n);
  for (let step = 0; step < MOST_STEPS; step++) {
    const move = newtonStep(rows, answers, fit, ridge);
    for (let i = 0; i < n; i++) fit[i] += move[i];
    if (move.every((value) => Math.abs(value) < SMALLEST_STEP)) break;
  }
  return {intercept: fit[0], weights: fit.slice(1)};
}

/** The chance of a yes. */
export function logisticChance({intercept, weights}: Logistic, features: ArrayLike<number>): number {
  const sum = weights.reduce((sum, weight, i) => sum + weight * features[i], intercept);
  return 1 / (1 + Math.exp(-sum));
}

function requireExamples(
  rows: readonly ArrayLike<number>[],
  answers: readonly boolean[],
  ridge: number,
): void {
  if (rows.length !== answers.length)
    throw new RangeError(`fitLogistic: answers must be one a row, ${rows.length}, got ${answers.length}`);
  if (!(answers.includes(true) && answers.includes(false)))
    throw new RangeError(`fitLogistic: answers must hold a yes and a no, got ${answers.length} examples`);
  const odd = rows.find(({length}) => length !== rows[0].length);
  if (odd !== undefined)
    throw new RangeError(`fitLogistic: rows must be of length ${rows[0].length}, got ${odd.length}`);
  if (!(ridge > 0)) throw new RangeError(`fitLogistic: ridge must be above 0, got ${ridge}`);
}

/** Solves (X^T W X + ridge) move = X^T (answers - chances) - ridge · fit; the intercept is hardly held back. */
function newtonStep(
  rows: readonly ArrayLike<number>[],
  answers: readonly boolean[],
  fit: Float64Array,
  ridge: number,
): Float64Array {
  const n = fit.length;
  const curvature = new Float64Array(n * n);
  const slope = new Float64Array(n);
  const law = {intercept: fit[0], weights: fit.subarray(1)};
  for (const [row, features] of rows.entries()) {
    const x = (i: number) => (i === 0 ? 1 : features[i - 1]);
    const chance = logisticChance(law, features);
    const miss = Number(answers[row]) - chance;
    const weight = chance * (1 - chance);
    for (let i = 0; i < n; i++) {
      slope[i] += miss * x(i);
      for (let j = 0; j <= i; j++) curvature[i * n + j] += weight * x(i) * x(j);
    }
  }
  for (let i = 0; i < n; i++) {
    const held = i === 0 ? 1e-6 * ridge : ridge;
    slope[i] -= held * fit[i];
    curvature[i * n + i] += held;
    for (let j = 0; j < i; j++) curvature[j * n + i] = curvature[i * n + j];
  }
  return solved(curvature, slope);
}

/** a^-1 b for a symmetric positive definite a. */
function solved(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const u = choleskyOfInverse(a, n);
  const half = b.map((_, i) => b.reduce((sum, value, j) => sum + u[i * n + j] * value, 0));
  return b.map((_, j) => half.reduce((sum, value, i) => sum + u[i * n + j] * value, 0));
}
