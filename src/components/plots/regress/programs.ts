import type {programs} from "../../../lib/experiments/regress/programs.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

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
  series: seriesBy(
    ({surrogate}) => surrogate,
    (row) => (row.surrogate === MODEL ? "machine" : "baseline"),
  ),
  x: {column: "steps", label: "operations that the programs execute, geometric mean", log: true},
  y: {column: "exact", label: "exactly right", unit: "%", of: ({exact}) => percent(exact)},
  interval: ({low, high}) => [percent(low), percent(high)],
  drawn: (rows) => rows.filter(({steps}) => steps !== null),
  labelled: ({points}) => points.filter(({row}) => row.surrogate === MODEL).map(({key}) => key),
  finding: (_, __, all) => programsFinding(all),
});

const said = ({exact}: ProgramRow): string => `${numberText(percent(exact), 2)} %`;

/** The model's best and worst kind of program that runs; of a failure, what it says of programs that do. */
function answered(running: readonly ProgramRow[], failing: ProgramRow | undefined): string {
  const [best, ...others] = running.toSorted((a, b) => b.exact - a.exact);
  const worst = others.at(-1) ?? best;
  const fails = failing === undefined ? "" : said(failing);
  if (best.question === "fails")
    return `Asked whether a program fails, the model is right about ${worst.exact === 1 ? "all" : `at least ${said(worst)}`} of the programs of every kind that runs, and about ${fails} of those that fail.`;
  const costs = failing === undefined ? "" : ` That a program fails and has none, it knows of ${fails}.`;
  return `The model knows the ${best.question} of ${said(best)} of the programs of kind ${best.aspect} and of ${said(worst)} of kind ${worst.aspect}.${costs}`;
}

/** What the model knows of programs that run and of those that fail. */
export function programsFinding(rows: readonly ProgramRow[]): string {
  const own = rows.filter(({surrogate}) => surrogate === MODEL);
  const running = own.filter(({steps}) => steps !== null);
  if (running.length === 0) return "No program was asked about.";
  const failing = own.find(({aspect}) => aspect === "buggy");
  const most = own.reduce((size, {programs: count}) => Math.max(size, count), 0);
  return `${answered(running, failing)} Lines are 95 % intervals over up to ${most} programs of a kind; the model was trained once.`;
}
