import type {stateTracking} from "../../../lib/experiments/mixers/state-tracking.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";
import {ALL_SEEDS} from "../row-names.js";

/** A row of the experiment. */
export type TrackingRow = RowOf<typeof stateTracking>;

const NAMES: Readonly<Record<string, Look & {readonly name: string}>> = {
  elman: {name: "Elman", family: "state-space", shade: 3},
  lstm: {name: "LSTM", family: "state-space", shade: 0},
  gru: {name: "GRU", family: "state-space", shade: 1},
  slstm: {name: "sLSTM", family: "state-space", shade: 2},
  gated: {name: "gated recurrence", family: "tokens", shade: 0},
  transformer: {name: "transformer", family: "baseline", shade: 0},
};

/** Name of a model. */
export const trackerName = (model: string): string => NAMES[model]?.name ?? model;

const GROUPS: Readonly<Record<string, string>> = {parity: "parity", s3: "the order of three letters"};

const figureOf = (task: "parity" | "s3") =>
  linesFigure<typeof stateTracking>({
    experiment: "mixers/state-tracking",
    question: `Who still knows ${GROUPS[task]} after many steps?`,
    drawn: (rows) => rows.filter((row) => row.seed === ALL_SEEDS && row.task === task),
    key: ({model, length}) => `${task} ${model} ${length}`,
    label: ({model, length}) => `${trackerName(model)}, ${length} elements`,
    series: ({model}) => NAMES[model],
    x: {column: "length", label: "elements of a word", log: true},
    y: {column: "right", label: "share of states right"},
    interval: ({rightLow: low, rightHigh: high}) => (low === null || high === null ? undefined : [low, high]),
    finding: ({rows}) => trackingFinding(rows),
  });

/** States that are right against the length of words, for parity. */
export const parityFigure = figureOf("parity");
/** The same for the orders of three letters. */
export const lettersFigure = figureOf("s3");

function trackingFinding(rows: readonly TrackingRow[]): string {
  const longest = rows.reduce((most, {length}) => Math.max(most, length), 0);
  const last = rows.filter(({length}) => length === longest);
  const of = (model: string) => last.find((row) => row.model === model);
  const [own, rival] = [of("lstm"), of("transformer")];
  if (!own || !rival) return "Lines are 95 % intervals over words.";
  return `With words of ${longest} elements the LSTM has ${numberText(100 * own.right, 3)} % of the states right, the transformer ${numberText(100 * rival.right, 2)} %; guessing gives ${numberText(100 * own.guess, 2)} %. Lines are 95 % intervals over ${own.words} words of three trainings.`;
}
