import type {segmentation} from "../../../lib/experiments/decoding/segmentation.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

export type SegmentationRow = RowOf<typeof segmentation>;

/** Share of foreseen tokens below which a group is a guess more than a certainty. */
const CERTAIN = 0.99;

/** Tokens that join a group and were foreseen, against the tokens of a step. */
export const segmentationFigure = linesFigure<typeof segmentation>({
  experiment: "decoding/segmentation",
  question: "How many tokens can a step write before they differ from the model's own?",
  key: ({rule, confidence}) => `${rule} ${confidence ?? "fixed"}`,
  label: ({label, confidence}) =>
    confidence === null ? label : `${label}, threshold at ${numberText(confidence, 3)}`,
  series: seriesBy(
    ({label}) => label,
    () => "decoding",
  ),
  x: {column: "tokensPerStep", label: "tokens in a step, mean"},
  y: {
    column: "foreseen",
    label: "joined tokens that the model would have written",
    unit: "%",
    of: ({foreseen}) => foreseen && 100 * foreseen,
  },
  finding: ({rows}) => segmentationFinding(rows),
});

/** The largest groups of tokens that the model foresaw nearly all, and what larger ones cost. */
export function segmentationFinding(rows: readonly SegmentationRow[]): string {
  const grouped = rows
    .filter(({foreseen}) => foreseen !== null)
    .toSorted((a, b) => b.tokensPerStep - a.tokensPerStep);
  const certain = grouped.find(({foreseen}) => foreseen! >= CERTAIN);
  const double = grouped.findLast(({tokensPerStep}) => tokensPerStep >= 2);
  const safe =
    certain === undefined
      ? "No rule groups only tokens that the model foresees"
      : `${certain.label} gives ${numberText(certain.tokensPerStep, 3)} tokens a step, and ${numberText(100 * certain.foreseen!, 3)}\u00a0% of the tokens that join are those that the model would have written`;
  if (double === undefined) return `${safe}; no rule here reaches two tokens a step.`;
  return `${safe}. At two tokens a step or more, the rule ${double.label.toLowerCase()} takes in ${numberText(100 * (1 - double.foreseen!), 2)}\u00a0% of tokens that it would not have written.`;
}
