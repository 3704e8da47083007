/** Measures of a model beside its baseline, as columns that all experiments of this family share. */

import type {Measured} from "../../evaluate/evaluate.js";

/** Perplexity and its kin over tokens, and the share of answer tokens that come out right. */
export const qualityColumns = {
  tokens: {type: "integer", label: "Tokens predicted"},
  perplexity: {type: "number", label: "Perplexity", provenance: "measured"},
  perplexityError: {
    type: "number",
    label: "Standard error of the perplexity",
    provenance: "measured",
    nullable: true,
  },
  difference: {type: "number", label: "Perplexity above the baseline's", provenance: "measured"},
  differenceError: {
    type: "number",
    label: "Standard error of the difference, paired",
    provenance: "measured",
    nullable: true,
  },
  klMean: {type: "number", label: "KL divergence, mean", unit: "nats", provenance: "measured"},
  klError: {
    type: "number",
    label: "Standard error of the mean KL divergence",
    unit: "nats",
    provenance: "measured",
    nullable: true,
  },
  klMedian: {type: "number", label: "KL divergence, median", unit: "nats", provenance: "measured"},
  kl99: {type: "number", label: "KL divergence, 99th percentile", unit: "nats", provenance: "measured"},
  sameTop: {type: "number", label: "Share of tokens with the same likeliest one", provenance: "measured"},
  sameTopLow: {type: "number", label: "Same likeliest, lower end of 95 %", provenance: "measured"},
  sameTopHigh: {type: "number", label: "Same likeliest, upper end of 95 %", provenance: "measured"},
  retrieval: {
    type: "number",
    label: "Retrieval: share of answer tokens right",
    provenance: "measured",
    nullable: true,
  },
  retrievalLow: {
    type: "number",
    label: "Retrieval, lower end of 95 %",
    provenance: "measured",
    nullable: true,
  },
  retrievalHigh: {
    type: "number",
    label: "Retrieval, upper end of 95 %",
    provenance: "measured",
    nullable: true,
  },
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
    tokens: model.tokens,
    perplexity: model.perplexity.value,
    perplexityError: known(model.perplexity.standardError),
    difference: difference.perplexity.value,
    differenceError: known(difference.perplexity.standardError),
    klMean: kl.mean.value,
    klError: known(kl.mean.standardError),
    klMedian: kl.median,
    kl99: kl.percentile99,
    sameTop: sameTop.share,
    sameTopLow: sameTop.low,
    sameTopHigh: sameTop.high,
    retrieval: answers?.model.share ?? null,
    retrievalLow: answers?.model.low ?? null,
    retrievalHigh: answers?.model.high ?? null,
    retrievalTrials: answers?.model.trials ?? 0,
  };
}

/** One token has no spread: such a cell stays empty. */
function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
