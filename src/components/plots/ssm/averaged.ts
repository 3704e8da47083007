import type {vmeanbaExperiment} from "../../../lib/experiments/ssm/vmeanba.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {ALL_SEEDS} from "../row-names.js";

type AveragedRow = RowOf<typeof vmeanbaExperiment>;

/** All seeds together first, then each by itself. */
const seriesOf = ({seed}: AveragedRow) =>
  seed === "all"
    ? {name: ALL_SEEDS, family: "state-space" as const, shade: 0}
    : {name: `seed ${seed}`, family: "baseline" as const, shade: Number(seed) - 1};

const common = {
  experiment: "ssm/vmeanba",
  key: ({seed, averaged}: AveragedRow) => `${seed} ${averaged}`,
  label: ({seed, averaged, layers}: AveragedRow) =>
    seed === "all" ? `${averaged} layers averaged` : `${averaged} layers averaged by seed ${seed}: ${layers}`,
  series: seriesOf,
  y: {column: "accuracy", label: "share of pictures named rightly"},
  interval: ({seed, accuracyLow, accuracyHigh}: AveragedRow) =>
    seed === "all" ? ([accuracyLow, accuracyHigh] as const) : undefined,
} as const;

/** Accuracy against the number of layers whose channels are averaged. */
export const averagedFigure = linesFigure<typeof vmeanbaExperiment>({
  ...common,
  question: "How many layers can scan one mean channel?",
  x: {column: "averaged", label: "layers averaged"},
  finding: ({rows}) => averagedFinding(rows),
});

/** Accuracy against all operations of the layers. */
export const operationsFigure = linesFigure<typeof vmeanbaExperiment>({
  ...common,
  question: "How much work of the whole model does that save?",
  x: {column: "operations", label: "operations of a picture", provenance: "modelled"},
  better: "top left",
  merits: "fewer operations, more pictures named rightly",
  finding: ({rows}) => operationsFinding(rows),
});

/** Rows of all seeds together by the number of layers averaged. */
const pooled = (rows: readonly AveragedRow[]) =>
  rows.filter(({seed}) => seed === "all").toSorted((a, b) => a.averaged - b.averaged);

const percent = (share: number): string => `${numberText(100 * share, 3)} %`;
const points = (share: number): string => `${numberText(100 * share, 2)} points`;

/** Percentage points of accuracy that the paper calls a small loss. */
export const SMALL_LOSS = 0.03;

/** The most layers whose average costs less than {@link SMALL_LOSS}, counted from none on. */
export function bearableLayers(rows: readonly AveragedRow[]): AveragedRow {
  const own = pooled(rows);
  const beyond = own.findIndex(({change}) => change <= -SMALL_LOSS);
  return own[(beyond < 0 ? own.length : beyond) - 1];
}

/** The layers that can be averaged, and what all of them cost. */
export function averagedFinding(rows: readonly AveragedRow[]): string {
  const own = pooled(rows);
  if (own.length === 0) return "No row of all seeds together.";
  const [none, all, most] = [own[0], own[own.length - 1], bearableLayers(rows)];
  const first =
    most.averaged === 0
      ? "Averaging a single layer already costs 3 percentage points or more."
      : `With ${most.averaged} of ${all.averaged} layers averaged accuracy changes by ${points(most.change)} (95 % interval ${points(most.changeLow)} to ${points(most.changeHigh)}), from ${percent(none.accuracy)}.`;
  return `${first} With all ${all.averaged} averaged it is ${percent(all.accuracy)}.`;
}

/** The share of the work that lies in the scans, and what is saved. */
export function operationsFinding(rows: readonly AveragedRow[]): string {
  const own = pooled(rows);
  if (own.length === 0) return "No row of all seeds together.";
  const [none, all] = [own[0], own[own.length - 1]];
  return `The scans are ${percent(none.scanOperations / none.operations)} of the operations of a picture. One channel in place of all leaves ${percent(all.scanOperations / none.scanOperations)} of theirs and ${percent(all.operations / none.operations)} of the whole: projections and convolutions stay.`;
}
