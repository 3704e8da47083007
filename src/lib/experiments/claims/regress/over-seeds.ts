/** Evidence on predicted costs: of one model over texts, and of several seeds. */

import {bootstrap} from "../../../stats/bootstrap.js";
import {largest, smallest} from "../../../stats/extent.js";
import {mean} from "../../../stats/moments.js";
import {kendall, spearman} from "../../../stats/rank.js";
import {summaryOf} from "../../regress/samples.js";
import type {Tried} from "../../regress/tried.js";
import type {Evidence} from "../claim.js";
import {measured} from "../evidence.js";

const METHOD = "95 %, bootstrap over documents";
const RESAMPLES = 400;

/** A number of true values and predicted ones at some texts. */
export type Statistic = (truth: Float64Array, predicted: Float64Array, at: Int32Array) => number;

/** A statistic with what it is called. */
export interface Quantity {
  readonly quantity: string;
  readonly unit: string;
  readonly statistic: Statistic;
}

/** Medians of the samples; where no sample is a number, zero. */
export const medians = ({samples}: Pick<Tried, "samples">): Float64Array =>
  Float64Array.from(samples, (each) => summaryOf(each)?.median ?? 0);

const picked = (values: Float64Array, at: Int32Array): Float64Array =>
  Float64Array.from(at, (i) => values[i]);

/** Spearman's rank correlation. */
export const rank: Quantity = {
  quantity: "Spearman's rank correlation",
  unit: "",
  statistic: (truth, predicted, at) => spearman(picked(truth, at), picked(predicted, at)),
};

/** Kendall's rank correlation. */
export const pairRank: Quantity = {
  quantity: "Kendall's rank correlation",
  unit: "",
  statistic: (truth, predicted, at) => kendall(picked(truth, at), picked(predicted, at)),
};

/** The mean of a statistic over predictions of the same texts, with its interval over texts. */
export function overTexts(
  subject: string,
  {quantity, unit, statistic}: Quantity,
  truth: Float64Array,
  predictions: readonly Float64Array[],
): Evidence {
  const {value, low, high} = bootstrap(
    truth.length,
    (at) => mean(predictions.map((predicted) => statistic(truth, predicted, at))),
    {resamples: RESAMPLES},
  );
  return {...measured(subject, quantity, value, unit), low, high, documents: truth.length, method: METHOD};
}

/** A statistic of one model's medians, over all texts or those that are kept. */
export function ofModel(
  tried: Tried,
  subject: string,
  quantity: Quantity,
  keep: (text: string) => boolean = () => true,
): Evidence {
  const {truth, samples} = keptTexts(tried, keep);
  return overTexts(subject, quantity, truth, [medians({samples})]);
}

/** The mean of a statistic over seeds of a smaller model on the same texts, and the least and most of them. */
export function overSeeds(
  seeds: readonly Tried[],
  subject: string,
  quantity: Quantity,
  keep: (text: string) => boolean = () => true,
): Evidence[] {
  const kept = seeds.map((tried) => keptTexts(tried, keep));
  if (kept.length === 0) return [];
  const [{truth}] = kept;
  const predictions = kept.map(medians);
  const all = Int32Array.from(truth, (_, i) => i);
  const values = predictions.map((predicted) => quantity.statistic(truth, predicted, all));
  const of = `${subject}, smaller model`;
  return [
    overTexts(`${of}, mean of ${seeds.length} seeds`, quantity, truth, predictions),
    measured(`${of}, least of the seeds`, quantity.quantity, smallest(values), quantity.unit),
    measured(`${of}, most of the seeds`, quantity.quantity, largest(values), quantity.unit),
  ];
}

function keptTexts({texts, truth, samples}: Tried, keep: (text: string) => boolean) {
  const at = texts.flatMap((text, i) => (keep(text) ? [i] : []));
  return {truth: Float64Array.from(at, (i) => truth[i]), samples: at.map((i) => samples[i])};
}
