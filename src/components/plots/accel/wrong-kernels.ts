import type {wrongKernels} from "../../../lib/experiments/accel/wrong-kernels.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {grouped} from "../series.js";

/** A class of bugs after some number of tests. */
export type WrongKernelRow = RowOf<typeof wrongKernels>;

/** Bugs of loops have one hue, those of values another. */
const LOOPS = ["off-by-one", "wrong-unroll", "missing-reset"];

/** Share of wrong kernels that are found, for each class of bugs, over random tests. */
export const wrongKernelsFigure = linesFigure<typeof wrongKernels>({
  experiment: "accel/wrong-kernels",
  question: "How many random tests find a wrong kernel?",
  key: ({bugs, tests}) => `${bugs}/${tests}`,
  label: ({label, tests}) => `${label}, ${tests} ${tests === 1 ? "test" : "tests"}`,
  series: seriesBy(
    ({label}) => label,
    ({bugs}) => (LOOPS.includes(bugs) ? "machine" : "rounding"),
  ),
  x: {column: "tests", label: "random tests", log: true},
  y: {column: "found", label: "share of wrong kernels found"},
  interval: ({low, high}) => (low === null || high === null ? undefined : [low, high]),
  better: "top left",
  merits: "fewer tests, more found",
  finding: ({rows}) => wrongKernelsFinding(rows),
});

const percent = (share: number): string => `${numberText(100 * share, 2)} %`;

/** Rows of each class at the end of their tests, the fewest found first. */
export function lastRows(rows: readonly WrongKernelRow[]): WrongKernelRow[] {
  const classes = grouped(rows, ({bugs}) => bugs);
  const last = Array.from(classes.values(), (own) => own.reduce((a, b) => (a.tests > b.tests ? a : b)));
  return last.sort((a, b) => a.found - b.found);
}

/** Wrong kernels of all classes that the first test finds, and the class of which the most stay. */
export function wrongKernelsFinding(rows: readonly WrongKernelRow[]): string {
  const last = lastRows(rows);
  const [hardest] = last;
  if (hardest === undefined) return "No kernel is wrong.";
  const found = (own: readonly WrongKernelRow[]) => {
    const all = own.reduce((sum, {mutants}) => sum + mutants, 0);
    return own.reduce((sum, row) => sum + row.found * row.mutants, 0) / all;
  };
  const first = found(rows.filter(({tests}) => tests === 1));
  const stays =
    hardest.found === 1
      ? `${hardest.tests} tests find all.`
      : `${hardest.tests} tests find ${percent(found(last))}. Most stay where the bug is: ${hardest.label}, ${percent(1 - hardest.found)} of ${hardest.mutants}.`;
  return `One test finds ${percent(first)} of the wrong kernels; ${stays}`;
}
