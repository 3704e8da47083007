/** Answers and copies in an evaluation, beside the float model on the same tokens, as columns of this family. */

import type {Measured, PairedAccuracy} from "../../evaluate/evaluate.js";
import {known} from "../shared/quality-columns.js";

const share = (label: string) => ({type: "number", label, provenance: "measured", nullable: true}) as const;

/** Shares of copied tokens, and how both shares differ from the float model's, with paired intervals. */
export const recallColumns = {
  retrievalDifference: share("Retrieval above the float model's"),
  retrievalDifferenceLow: share("Its lower end of 95 %, paired"),
  retrievalDifferenceHigh: share("Its upper end of 95 %, paired"),
  copy: share("Copies: share of repeated tokens right"),
  copyLow: share("Copies, lower end of 95 %"),
  copyHigh: share("Copies, upper end of 95 %"),
  copyDifference: share("Copies above the float model's"),
  copyDifferenceLow: share("Its lower end of 95 %, paired"),
  copyDifferenceHigh: share("Its upper end of 95 %, paired"),
  copyTrials: {type: "integer", label: "Repeated tokens"},
} as const;

/** The cells of these columns. */
export function recallCells({answers, copies}: Measured) {
  const [retrieval, copy] = [differenceOf(answers), differenceOf(copies)];
  return {
    retrievalDifference: retrieval.value,
    retrievalDifferenceLow: retrieval.low,
    retrievalDifferenceHigh: retrieval.high,
    copy: copies?.model.share ?? null,
    copyLow: known(copies?.model.low),
    copyHigh: known(copies?.model.high),
    copyDifference: copy.value,
    copyDifferenceLow: copy.low,
    copyDifferenceHigh: copy.high,
    copyTrials: copies?.model.trials ?? 0,
  };
}

function differenceOf(accuracy: PairedAccuracy | null) {
  const {value, low, high} = accuracy?.difference ?? {};
  return {value: known(value), low: known(low), high: known(high)};
}
