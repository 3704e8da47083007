/**
 * Quality of a changed model's predictions, as distributions: perplexity with its standard error, the paired difference
 * to a baseline, KL divergence, same top token, change of the right token's probability, and all of it over seeds.
 * Logarithms are natural (nats).
 *
 * Standard errors over tokens take the tokens as independent, as llama.cpp does; neighbouring tokens of one text are
 * not quite, so the spread over evaluation seeds ({@link overSeeds}) is the one to trust where both are there.
 */

import {studentHalfWidth} from "../stats/interval.js";
import {type Estimate, estimateDifference, estimateMean, mean} from "../stats/moments.js";
import {sortedQuantile} from "../stats/quantile.js";
import {type Share, wilson} from "../stats/shares.js";
import type {PairedScores} from "./token-scores.js";

/** Perplexity of a text. */
export interface Perplexity {
  /** Mean of -ln p(token), in nats. */
  readonly nll: Estimate;
  /** exp(nll); its error by the delta method, perplexity times that of nll. */
  readonly perplexity: Estimate;
  readonly tokens: number;
}

/** Difference of a model's perplexity from a baseline's on the same tokens. Errors are paired: see {@link pairedDifference}. */
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

/** A statistic over evaluation seeds, with the half width of its 95 % interval by Student's t. */
export interface SeedSummary extends Estimate {
  readonly standardDeviation: number;
  readonly halfWidth95: number;
  readonly min: number;
  readonly max: number;
  readonly seeds: number;
}

/** Measures by {@link compareScores} of a model beside its baseline. */
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
 * Perplexity from ln p of each token: exp of the mean negative log-likelihood.
 * @throws RangeError if there is no token.
 */
export function perplexity(logProbs: ArrayLike<number>): Perplexity {
  const nll = estimateMean(
    Float64Array.from(logProbs, (value) => -value),
    "perplexity",
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
  const nll = estimateDifference(baseline, logProbs, "pairedDifference");
  const p = perplexity(logProbs).perplexity.value;
  const p0 = perplexity(baseline).perplexity.value;
  const weighted = estimateMean(Float64Array.from(logProbs, (value, i) => p0 * baseline[i] - p * value));
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
    mean: estimateMean(sorted),
    median: sortedQuantile(sorted, 0.5),
    percentile99: sortedQuantile(sorted, 0.99),
    max: sorted.at(-1)!,
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
    rmsProbabilityChange: Math.sqrt(mean(squares)),
  };
}

/**
 * A statistic over evaluation seeds: mean, spread, and a 95 % interval by Student's t. With one seed the spread is NaN,
 * never 0.
 * @throws RangeError if `values` is empty or holds a NaN.
 */
export function overSeeds(values: readonly number[]): SeedSummary {
  if (values.some(Number.isNaN)) throw new RangeError("overSeeds: values must not hold NaN");
  const estimate = estimateMean(values, "overSeeds");
  const seeds = values.length;
  return {
    ...estimate,
    standardDeviation: estimate.standardError * Math.sqrt(seeds),
    halfWidth95: studentHalfWidth(estimate.standardError, seeds),
    min: Math.min(...values),
    max: Math.max(...values),
    seeds,
  };
}

/** Share of a baseline's score that is left: score / baseline, for scores where more is better. NaN if the baseline scored 0. */
export function recovery(score: number, baseline: number): number {
  return baseline === 0 ? Number.NaN : score / baseline;
}
