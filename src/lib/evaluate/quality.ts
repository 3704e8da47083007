/**
 * What a changed model does to its predictions, as distributions: perplexity with its standard error, the paired
 * difference to a baseline, KL divergence, same top token, change of the right token's probability, accuracy with an
 * interval, and all of it over seeds. Logarithms are natural (nats); logits are float32, sums float64.
 *
 * Standard errors over tokens take the tokens as independent, as llama.cpp does; neighbouring tokens of one text are
 * not quite, so the spread over evaluation seeds ({@link overSeeds}) is the one to trust where both are there.
 */

import {matrixSize, type Tensor} from "../tensor/tensor.js";
import type {Interval} from "./loss-reduction.js";

/** A mean with its standard error s / sqrt(n), s the sample standard deviation; NaN for one value. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** Perplexity of a text. */
export interface Perplexity {
  /** Mean of -ln p(token), in nats. */
  readonly nll: Estimate;
  /** exp(nll); its error by the delta method, perplexity times that of nll. */
  readonly perplexity: Estimate;
  readonly tokens: number;
}

/** How one model's perplexity differs from a baseline's on the same tokens. Errors are paired: see {@link pairedDifference}. */
export interface PairedDifference {
  /** Mean of ln p_baseline(token) - ln p(token): ln of the ratio of perplexities. */
  readonly nll: Estimate;
  /** perplexity / perplexity of the baseline. */
  readonly ratio: Estimate;
  /** perplexity - perplexity of the baseline. */
  readonly perplexity: Estimate;
}

/** Location and tail of a set of numbers. Quantiles interpolate between order statistics. */
export interface Distribution {
  readonly mean: Estimate;
  readonly median: number;
  readonly percentile99: number;
  readonly max: number;
}

/** A share of n trials with its Wilson score interval. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly trials: number;
}

/** A statistic over evaluation seeds, with the half width of its 95 % interval by Student's t. */
export interface SeedSummary extends Estimate {
  readonly standardDeviation: number;
  readonly halfWidth95: number;
  readonly min: number;
  readonly max: number;
  readonly seeds: number;
}

/** Per-position scores of one model; collect them text by text with {@link scoreTokens} and join pairs of them with {@link concatPairs}. */
export interface TokenScores {
  /** ln p(target). */
  readonly logProbs: Float64Array;
  /** The most probable token; the lowest id of equals. */
  readonly topTokens: Int32Array;
}

/** Per-position scores of a model beside its baseline, on the same positions. */
export interface PairedScores {
  readonly baseline: TokenScores;
  readonly model: TokenScores;
  /** KL(baseline || model) of the next-token distributions, in nats. */
  readonly kl: Float64Array;
}

/** Everything {@link compareScores} says about a model beside its baseline. */
export interface Comparison {
  readonly model: Perplexity;
  readonly baseline: Perplexity;
  readonly difference: PairedDifference;
  readonly kl: Distribution;
  readonly sameTop: Share;
  /** Root mean square of p(target) - p_baseline(target), a number of 0 .. 1. */
  readonly rmsProbabilityChange: number;
}

/**
 * Scores logits [T, V]: position t predicts `targets[t]`; a target of -1 is not scored and left out.
 * @throws RangeError if a target is no id of the vocabulary, a logit is NaN or +Infinity, a row has no finite logit,
 * or the lengths disagree.
 */
export function scoreTokens(logits: Tensor, targets: ArrayLike<number>): TokenScores {
  const {columns: vocabulary} = matrixSize(logits);
  const positions = scoredPositions("scoreTokens", logits, targets);
  const logProbs = new Float64Array(positions.length);
  const topTokens = new Int32Array(positions.length);
  positions.forEach((t, i) => {
    const row = logits.data.subarray(t * vocabulary, (t + 1) * vocabulary);
    const {logSum, top} = logSumExp(row, t);
    logProbs[i] = row[targets[t]] - logSum;
    topTokens[i] = top;
  });
  return {logProbs, topTokens};
}

/**
 * Scores a model's logits beside a baseline's, both [T, V] on the same tokens; a target of -1 is left out. A token that
 * the baseline gives no probability (logit -Infinity) adds nothing to KL; one that only the model rules out makes it
 * Infinity. Rounding below zero is cut: KL is never negative.
 * @throws RangeError as {@link scoreTokens}, or if the two shapes differ.
 */
export function scorePair(baseline: Tensor, model: Tensor, targets: ArrayLike<number>): PairedScores {
  if (baseline.data.length !== model.data.length || baseline.shape.at(-1) !== model.shape.at(-1)) {
    throw new RangeError(
      `scorePair: model must have the shape of baseline, [${baseline.shape.join(", ")}], got [${model.shape.join(", ")}]`,
    );
  }
  const {columns: vocabulary} = matrixSize(baseline);
  const scores = {baseline: scoreTokens(baseline, targets), model: scoreTokens(model, targets)};
  const positions = scoredPositions("scorePair", baseline, targets);
  const kl = Float64Array.from(positions, (t) =>
    rowDivergence(
      baseline.data.subarray(t * vocabulary, (t + 1) * vocabulary),
      model.data.subarray(t * vocabulary, (t + 1) * vocabulary),
      t,
    ),
  );
  return {...scores, kl};
}

/** The scores of several texts one after another. */
function concatScores(parts: readonly TokenScores[]): TokenScores {
  const logProbs = joined(parts.map((part) => part.logProbs));
  return {logProbs, topTokens: Int32Array.from(joined(parts.map((part) => part.topTokens)))};
}

/** The paired scores of several texts one after another. */
export function concatPairs(parts: readonly PairedScores[]): PairedScores {
  return {
    baseline: concatScores(parts.map((part) => part.baseline)),
    model: concatScores(parts.map((part) => part.model)),
    kl: joined(parts.map((part) => part.kl)),
  };
}

/**
 * Perplexity from ln p of each token: exp of the mean negative log-likelihood.
 * @throws RangeError if there is no token.
 */
export function perplexity(logProbs: ArrayLike<number>): Perplexity {
  const nll = mean(
    "perplexity",
    Float64Array.from(logProbs, (value) => -value),
  );
  const value = Math.exp(nll.value);
  return {
    nll,
    perplexity: {value, standardError: value * nll.standardError},
    tokens: logProbs.length,
  };
}

/**
 * The difference to a baseline on the same tokens, each error from the tokens' own differences, so that what both
 * models find hard cancels: nll from d_i = a_i - b_i (a, b the two negative log-likelihoods); the ratio exp(mean d) by
 * the delta method; and the difference of the perplexities P and P0 from P a_i - P0 b_i, which is the delta method with
 * the covariance inside.
 * @throws RangeError if the lengths differ or there is no token.
 */
export function pairedDifference(logProbs: ArrayLike<number>, baseline: ArrayLike<number>): PairedDifference {
  if (logProbs.length !== baseline.length) {
    throw new RangeError(
      `pairedDifference: logProbs must hold the baseline's ${baseline.length} tokens, got ${logProbs.length}`,
    );
  }
  const nll = mean(
    "pairedDifference",
    Float64Array.from(logProbs, (value, i) => baseline[i] - value),
  );
  const p = perplexity(logProbs).perplexity.value;
  const p0 = perplexity(baseline).perplexity.value;
  const weighted = mean(
    "pairedDifference",
    Float64Array.from(logProbs, (value, i) => p0 * baseline[i] - p * value),
  );
  const ratio = Math.exp(nll.value);
  return {
    nll,
    ratio: {value: ratio, standardError: ratio * nll.standardError},
    perplexity: {value: p - p0, standardError: weighted.standardError},
  };
}

/**
 * Mean with error, median, 99th percentile and maximum.
 * @throws RangeError if `values` is empty or holds a NaN.
 */
export function distribution(values: ArrayLike<number>): Distribution {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) throw new RangeError("distribution: values must not be empty");
  if (sorted.some(Number.isNaN)) throw new RangeError("distribution: values must not hold NaN");
  return {
    mean: mean("distribution", sorted),
    median: sortedQuantile(sorted, 0.5),
    percentile99: sortedQuantile(sorted, 0.99),
    max: sorted.at(-1)!,
  };
}

/**
 * A share with its Wilson score interval at `z` standard deviations (1.96: 95 %), which stays inside 0 .. 1 and keeps
 * its width where all trials agree. (doi.org/10.1080/01621459.1927.10502953)
 * @throws RangeError unless 0 <= successes <= trials, trials >= 1.
 */
export function wilson(successes: number, trials: number, z = 1.959963984540054): Share {
  if (!(trials >= 1) || !(successes >= 0) || !(successes <= trials)) {
    throw new RangeError(
      `wilson: successes must be 0 .. trials and trials at least 1, got ${successes} of ${trials}`,
    );
  }
  const share = successes / trials;
  const z2 = z * z;
  const middle = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (z / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials ** 2));
  // At a share of 0 or 1 one end is exact in theory and an ulp off in float64.
  const low = successes === 0 ? 0 : Math.max(0, middle - half);
  const high = successes === trials ? 1 : Math.min(1, middle + half);
  return {share, low, high, trials};
}

/**
 * Share of trials that the first of two passes, less that of the second, with a 95 % interval from the trials on which
 * they part; half a trial is added to each of the four outcomes, so that it keeps a width where they never do.
 * (Agresti and Min, doi.org/10.1002/sim.1781)
 * @throws RangeError if there is no trial.
 */
export function pairedShare(trials: readonly (readonly [first: boolean, second: boolean])[]): Interval {
  if (trials.length === 0) throw new RangeError("pairedShare: trials must be at least one, got none");
  const won = trials.filter(([first, second]) => first && !second).length;
  const lost = trials.filter(([first, second]) => !first && second).length;
  const n = trials.length + 2;
  const middle = (won - lost) / n;
  const half = (1.959963984540054 * Math.sqrt(won + lost + 1 - (won - lost) ** 2 / n)) / n;
  return {
    value: (won - lost) / trials.length,
    low: Math.max(-1, middle - half),
    high: Math.min(1, middle + half),
  };
}

/**
 * Everything about a model beside its baseline, from paired scores.
 * @throws RangeError if there is no position.
 */
export function compareScores({baseline, model, kl}: PairedScores): Comparison {
  const same = model.topTokens.filter((token, i) => token === baseline.topTokens[i]).length;
  const squares = Float64Array.from(
    model.logProbs,
    (value, i) => (Math.exp(value) - Math.exp(baseline.logProbs[i])) ** 2,
  );
  return {
    model: perplexity(model.logProbs),
    baseline: perplexity(baseline.logProbs),
    difference: pairedDifference(model.logProbs, baseline.logProbs),
    kl: distribution(kl),
    sameTop: wilson(same, model.topTokens.length),
    rmsProbabilityChange: Math.sqrt(mean("compareScores", squares).value),
  };
}

/**
 * A statistic over evaluation seeds: mean, spread, and a 95 % interval by Student's t. With one seed the spread is NaN,
 * never 0.
 * @throws RangeError if `values` is empty or holds a NaN.
 */
export function overSeeds(values: readonly number[]): SeedSummary {
  if (values.some(Number.isNaN)) throw new RangeError("overSeeds: values must not hold NaN");
  const estimate = mean("overSeeds", Float64Array.from(values));
  const seeds = values.length;
  return {
    ...estimate,
    standardDeviation: estimate.standardError * Math.sqrt(seeds),
    halfWidth95: estimate.standardError * studentT975(seeds - 1),
    min: Math.min(...values),
    max: Math.max(...values),
    seeds,
  };
}

/** What is kept of a baseline's score: score / baseline, for scores where more is better. NaN if the baseline scored 0. */
export function recovery(score: number, baseline: number): number {
  return baseline === 0 ? Number.NaN : score / baseline;
}

function scoredPositions(where: string, logits: Tensor, targets: ArrayLike<number>): number[] {
  const {rows, columns} = matrixSize(logits);
  if (targets.length !== rows) {
    throw new RangeError(
      `${where}: targets must hold one id for each of ${rows} positions, got ${targets.length}`,
    );
  }
  const positions: number[] = [];
  for (let t = 0; t < rows; t++) {
    const target = targets[t];
    if (!Number.isInteger(target) || target < -1 || target >= columns) {
      throw new RangeError(
        `${where}: targets must be ids of 0 .. ${columns - 1}, or -1 for none, got ${target} at position ${t}`,
      );
    }
    if (target >= 0) positions.push(t);
  }
  return positions;
}

function joined(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** ln of the sum of exp over a row, shifted by its maximum so that nothing overflows; and where the maximum is. */
function logSumExp(row: Float32Array, position: number): {logSum: number; top: number} {
  let top = 0;
  let max = row[0];
  for (let v = 1; v < row.length; v++) {
    if (row[v] > max) {
      max = row[v];
      top = v;
    }
  }
  let sum = 0;
  for (let v = 0; v < row.length; v++) sum += Math.exp(row[v] - max);
  // A NaN anywhere, +Infinity, or nothing but -Infinity all end in a NaN sum.
  if (Number.isNaN(sum)) {
    throw new RangeError(
      `logSumExp: logits must be numbers below +Infinity with a finite one in each row, got a row without a softmax at position ${position}`,
    );
  }
  return {logSum: max + Math.log(sum), top};
}

function rowDivergence(baseline: Float32Array, model: Float32Array, position: number): number {
  const p = logSumExp(baseline, position).logSum;
  const q = logSumExp(model, position).logSum;
  let sum = 0;
  for (let v = 0; v < baseline.length; v++) {
    const logP = baseline[v] - p;
    const probability = Math.exp(logP);
    if (probability > 0) sum += probability * (logP - (model[v] - q));
  }
  return Math.max(0, sum);
}

function mean(where: string, values: Float64Array): Estimate {
  const n = values.length;
  if (n === 0) throw new RangeError(`${where}: at least one value is needed, got none`);
  const value = values.reduce((sum, x) => sum + x, 0) / n;
  const squares = values.reduce((sum, x) => sum + (x - value) ** 2, 0);
  return {value, standardError: n > 1 ? Math.sqrt(squares / (n - 1) / n) : Number.NaN};
}

function sortedQuantile(sorted: Float64Array, p: number): number {
  const rank = p * (sorted.length - 1);
  const below = sorted[Math.floor(rank)];
  const above = sorted[Math.ceil(rank)];
  return below === above ? below : below + (rank - Math.floor(rank)) * (above - below);
}

/** The 97.5 % quantile of Student's t for 1 .. 10 degrees of freedom; beyond, Fisher's expansion, good to 3e-5. */
function studentT975(degrees: number): number {
  const table = [
    12.70620474, 4.30265273, 3.18244631, 2.77644511, 2.57058184, 2.44691185, 2.36462425, 2.30600414,
    2.26215716, 2.22813885,
  ];
  if (degrees < 1) return Number.NaN;
  if (degrees <= table.length) return table[degrees - 1];
  const z = 1.959963984540054;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const fourth = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3 + fourth / degrees ** 4;
}
