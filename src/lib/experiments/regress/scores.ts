/** How well predictions of a number order and meet the true ones. */

import {bootstrap} from "../../stats/bootstrap.js";
import {mean} from "../../stats/moments.js";
import {kendall, spearman} from "../../stats/rank.js";
import {choiceRegret} from "../../stats/regression.js";
import {signedLog} from "./signed-log.js";

/** Texts among which a predictor chooses one. */
const CHOICES = 8;
const RESAMPLES = 300;

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
