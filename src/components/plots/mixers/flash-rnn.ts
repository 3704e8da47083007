import type {flashRnnExperiment} from "../../../lib/experiments/mixers/flash-rnn.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";

/** A row of the experiment's main table. */
export type FormRow = RowOf<typeof flashRnnExperiment>;

const FORMS: Readonly<Record<string, Look & {readonly name: string}>> = {
  alternating: {name: "two kernels a step", family: "baseline", shade: 0},
  fused: {name: "one kernel for all steps", family: "state-space", shade: 0},
};

/** Time of the bytes of a step against the width of a head. */
export const formsFigure = linesFigure<typeof flashRnnExperiment>({
  experiment: "mixers/flash-rnn",
  question: "What does a step cost that reads its matrices anew?",
  key: ({form, headDim}) => `${form} ${headDim}`,
  label: ({form, headDim}) => `heads of ${headDim}, ${FORMS[form].name}`,
  series: ({form}) => FORMS[form],
  x: {column: "headDim", label: "width of a head", log: true},
  y: {column: "time", label: "time of the bytes of a step", unit: "µs", log: true, provenance: "modelled"},
  finding: ({rows}) => formsFinding(rows),
});

function formsFinding(rows: readonly FormRow[]): string {
  const widest = rows.findLast(({form, time}) => form === "fused" && time !== null);
  const beside = rows.find(({form, headDim}) => form === "alternating" && headDim === widest?.headDim);
  if (!widest || !beside) return "No width has tiles on this processor.";
  return `One kernel has tiles for heads of up to ${widest.headDim} channels here, and moves ${numberText(beside.bytes / widest.bytes, 2)} times fewer bytes at that width. Wider heads fit neither into registers nor into shared memory.`;
}
