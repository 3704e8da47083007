import type {surrogate} from "../../../lib/experiments/regress/surrogate.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

/** What a search found after some evaluations. */
export type SearchRow = RowOf<typeof surrogate>;

const percent = (share: number): number => 100 * share;

/** Part of the true front that is found against the candidates that were computed. */
export const surrogateFigure = linesFigure<typeof surrogate>({
  experiment: "regress/surrogate",
  question: "How soon is the front found?",
  key: ({strategy, evaluations}) => `${strategy} ${evaluations}`,
  label: ({strategy, evaluations}) => `${strategy}, ${evaluations} computed`,
  series: seriesBy(
    ({strategy}) => strategy,
    (row) => (row.strategy === "regression model" ? "machine" : "baseline"),
  ),
  x: {column: "evaluations", label: "candidates computed", log: true, ticks: [4, 8, 16, 32]},
  y: {
    column: "found",
    provenance: "modelled",
    label: "part of the front's area found",
    unit: "%",
    of: ({found}) => percent(found),
  },
  better: "top left",
  merits: "fewer computed, more found",
  finding: (_, __, all) => surrogateFinding(all),
});

/** The parts that the searches find with the fewest candidates computed. */
export function surrogateFinding(rows: readonly SearchRow[]): string {
  const fewest = rows.reduce(
    (least, {evaluations}) => Math.min(least, evaluations),
    Number.POSITIVE_INFINITY,
  );
  const own = rows.filter(({evaluations}) => evaluations === fewest);
  if (own.length === 0) return "Nothing was searched.";
  const parts = own.toSorted((a, b) => b.found - a.found);
  const said = parts.map(({strategy, found}) => `${strategy} ${numberText(percent(found), 2)} %`).join(", ");
  return `With ${fewest} of ${own[0].candidates} candidates computed, this part of the front's area is found: ${said}. At random is the mean of many searches; the model was trained once.`;
}
