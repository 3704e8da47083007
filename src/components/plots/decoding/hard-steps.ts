import type {hardSteps} from "../../../lib/experiments/decoding/hard-steps.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {level} from "../series.js";

export type HardStepRow = RowOf<typeof hardSteps>;

/** Signals that a running system has, without the label or the right text. */
const AT_HAND = ["entropy", "classifier"];

const isAtHand = ({signal}: HardStepRow): boolean => AT_HAND.includes(signal);

/** How well each signal ranks hard steps, and steps that the large model mends. */
export const signalFigure = marksFigure<typeof hardSteps>({
  experiment: "decoding/hard-steps",
  question: "Which signal finds the steps that a large model should write?",
  key: ({signal}) => signal,
  label: ({label}) => label,
  series: (row) =>
    isAtHand(row)
      ? {name: "known while the small model writes", family: "decoding", shade: 0}
      : {name: "needs the label or the right text", family: "baseline", shade: 0},
  x: {column: "findsHard", label: "chance that a hard step ranks above an easy one"},
  y: {column: "findsMendable", label: "chance that a mended step ranks above another"},
  guides: ({points}) => level("by chance", "measured", 0.5, points),
  labelled: ({points}) => points.map(({key}) => key),
  finding: ({rows}) => signalFinding(rows),
});

/** The better of the signals at hand for the steps that the large model mends, beside the true difficulty. */
export function signalFinding(rows: readonly HardStepRow[]): string {
  const [best] = rows.filter(isAtHand).toSorted((a, b) => b.findsMendable - a.findsMendable);
  const truth = rows.find(({signal}) => signal === "true");
  if (best === undefined || truth === undefined) return "There are no signals to compare.";
  return `Of the two that are known while the small model writes, “${best.label}” finds the steps that the large model mends better: ${numberText(best.findsMendable, 2)}, where chance is 0.5. True difficulty reaches ${numberText(truth.findsMendable, 2)}. The large model mends ${best.mendable} of ${best.steps} steps.`;
}
