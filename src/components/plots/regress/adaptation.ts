import type {adaptation} from "../../../lib/experiments/regress/adaptation.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {medianError} from "./runs.js";

/** A predictor after some examples of a kind of text that it had not seen. */
export type AdaptationRow = RowOf<typeof adaptation>;

const [PRETRAINED, FRESH] = ["pretrained", "from nothing"];

/** Runs of one predictor after as many examples, from the smallest error to the largest. */
const runsLike = ({start, examples}: AdaptationRow, rows: readonly AdaptationRow[]): AdaptationRow[] =>
  rows
    .filter((row) => row.start === start && row.examples === examples)
    .toSorted((a, b) => a.logError - b.logError);

/** True for the run with the median error. */
const isMedian = (row: AdaptationRow, rows: readonly AdaptationRow[]): boolean => {
  const runs = runsLike(row, rows);
  return runs[Math.floor((runs.length - 1) / 2)] === row;
};

/** Median error of the runs and their range, against the examples of a new kind of text. */
export const adaptationFigure = linesFigure<typeof adaptation>({
  experiment: "regress/adaptation",
  question: "How many examples does a model need for a kind of text that it has not seen?",
  key: ({start, examples, seed}) => `${start} ${examples} ${seed}`,
  label: ({start, examples}) => `${start}, ${examples} examples`,
  series: seriesBy(
    ({start}) => start,
    (row) => ([PRETRAINED, FRESH].includes(row.start) ? "machine" : "baseline"),
  ),
  x: {column: "examples", label: "measured kernels that it learned from", log: true, ticks: [8, 64, 512]},
  y: {column: "logError", label: "root mean square error", unit: "powers of ten"},
  better: "bottom left",
  merits: "fewer examples, smaller error",
  interval: (row, all) => {
    const runs = runsLike(row, all);
    return [runs[0].logError, runs[runs.length - 1].logError];
  },
  drawn: (rows) => rows.filter((row) => row.examples > 0 && isMedian(row, rows)),
  finding: (_, __, all) => adaptationFinding(all),
});

/** Median errors with the fewest and the most examples, by where a model begins, beside the best that learns in seconds. */
export function adaptationFinding(rows: readonly AdaptationRow[]): string {
  const counts = [...new Set(rows.map(({examples}) => examples))].filter((count) => count > 0);
  const sizes = counts.toSorted((a, b) => a - b);
  const said = [sizes[0], sizes[sizes.length - 1]].map((examples) => {
    const own = rows.filter((row) => row.examples === examples);
    const errors = [...new Set(own.map(({start}) => start))].map((start) => ({
      start,
      error: medianError(own.filter((row) => row.start === start)),
    }));
    const of = (start: string) => errors.find((each) => each.start === start)?.error ?? Number.NaN;
    const others = errors.filter(({start}) => start !== PRETRAINED && start !== FRESH);
    const [best] = others.toSorted((a, b) => a.error - b.error);
    const other =
      best === undefined ? "" : `, and the best other, ${best.start}, by ${numberText(best.error, 2)}`;
    return `With ${examples} examples a model that was pretrained on other kinds of text errs by ${numberText(of(PRETRAINED), 2)} powers of ten, one from nothing by ${numberText(of(FRESH), 2)}${other}`;
  });
  return `${said.join(". ")}. Marks are medians of the runs, bars their range; each run has examples of its own, over ${rows[0]?.texts ?? 0} kernels.`;
}
