import type {predictors} from "../../../lib/experiments/regress/predictors.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

/** A predictor of one number of a task. */
export type PredictorRow = RowOf<typeof predictors>;

/** Name of the trained model among the predictors. */
const MODEL = "regression model";

/** Numbers of the tasks as prose has them. */
const NUMBERS: Readonly<Record<string, string>> = {
  time_per_token: "time a token",
  memory: "memory",
  operations: "operations",
  peak_bytes: "memory",
  printed: "printed number",
  cycles: "cycles",
  registers: "registers",
  microseconds: "time",
};

/** A number of a task as prose has it. */
export const numberName = (target: string): string => NUMBERS[target] ?? target;

const most = (rows: readonly PredictorRow[]) =>
  rows.reduce((size, {samples}) => Math.max(size, samples ?? 0), 0);

/** One row a predictor: of the model the median of the most samples. */
export function compared(rows: readonly PredictorRow[]): PredictorRow[] {
  const all = most(rows);
  return rows.filter(
    ({estimator, samples}) => estimator === null || (estimator === "median" && samples === all),
  );
}

const looks = seriesBy<PredictorRow>(
  ({predictor}) => predictor,
  (row) => (row.predictor === MODEL ? "machine" : "baseline"),
);

/** Rows of the first number of a task that have a rank correlation, one a predictor. */
const ranked = (rows: readonly PredictorRow[]): PredictorRow[] =>
  compared(rows).filter(({target, spearman}) => target === rows[0]?.target && spearman !== null);

/** Rank correlation against error of every predictor, of the first number of the task. */
export const predictorsFigure = marksFigure<typeof predictors>({
  experiment: "regress/predictors",
  question: "Who predicts the cost of an unseen text best?",
  key: ({predictor, target, estimator, samples}) =>
    `${predictor} ${target} ${estimator ?? ""} ${samples ?? ""}`,
  label: ({predictor}) => predictor,
  series: looks,
  x: {column: "logError", label: "root mean square error", unit: "powers of ten"},
  y: {column: "spearman", label: "Spearman's correlation"},
  interval: ({spearmanLow, spearmanHigh}) =>
    spearmanLow === null || spearmanHigh === null ? undefined : [spearmanLow, spearmanHigh],
  better: "top left",
  merits: "smaller error, order kept better",
  drawn: ranked,
  labelled: ({points}) =>
    points
      .toSorted((a, b) => Number(b.row.predictor === MODEL) - Number(a.row.predictor === MODEL))
      .map(({key}) => key),
  finding: (_, __, all) => predictorsFinding(all),
});

const rho = ({spearman}: PredictorRow): string => numberText(spearman ?? 0, 2);

/** How the order of one predictor is beside another's, as far as its interval tells. */
function likeness({spearmanLow, spearmanHigh}: PredictorRow, {spearman}: PredictorRow): string {
  const other = spearman ?? 0;
  if (spearmanLow !== null && spearmanLow > other) return "better than";
  return spearmanHigh !== null && spearmanHigh < other ? "worse than" : "about as well as";
}

/** Excess cost when the model and another predictor each choose the cheapest of eight texts. */
function choosing(model: PredictorRow, other: PredictorRow): string {
  if (model.regret === null || other.regret === null) return "";
  const [own, others] = [model, other].map(({regret}) => `${numberText(100 * (regret ?? 0), 2)} %`);
  return ` The text of eight that the model would choose costs ${own} more than the best of them, that of ${other.predictor} ${others}.`;
}

/** The model's rank correlation of the task's first number beside that of the best other predictor. */
export function predictorsFinding(rows: readonly PredictorRow[]): string {
  const shown = ranked(rows);
  const model = shown.find(({predictor}) => predictor === MODEL);
  const [best] = shown
    .filter(({predictor}) => predictor !== MODEL)
    .toSorted((a, b) => (b.spearman ?? 0) - (a.spearman ?? 0));
  if (model === undefined || best === undefined) return "Too few texts to rank.";
  const names = [...new Set(rows.map(({target}) => numberName(target)))].slice(1);
  const others = names.length === 0 ? "" : ` The table has the same numbers for ${names.join(" and ")}.`;
  return `The model orders unseen texts by their ${numberName(model.target)} ${likeness(model, best)} the best simple predictor: Spearman's correlation is ${rho(model)}, that of ${best.predictor} ${rho(best)}.${choosing(model, best)} Lines are 95 % intervals over ${model.texts} texts; the model was trained once.${others}`;
}
