import type {programs} from "../../../lib/experiments/regress/programs.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {looksOf} from "../palette.js";

/** What somebody says of one kind of programs. */
export type ProgramRow = RowOf<typeof programs>;

const MODEL = "regression model";
const percent = (share: number): number => 100 * share;

/** Share of right answers against the operations that programs execute, a mark for each kind of program. */
export const programsFigure = marksFigure<typeof programs>({
  experiment: "regress/programs",
  question: ([row]) => `Without running it, who knows of a program: ${row?.question ?? "its cost"}?`,
  key: ({surrogate, aspect}) => `${surrogate} ${aspect}`,
  label: ({surrogate, aspect}) => `${aspect}, ${surrogate}`,
  series: ({surrogate}, rows) => ({
    name: surrogate,
    ...looksOf(
      rows,
      (row) => row.surrogate,
      (row) => (row.surrogate === MODEL ? "machine" : "baseline"),
    ).get(surrogate)!,
  }),
  x: {column: "steps", label: "operations that the programs execute, geometric mean", log: true},
  y: {column: "exact", label: "exactly right", unit: "%", of: ({exact}) => percent(exact)},
  interval: ({low, high}) => [percent(low), percent(high)],
  drawn: (rows) => rows.filter(({steps}) => steps !== null),
  labelled: ({points}) => points.filter(({row}) => row.surrogate === MODEL).map(({key}) => key),
  finding: (_, __, all) => programsFinding(all),
});

/** The model's best and worst kind of program, and what it says of programs that fail. */
export function programsFinding(rows: readonly ProgramRow[]): string {
  const own = rows.filter(({surrogate, steps}) => surrogate === MODEL && steps !== null);
  const [best, ...others] = own.toSorted((a, b) => b.exact - a.exact);
  const worst = others.at(-1);
  if (best === undefined || worst === undefined) return "No program was asked about.";
  const said = (row: ProgramRow) => `${numberText(percent(row.exact), 2)} %`;
  const buggy = rows.find(({surrogate, aspect}) => surrogate === MODEL && aspect === "buggy");
  const failing = buggy === undefined ? "" : ` Of programs that fail, it is right about ${said(buggy)}.`;
  return `Asked for ${best.question}, the model is right about ${said(best)} of the programs of kind ${best.aspect} and ${said(worst)} of kind ${worst.aspect}.${failing} Lines are 95 % intervals over up to ${best.programs} programs of a kind; the model was trained once.`;
}
