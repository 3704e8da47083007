import type {DataAxis, dataSize} from "../../../lib/experiments/regress/data-size.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {FigureOf, RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {numberName} from "./predictors.js";
import {medianError} from "./runs.js";

/** One model with more of one thing. */
export type DataSizeRow = RowOf<typeof dataSize>;

const seedName = ({seed}: DataSizeRow): string => `seed ${seed}`;

/** Axis and question of a figure. */
const QUESTIONS: Readonly<Record<DataAxis, readonly [label: string, question: string]>> = {
  "training texts": ["texts of this kind that a model was trained on", "Do more texts help?"],
  parameters: ["parameters", "Does a larger model help?"],
  digits: ["digits of a number", "Do more digits help?"],
  samples: ["samples a text", "Do more samples help?"],
  "tasks at once": ["kinds of text at once", "Does one model for all kinds lose against one for each?"],
};

/** Rows of the first number of a task on one axis. */
const onAxis = (rows: readonly DataSizeRow[], axis: DataAxis): DataSizeRow[] =>
  rows.filter((row) => row.axis === axis && row.target === rows[0]?.target);

/** Error against more of one thing, a line a seed. */
export const dataSizeFigure = (axis: DataAxis): FigureOf<typeof dataSize> =>
  linesFigure<typeof dataSize>({
    experiment: "regress/data-size",
    question: QUESTIONS[axis][1],
    key: ({value, seed}) => `${axis} ${value} ${seed}`,
    label: ({value, seed}) => `${value} ${axis}, seed ${seed}`,
    series: seriesBy(seedName, () => "machine"),
    x: {column: "value", label: QUESTIONS[axis][0], log: axis !== "digits"},
    y: {column: "logError", label: "root mean square error", unit: "powers of ten"},
    better: "bottom left",
    merits: "less of it, smaller error",
    drawn: (rows) => onAxis(rows, axis),
    finding: (_, __, all) => dataSizeFinding(all, axis),
  });

/** Median errors over the seeds with the least and the most of one thing. */
export function dataSizeFinding(rows: readonly DataSizeRow[], axis: DataAxis): string {
  const own = onAxis(rows, axis);
  const values = [...new Set(own.map(({value}) => value))].toSorted((a, b) => a - b);
  const [least, most] = [values[0], values.at(-1)];
  if (least === undefined || most === undefined) return "No model was tried.";
  const error = (value: number) => numberText(medianError(own.filter((row) => row.value === value)), 2);
  const ends = groupedDigits(`${least} to ${most}`);
  const seeds = new Set(own.map(({seed}) => seed)).size;
  return `From ${ends} ${QUESTIONS[axis][0]}, the error of the ${numberName(own[0].target)} goes from ${error(least)} to ${error(most)} powers of ten: medians of ${seeds} seeds, over ${own[0].texts} texts.`;
}
