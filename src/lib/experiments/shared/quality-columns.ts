/** Measures of a model beside its baseline, as columns that all experiments of this family share. */

import type {Measured} from "../../evaluate/evaluate.js";

/** An end of a 95 % interval, which is empty where there are too few units for one. */
export const intervalEnd = <const L extends string, const U extends string | undefined = undefined>(
  label: L,
  unit?: U,
) =>
  ({
    type: "number",
    label,
    ...(unit !== undefined && {unit}),
    provenance: "measured",
    nullable: true,
  }) as const;

/**
 * Perplexity and its kin over tokens, and the share of answer tokens that come out right. Intervals are 95 %, by Student's
 * t over documents; those of a difference are paired.
 */
export const qualityColumns = {
  documents: {type: "integer", label: "Documents, which the intervals count"},
  tokens: {type: "integer", label: "Tokens predicted"},
  perplexity: {type: "number", label: "Perplexity", provenance: "measured"},
  perplexityLow: intervalEnd("Perplexity, lower end of 95 %"),
  perplexityHigh: intervalEnd("Perplexity, upper end of 95 %"),
  difference: {type: "number", label: "Perplexity above the baseline's", provenance: "measured"},
  differenceLow: intervalEnd("Perplexity above the baseline's, lower end of 95 %, paired"),
  differenceHigh: intervalEnd("Perplexity above the baseline's, upper end of 95 %, paired"),
  klMean: {type: "number", label: "KL divergence, mean", unit: "nats", provenance: "measured"},
  klLow: intervalEnd("KL divergence, lower end of 95 %", "nats"),
  klHigh: intervalEnd("KL divergence, upper end of 95 %", "nats"),
  klMedian: {type: "number", label: "KL divergence, median", unit: "nats", provenance: "measured"},
  kl99: {type: "number", label: "KL divergence, 99th percentile", unit: "nats", provenance: "measured"},
  sameTop: {type: "number", label: "Share of tokens with the same likeliest one", provenance: "measured"},
  sameTopLow: intervalEnd("Same likeliest, lower end of 95 %"),
  sameTopHigh: intervalEnd("Same likeliest, upper end of 95 %"),
  retrieval: {
    type: "number",
    label: "Retrieval accuracy: share of answer tokens right",
    provenance: "measured",
    nullable: true,
  },
  retrievalLow: intervalEnd("Retrieval, lower end of 95 %"),
  retrievalHigh: intervalEnd("Retrieval, upper end of 95 %"),
  retrievalTrials: {type: "integer", label: "Answer tokens"},
} as const;

/**
 * The cells of these columns.
 * @throws RangeError if the evaluation had no texts.
 */
export function qualityCells({comparison, answers}: Measured) {
  if (comparison === null) throw new RangeError("qualityCells: the evaluation must have texts, got none");
  const {model, difference, kl, sameTop} = comparison;
  return {
    documents: model.documents,
    tokens: model.tokens,
    perplexity: model.perplexity.value,
    perplexityLow: known(model.perplexity.low),
    perplexityHigh: known(model.perplexity.high),
    difference: difference.perplexity.value,
    differenceLow: known(difference.perplexity.low),
    differenceHigh: known(difference.perplexity.high),
    klMean: kl.mean.value,
    klLow: known(kl.mean.low),
    klHigh: known(kl.mean.high),
    klMedian: kl.median,
    kl99: kl.percentile99,
    sameTop: sameTop.share,
    sameTopLow: known(sameTop.low),
    sameTopHigh: known(sameTop.high),
    retrieval: answers?.model.share ?? null,
    retrievalLow: known(answers?.model.low),
    retrievalHigh: known(answers?.model.high),
    retrievalTrials: answers?.model.trials ?? 0,
  };
}

/** The cell of a number that may be unknown, such as the end of an interval over few documents: then it stays empty. */
export function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
