import type {operatorGraphs} from "../../../lib/experiments/regress/operator-graphs.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {numberName} from "./predictors.js";

/** A predictor of graphs after one training run. */
export type OperatorGraphRow = RowOf<typeof operatorGraphs>;

const SHAPES = "shapes";
const reads = ({tokens}: OperatorGraphRow): string =>
  tokens === SHAPES ? "operators and shapes" : "operators";
const nameOf = (row: OperatorGraphRow): string => `${row.predictor}, ${reads(row)}`;
const first = (rows: readonly OperatorGraphRow[]): OperatorGraphRow[] =>
  rows.filter(({target}) => target === rows[0]?.target);

/** Rank correlation against error, a mark for every training run. */
export const operatorGraphsFigure = marksFigure<typeof operatorGraphs>({
  experiment: "regress/operator-graphs",
  question: "Do names of operators tell what a graph costs, or must shapes be read too?",
  key: (row) => `${row.target} ${nameOf(row)} ${row.seed ?? ""}`,
  label: (row) => (row.seed === null ? nameOf(row) : `${nameOf(row)}, run ${row.seed + 1}`),
  series: seriesBy(nameOf, ({predictor}) => (predictor === "convolution" ? "machine" : "baseline")),
  x: {column: "rangeError", label: "root mean square error of the logarithm", unit: "% of its range"},
  y: {column: "spearman", label: "Spearman's correlation"},
  better: "top left",
  merits: "smaller error, order kept better",
  drawn: (rows) => first(rows).filter(({spearman}) => spearman !== null),
  labelled: ({points}) => points.filter(({row}) => row.seed === null || row.seed === 0).map(({key}) => key),
  finding: (_, __, all) => operatorGraphsFinding(all),
});

const range = (values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return `${numberText(sorted[0], 2)} to ${numberText(sorted[sorted.length - 1], 2)} %`;
};

/** Errors of the convolution with and without shapes over its training runs, and what it tells apart. */
export function operatorGraphsFinding(rows: readonly OperatorGraphRow[]): string {
  const own = first(rows).filter(({predictor}) => predictor === "convolution");
  const [names, shapes] = ["operators", SHAPES].map((tokens) => own.filter((row) => row.tokens === tokens));
  const [some] = shapes;
  if (some === undefined || names.length === 0) return "No convolution was tried.";
  const errors = [names, shapes].map((each) => range(each.map(({rangeError}) => rangeError)));
  const told = range(shapes.map(({separated}) => 100 * (separated ?? 0)));
  return `With operators alone the convolution errs by ${errors[0]} of the range of the ${numberName(some.target)}, with shapes by ${errors[1]}, over ${shapes.length} training runs each and ${some.texts} graphs. With shapes it tells ${told} of the graphs from the same graph at twice the sizes, with operators alone none.`;
}
