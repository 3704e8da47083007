/**
 * Quality of a changed model's predictions, as distributions: perplexity, the paired difference to a baseline, KL
 * divergence, same top token, change of the right token's probability, and all of it over seeds. Logarithms are natural
 * (nats). Scores come document by document, and errors and intervals count documents: tokens of a text depend on each
 * other. Below six documents there are none.
 */

import {type DocumentShare, documentMean, documentShare, tokenMean} from "../stats/documents.js";
import {largest, smallest} from "../stats/extent.js";
import {influenceInterval, type Measurement, studentHalfWidth} from "../stats/interval.js";
import {type Estimate, estimateMean, mean} from "../stats/moments.js";
import {sortedQuantile} from "../stats/quantile.js";
import type {PairedScores} from "./token-scores.js";

/** A number for each scored token of each document. */
export type ByDocument = readonly ArrayLike<number>[];

/** Perplexity of documents. */
export interface Perplexity {
  /** Mean of -ln p(token) over all tokens, in nats. */
  readonly nll: Measurement;
  /** exp(nll). */
  readonly perplexity: Measurement;
  readonly tokens: number;
  readonly documents: number;
}

/** Difference of a model's perplexity from a baseline's on the same tokens, paired: see {@link pairedDifference}. */
export interface PairedDifference {
  /** Mean of ln p_baseline(token) - ln p(token): ln of the ratio of perplexities. */
  readonly nll: Measurement;
  /** perplexity / perplexity of the baseline. */
  readonly ratio: Measurement;
  /** perplexity - perplexity of the baseline. */
  readonly perplexity: Measurement;
}

/** Location and tail of a set of numbers. Quantiles interpolate between order statistics. */
export interface Distribution {
  readonly mean: Measurement;
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
  readonly sameTop: DocumentShare;
  /** Root mean square of p(target) - p_baseline(target), a number of 0 .. 1. */
  readonly rmsProbabilityChange: number;
}

/**
 * Perplexity from ln p of each token: exp of the mean negative log-likelihood over all tokens.
 * @throws RangeError if there is no token.
 */
export function perplexity(documents: ByDocument): Perplexity {
  const {value, influence} = tokenMean(sumsOf(documents, (logProb) => -logProb));
  const p = Math.exp(value);
  return {
    nll: influenceInterval(value, influence),
    perplexity: influenceInterval(p, scaled(influence, p)),
    tokens: documents.reduce((sum, {length}) => sum + length, 0),
    documents: documents.length,
  };
}

/**
 * The difference to a baseline on the same tokens, each error from the documents' own differences, so that what both
 * models find hard cancels: nll from d_i = a_i - b_i (a, b the two negative log-likelihoods); the ratio exp(mean d) by
 * the delta method; and the difference of the perplexities P and P0 from P a_i - P0 b_i, which is the delta method with
 * the covariance inside.
 * @throws RangeError if a document's lengths differ or there is no token.
 */
export function pairedDifference(documents: ByDocument, baseline: ByDocument): PairedDifference {
  requireSameTokens(documents, baseline);
  const own = tokenMean(sumsOf(documents, (logProb) => -logProb));
  const other = tokenMean(sumsOf(baseline, (logProb) => -logProb));
  const [p, p0] = [Math.exp(own.value), Math.exp(other.value)];
  const difference = tokenMean(sumsOf(documents, (logProb, d, i) => baseline[d][i] - logProb));
  const ratio = Math.exp(difference.value);
  const moved = own.influence.map((value, d) => p * value - p0 * other.influence[d]);
  return {
    nll: influenceInterval(difference.value, difference.influence),
    ratio: influenceInterval(ratio, scaled(difference.influence, ratio)),
    perplexity: influenceInterval(p - p0, moved),
  };
}

/**
 * Mean over all tokens with its interval, median, 99th percentile and maximum.
 * @throws RangeError if there is no value or one is NaN.
 */
export function distribution(documents: ByDocument): Distribution {
  const sorted = Float64Array.from(documents.flatMap((values) => Array.from(values))).sort();
  if (sorted.length === 0) throw new RangeError("distribution: values must not be empty");
  if (sorted.some(Number.isNaN)) throw new RangeError("distribution: values must not hold NaN");
  return {
    mean: documentMean(sumsOf(documents, (value) => value)),
    median: sortedQuantile(sorted, 0.5),
    percentile99: sortedQuantile(sorted, 0.99),
    max: sorted.at(-1)!,
  };
}

/**
 * Everything about a model beside its baseline, from the paired scores of each document.
 * @throws RangeError if there is no position.
 */
export function compareScores(documents: readonly PairedScores[]): Comparison {
  const own = documents.map(({model}) => model.logProbs);
  const other = documents.map(({baseline}) => baseline.logProbs);
  const squares = own.flatMap((logProbs, d) =>
    Array.from(logProbs, (value, i) => (Math.exp(value) - Math.exp(other[d][i])) ** 2),
  );
  return {
    model: perplexity(own),
    baseline: perplexity(other),
    difference: pairedDifference(own, other),
    kl: distribution(documents.map(({kl}) => kl)),
    sameTop: documentShare(documents.map(sameTopTrials)),
    rmsProbabilityChange: Math.sqrt(mean(squares)),
  };
}

const sameTopTrials = ({model, baseline}: PairedScores) => ({
  right: model.topTokens.filter((token, i) => token === baseline.topTokens[i]).length,
  trials: model.topTokens.length,
});

/** Sums over each document's tokens of what a token counts. */
function sumsOf(documents: ByDocument, of: (value: number, document: number, token: number) => number) {
  const sums = documents.map((values, d) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += of(values[i], d, i);
    return sum;
  });
  return {sums, sizes: documents.map(({length}) => length)};
}

const scaled = (influence: Float64Array, factor: number): Float64Array =>
  influence.map((value) => factor * value);

function requireSameTokens(documents: ByDocument, baseline: ByDocument): void {
  const lengths = (of: ByDocument) => of.map(({length}) => length).join(", ");
  if (lengths(documents) === lengths(baseline)) return;
  throw new RangeError(
    `pairedDifference: documents must have the baseline's tokens, ${lengths(baseline)}, got ${lengths(documents)}`,
  );
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
    min: smallest(values),
    max: largest(values),
    seeds,
  };
}

/** Share of a baseline's score that is left: score / baseline, for scores where more is better. NaN if the baseline scored 0. */
export function recovery(score: number, baseline: number): number {
  return baseline === 0 ? Number.NaN : score / baseline;
}
