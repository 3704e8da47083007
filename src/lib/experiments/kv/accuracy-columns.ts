/** Accuracy of a smaller cache on answer tokens, paired with the baseline. */

import type {Measured, PairedAccuracy} from "../../evaluate/evaluate.js";
import {known} from "../shared/quality-columns.js";

const share = (label: string) => ({type: "number", label, provenance: "measured", nullable: true}) as const;

/** Answers and copies, and how far each moved: a change says more than two shares with intervals of their own. */
export const accuracyColumns = {
  answersChange: share("Answers right, change"),
  answersChangeLow: share("Answers, change, lower end of 95 %"),
  answersChangeHigh: share("Answers, change, upper end of 95 %"),
  copies: share("Copied tokens right"),
  copiesChange: share("Copied tokens right, change"),
  copiesChangeLow: share("Copied tokens, change, lower end of 95 %"),
  copiesChangeHigh: share("Copied tokens, change, upper end of 95 %"),
  copyTrials: {type: "integer", label: "Copied tokens"},
} as const;

/** The cells of these columns. */
export function accuracyCells({answers, copies}: Measured) {
  const change = (of: PairedAccuracy | null) => of?.difference;
  return {
    answersChange: change(answers)?.value ?? null,
    answersChangeLow: known(change(answers)?.low),
    answersChangeHigh: known(change(answers)?.high),
    copies: copies?.model.share ?? null,
    copiesChange: change(copies)?.value ?? null,
    copiesChangeLow: known(change(copies)?.low),
    copiesChangeHigh: known(change(copies)?.high),
    copyTrials: copies?.model.trials ?? 0,
  };
}
