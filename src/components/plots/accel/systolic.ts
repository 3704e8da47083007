import type {systolic} from "../../../lib/experiments/accel/systolic.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Series} from "../chart-spec.js";
import {familyName} from "../palette.js";
import {DATAFLOWS} from "../row-names.js";

type SystolicFigure = FigureOf<typeof systolic>;
type SystolicRow = Parameters<SystolicFigure["key"]>[0];

const key = ({dataflow, side, rows}: SystolicRow): string => `${dataflow} ${side} x ${side}, ${rows} rows`;

/** A line a dataflow, through the rows of it in their order. */
function lines(
  rows: readonly SystolicRow[],
  x: (row: SystolicRow) => number,
  y: (row: SystolicRow) => number,
): Series[] {
  return DATAFLOWS.map((dataflow) => ({
    name: familyName(dataflow),
    family: dataflow,
    provenance: "modelled",
    join: "line",
    points: rows
      .filter((row) => row.dataflow === dataflow)
      .sort((a, b) => x(a) - x(b))
      .map((row) => ({key: key(row), label: key(row), x: x(row), y: y(row)})),
  }));
}

const best = (rows: readonly SystolicRow[]): SystolicRow =>
  rows.reduce((a, b) => (b.totalCycles < a.totalCycles ? b : a));

/** How busy an array is, by how many rows pass it: one token leaves it idle. */
export const rowsFigure: SystolicFigure = {
  key,
  draw(all, {side, rows}) {
    const drawn = all.filter((row) => row.side === side);
    const here = best(drawn.filter((row) => row.rows === rows));
    return {
      question: "How many rows keep the array busy?",
      finding: `At ${rows} ${rows === 1 ? "row" : "rows"} the best of the three, ${familyName(here.dataflow as "os")}, keeps ${numberText(here.utilization, 3)} % of ${side} x ${side} elements busy.`,
      x: {label: "rows of the left matrix", log: true},
      y: {label: "elements busy", unit: "%"},
      series: lines(
        drawn,
        (row) => row.rows,
        (row) => row.utilization,
      ),
    };
  },
};

/** What a larger array buys: cycles fall until folds no longer fill it, or memory cannot feed it. */
export const sidesFigure: SystolicFigure = {
  key,
  draw(all, {rows}) {
    const drawn = all.filter((row) => row.rows === rows);
    const here = best(drawn);
    const sides = [...new Set(drawn.map(({side}) => side))].sort((a, b) => a - b);
    return {
      question: "What does a larger array buy?",
      finding: `From ${sides[0]} to ${sides.at(-1)} elements a side, ${rows} ${rows === 1 ? "row takes" : "rows take"} the fewest cycles, ${numberText(here.totalCycles)}, at ${here.side} with ${familyName(here.dataflow as "os")}; ${numberText((100 * here.stallCycles) / here.totalCycles, 3)} % of them wait for memory.`,
      x: {label: "array side", unit: "elements", log: true},
      y: {label: "cycles", log: true},
      series: lines(
        drawn,
        ({side}) => side,
        ({totalCycles}) => totalCycles,
      ),
    };
  },
};
