/** How well predictions of a number order and meet the true ones. */

import {rankedProbabilityScore} from "../../regress/estimators.js";
import {bootstrap} from "../../stats/bootstrap.js";
import {mean} from "../../stats/moments.js";
import {kendall, spearman} from "../../stats/rank.js";
import {choiceRegret} from "../../stats/regression.js";
import {isCovered, summaryOf} from "./samples.js";
import {signedLog} from "./signed-log.js";

/** Texts among which a predictor chooses one. */
const CHOICES = 8;
const RESAMPLES = 300;

const number = (label: string) => ({type: "number", label, provenance: "measured"}) as const;
const open = (label: string) => ({...number(label), nullable: true}) as const;

/** Columns of {@link Scores}. */
export const scoreColumns = {
  spearman: open("Spearman's rank correlation"),
  spearmanLow: open("Lower end of its 95 % interval over texts"),
  spearmanHigh: open("Upper end of its 95 % interval over texts"),
  kendall: open("Kendall's rank correlation"),
  logError: number("Root mean square error of the decimal logarithm"),
  exact: number("Share of predictions right to four digits"),
  regret: open("Mean excess cost of the chosen of eight texts"),
} as const;

/** Columns of how well the spread of the samples fits; empty for fewer samples than quartiles need. */
export const spreadColumns = {
  covered50: open("Share of true numbers in the middle half of the samples"),
  covered90: open("Share of true numbers in the middle 90 % of the samples"),
  rankedScore: open("Mean ranked probability score over the mean absolute true number"),
} as const;

/** Scores of predictions, one a text. */
export interface Scores {
  readonly spearman: number | null;
  readonly spearmanLow: number | null;
  readonly spearmanHigh: number | null;
  readonly kendall: number | null;
  /** Root mean square of the error of the decimal logarithm. */
  readonly logError: number;
  /** Share of predictions that are the true number to four digits. */
  readonly exact: number;
  /** Mean excess of the chosen of eight texts over the best of them; null for numbers that are not all above zero. */
  readonly regret: number | null;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function rankScores(truth: Float64Array, predicted: Float64Array) {
  if (new Set(predicted).size < 2)
    return {spearman: null, spearmanLow: null, spearmanHigh: null, kendall: null};
  const {value, low, high} = bootstrap(
    truth.length,
    (chosen) => {
      const pick = (values: Float64Array) => Float64Array.from(chosen, (i) => values[i]);
      return spearman(pick(truth), pick(predicted));
    },
    {resamples: RESAMPLES},
  );
  return {
    spearman: finite(value),
    spearmanLow: finite(low),
    spearmanHigh: finite(high),
    kendall: finite(kendall(truth, predicted)),
  };
}

function meanRegret(truth: Float64Array, predicted: Float64Array): number | null {
  if (truth.some((value) => value <= 0) || truth.length < CHOICES) return null;
  const groups = Array.from({length: Math.floor(truth.length / CHOICES)}, (_, i) => i * CHOICES);
  return mean(
    groups.map((from) =>
      choiceRegret(truth.subarray(from, from + CHOICES), predicted.subarray(from, from + CHOICES), 1),
    ),
  );
}

/** Scores of predictions, one a text. */
export function scoresOf(truth: Float64Array, predicted: Float64Array): Scores {
  const errors = truth.map((value, i) => (signedLog(value) - signedLog(predicted[i])) ** 2);
  const same = truth.map((value, i) => Number(value.toPrecision(4) === predicted[i].toPrecision(4)));
  return {
    ...rankScores(truth, predicted),
    logError: Math.sqrt(mean(errors)),
    exact: mean(same),
    regret: meanRegret(truth, predicted),
  };
}

const LEAST_FOR_QUARTILES = 16;

/** Gives how well the spread of the samples fits the true numbers, one list of samples a text; nulls for too few samples. */
export function spreadOf(truth: Float64Array, samples: readonly Float64Array[]) {
  if (samples[0].length < LEAST_FOR_QUARTILES) return {covered50: null, covered90: null, rankedScore: null};
  const summaries = samples.map(summaryOf);
  const covered = (share: number) =>
    mean(summaries.map((summary, i) => Number(isCovered(summary, share, truth[i]))));
  const errors = samples.map((each, i) =>
    summaries[i] === null ? Math.abs(truth[i]) : rankedProbabilityScore(each, truth[i]),
  );
  return {
    covered50: covered(0.5),
    covered90: covered(0.9),
    // Infinite samples leave no mean distance.
    rankedScore: finite(mean(errors) / mean(truth.map(Math.abs))),
  };
}
