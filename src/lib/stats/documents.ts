/**
 * Means and shares over the tokens of several documents, whose tokens depend on each other: the documents are the sample.
 * Estimators are ratios of sums, errors by the delta method over documents. (Cochran, Sampling Techniques, chapter 6)
 */

import {type Interval, influenceInterval, LEAST_UNITS, type Measurement} from "./interval.js";
import {estimateMean, requirePairs} from "./moments.js";
import {type Share, wilson} from "./shares.js";
import {studentTQuantile} from "./student-t.js";

/** Sums over the tokens of each document, and numbers of those tokens. */
export interface DocumentSums {
  readonly sums: ArrayLike<number>;
  readonly sizes: ArrayLike<number>;
}

/** Trials of a document and how many came out right, such as answers to its questions. */
export interface DocumentTrials {
  readonly right: number;
  readonly trials: number;
}

/** Trials of a document that two readers had in common. */
export interface PairedTrials {
  /** Those that the first got right and the second did not. */
  readonly won: number;
  /** Those that the second got right and the first did not. */
  readonly lost: number;
  readonly trials: number;
}

/** A share of trials that come in documents. */
export interface DocumentShare extends Share {
  /** Documents with at least one trial. */
  readonly documents: number;
}

/**
 * The mean over all tokens, and by how much each document moves it.
 * @throws RangeError if the lengths differ or there is no token.
 */
export function tokenMean({sums, sizes}: DocumentSums): {value: number; influence: Float64Array} {
  requirePairs("tokenMean", sums, sizes);
  const [total, tokens] = [sumOf(sums), sumOf(sizes)];
  if (!(tokens > 0)) throw new RangeError(`tokenMean: sizes must hold a token, got ${tokens}`);
  const value = total / tokens;
  const scale = sizes.length / tokens;
  return {value, influence: Float64Array.from(sums, (sum, i) => scale * (sum - value * sizes[i]))};
}

/** The mean over all tokens with its interval. @throws RangeError as {@link tokenMean}. */
export function documentMean(documents: DocumentSums): Measurement {
  const {value, influence} = tokenMean(documents);
  return influenceInterval(value, influence);
}

/**
 * The share of right trials over all documents, with Wilson's interval for as many independent trials as have the spread
 * of the documents, at most those that there are, and Student's t over documents. Trials that all agree say nothing of how
 * they depend on each other and count one by one. Both ends are NaN below {@link LEAST_UNITS} documents.
 * (Franco and others, Confidence intervals for proportions in complex surveys, doi.org/10.1093/jssam/smy019)
 * @throws RangeError if there is no trial or a document has more right than trials.
 */
export function documentShare(documents: readonly DocumentTrials[]): DocumentShare {
  const asked = withTrials("documentShare", documents);
  const {value, influence} = tokenMean({
    sums: asked.map(({right}) => right),
    sizes: asked.map(({trials}) => trials),
  });
  const trials = sumOf(asked.map(({trials}) => trials));
  if (asked.length < LEAST_UNITS) {
    return {share: value, low: Number.NaN, high: Number.NaN, trials, documents: asked.length};
  }
  const spread = estimateMean(influence).standardError ** 2;
  const effective = spread === 0 ? trials : Math.min(trials, (value * (1 - value)) / spread);
  const {low, high} = wilson(value * effective, effective, student95(asked.length));
  return {share: value, low, high, trials, documents: asked.length};
}

/**
 * The share of trials that the first reader gets right less that of the second, with Student's interval over documents.
 * Its error is at least that of independent trials, half of one added to each of the four outcomes, so that it keeps a
 * width where the two never part. Both ends are NaN below {@link LEAST_UNITS} documents.
 * (Agresti and Min, doi.org/10.1002/sim.1781)
 * @throws RangeError if there is no trial or a document has more right than trials.
 */
export function documentChange(documents: readonly PairedTrials[]): Interval {
  const asked = withTrials(
    "documentChange",
    documents.map((one) => ({...one, right: one.won + one.lost})),
  );
  const sums = asked.map(({won, lost}) => won - lost);
  const {value, influence} = tokenMean({sums, sizes: asked.map(({trials}) => trials)});
  const n = sumOf(asked.map(({trials}) => trials)) + 2;
  const parted = sumOf(asked.map(({right}) => right)) + 1;
  const middle = sumOf(sums) / n;
  const least = Math.sqrt(parted - n * middle ** 2) / n;
  if (asked.length < LEAST_UNITS) return {value, low: Number.NaN, high: Number.NaN};
  const half = student95(asked.length) * Math.max(least, estimateMean(influence).standardError);
  return {value, low: Math.max(-1, middle - half), high: Math.min(1, middle + half)};
}

/** Standard errors on each side of a 95 % interval over so many documents. */
const student95 = (documents: number): number => studentTQuantile(0.975, documents - 1);

function withTrials<T extends DocumentTrials>(where: string, documents: readonly T[]): readonly T[] {
  const wrong = documents.find(({right, trials}) => !(right >= 0 && right <= trials));
  if (wrong !== undefined) {
    throw new RangeError(`${where}: right must be 0 .. trials, got ${wrong.right} of ${wrong.trials}`);
  }
  const asked = documents.filter(({trials}) => trials > 0);
  if (asked.length === 0) throw new RangeError(`${where}: documents must hold a trial, got none`);
  return asked;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}
