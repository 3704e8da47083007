import type {systolic} from "../../../lib/experiments/accel/systolic.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {looksOf} from "../palette.js";
import {DATAFLOWS} from "../row-names.js";

type SystolicRow = RowOf<typeof systolic>;
type Dataflow = (typeof DATAFLOWS)[number];

const NAMES: Readonly<Record<Dataflow, string>> = {
  os: "output-stationary",
  ws: "weight-stationary",
  is: "input-stationary",
};
const nameOf = ({dataflow}: SystolicRow) => NAMES[dataflow as Dataflow];

const LOOKS = looksOf(
  DATAFLOWS,
  (dataflow) => dataflow,
  () => "machine",
);

/** The colour of a dataflow, in figures and drawings. */
export const dataflowLook = (dataflow: string) => LOOKS.get(dataflow) ?? {family: "machine" as const};

const shared = {
  key: ({dataflow, side, rows}: SystolicRow) => `${dataflow} ${side} x ${side}, ${rows} rows`,
  series: (row: SystolicRow) => ({name: nameOf(row), ...dataflowLook(row.dataflow)}),
};

const best = (rows: readonly SystolicRow[]): SystolicRow =>
  rows.reduce((a, b) => (b.totalCycles < a.totalCycles ? b : a));

/** Utilization of an array by the number of rows that pass it: one token leaves it idle. */
export const rowsFigure = linesFigure<typeof systolic>({
  experiment: "accel/systolic",
  ...shared,
  question: "How many rows keep the array busy?",
  drawn: (all, {side}) => all.filter((row) => row.side === side),
  x: {column: "rows", label: "matmul rows M", log: true},
  y: {column: "utilization", provenance: "modelled", label: "utilization", unit: "%"},
  finding({rows: drawn}, {side, rows}) {
    const here = best(drawn.filter((row) => row.rows === rows));
    return `At ${rows} ${rows === 1 ? "row" : "rows"} the best of the three, ${nameOf(here)}, keeps ${numberText(here.utilization, 3)} % of ${side} x ${side} elements busy.`;
  },
});

/** Cycles over the size of the array: they fall until folds no longer fill it, or memory cannot feed it. */
export const sidesFigure = linesFigure<typeof systolic>({
  experiment: "accel/systolic",
  ...shared,
  question: "What does a larger array gain?",
  drawn: (all, {rows}) => all.filter((row) => row.rows === rows),
  x: {column: "side", label: "array side", unit: "elements", log: true},
  y: {column: "totalCycles", provenance: "modelled", label: "cycles", log: true},
  finding({rows: drawn}, {rows}) {
    const here = best(drawn);
    const sides = drawn.map(({side}) => side);
    return `From ${smallest(sides)} to ${largest(sides)} elements a side, ${rows} ${rows === 1 ? "row takes" : "rows take"} the fewest cycles, ${numberText(here.totalCycles)}, at ${here.side} with ${nameOf(here)}; ${numberText((100 * here.stallCycles) / here.totalCycles, 3)} % of them wait for memory.`;
  },
});
