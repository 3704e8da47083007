import type {predictors} from "../../../lib/experiments/regress/predictors.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import {looksOf} from "../palette.js";
import {numberName, type PredictorRow} from "./predictors.js";

/** Rows of the model on the first number of a task. */
export const estimated = (rows: readonly PredictorRow[]): PredictorRow[] =>
  rows.filter(({estimator, target}) => estimator !== null && target === rows[0]?.target);

const looks = ({estimator}: PredictorRow, rows: readonly PredictorRow[]) => ({
  name: estimator ?? "",
  ...looksOf(
    rows.filter((row) => row.estimator !== null),
    (row) => row.estimator ?? "",
    () => "machine",
  ).get(estimator ?? "")!,
});

/** Error against the number of samples, a line an estimator. */
export const estimatorsFigure = linesFigure<typeof predictors>({
  experiment: "regress/predictors",
  question: "Which number should be made of the samples, and of how many?",
  key: ({estimator, samples}) => `${estimator} ${samples}`,
  label: ({estimator, samples}) => `${estimator} of ${samples}`,
  series: looks,
  x: {column: "samples", label: "samples a text", log: true},
  y: {column: "logError", label: "root mean square error", unit: "powers of ten"},
  better: "bottom left",
  merits: "fewer samples, smaller error",
  drawn: estimated,
  labelled: ({rows}) =>
    rows
      .filter(({samples}) => samples === mostOf(rows))
      .map(({estimator, samples}) => `${estimator} ${samples}`),
  finding: (_, __, all) => estimatorsFinding(all),
});

const mostOf = (rows: readonly PredictorRow[]): number =>
  rows.reduce((most, {samples}) => Math.max(most, samples ?? 0), 0);

/** The rows of all samples, best first. */
export function atMost(rows: readonly PredictorRow[]): PredictorRow[] {
  const own = estimated(rows);
  return own.filter(({samples}) => samples === mostOf(own)).toSorted((a, b) => a.logError - b.logError);
}

const error = ({logError}: PredictorRow): string => numberText(logError, 3);

/** Errors of the estimators with all samples beside one sample, and how well the spread fits. */
export function estimatorsFinding(rows: readonly PredictorRow[]): string {
  const [best, ...others] = atMost(rows);
  const single = estimated(rows).find(({samples}) => samples === 1);
  if (best === undefined || single === undefined) return "The model was not asked.";
  const rest = others.map((row) => `the ${row.estimator} ${error(row)}`).join(" and ");
  const covered =
    best.covered50 === null || best.covered90 === null
      ? ""
      : ` The middle half of the samples holds ${numberText(100 * best.covered50, 2)} % of the true numbers, the middle 90 % of them ${numberText(100 * best.covered90, 2)} %.`;
  return `Of ${best.samples} samples of ${numberName(best.target)} the ${best.estimator} errs least: by ${error(best)} powers of ten, ${rest}; a single sample errs by ${error(single)}.${covered} Over ${best.texts} texts; the model was trained once.`;
}
