import type {adaptation} from "../../../lib/experiments/regress/adaptation.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {looksOf} from "../palette.js";
import {medianError} from "./runs.js";

/** A predictor after some examples of a kind of text that it had not seen. */
export type AdaptationRow = RowOf<typeof adaptation>;

const [PRETRAINED, FRESH] = ["pretrained", "from nothing"];

/** Error against the examples of a new kind of text, a mark a run. */
export const adaptationFigure = marksFigure<typeof adaptation>({
  experiment: "regress/adaptation",
  question: "How many examples does a model need for a kind of text that it has not seen?",
  key: ({start, examples, seed}) => `${start} ${examples} ${seed}`,
  label: ({start, examples, seed}) => `${start}, ${examples} examples, run ${seed}`,
  series: ({start}, rows) => ({
    name: start,
    ...looksOf(
      rows,
      (row) => row.start,
      (row) => ([PRETRAINED, FRESH].includes(row.start) ? "machine" : "baseline"),
    ).get(start)!,
  }),
  x: {column: "examples", label: "measured kernels that it learned from", log: true, ticks: [8, 64, 512]},
  y: {column: "logError", label: "root mean square error", unit: "powers of ten"},
  better: "bottom left",
  merits: "fewer examples, smaller error",
  drawn: (rows) => rows.filter(({examples}) => examples > 0),
  labelled: ({points}) => points.filter(({row}) => row.seed === 1 && row.examples === 64).map(({key}) => key),
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
    const other = best === undefined ? "" : `, ${best.start} by ${numberText(best.error, 2)}`;
    return `With ${examples} examples a model that was pretrained on other kinds of text errs by ${numberText(of(PRETRAINED), 2)} powers of ten, one from nothing by ${numberText(of(FRESH), 2)}${other}`;
  });
  return `${said.join(". ")}. Medians of the runs, each with examples of its own, over ${rows[0]?.texts ?? 0} kernels.`;
}
