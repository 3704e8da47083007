import type {decodingTimes} from "../../../lib/experiments/accel/decoding-times.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

export type DecodingTimesRow = RowOf<typeof decodingTimes>;

/** Modelled speed with a large model against the tokens of a pass that were measured here. */
export const decodingTimesFigure = marksFigure<typeof decodingTimes>({
  experiment: "accel/decoding-times",
  question: "What would our tokens of a pass be worth with a large model?",
  key: ({method}) => method,
  label: ({label}) => label,
  series: seriesBy(
    ({label}) => label,
    () => "decoding",
  ),
  x: {column: "tokensPerPass", label: "tokens for each pass, measured on decoder-large"},
  y: {column: "times", label: "times as fast as plain decoding", provenance: "modelled"},
  labelled: ({points}) => points.map(({key}) => key),
  finding: ({rows}, {machine}) => decodingTimesFinding(rows, machine),
});

/** The fastest method on a machine, and the one that gains least. */
export function decodingTimesFinding(rows: readonly DecodingTimesRow[], machine: string): string {
  const timed = rows.flatMap((row) => (row.times === null ? [] : [{label: row.label, times: row.times}]));
  const [first, ...others] = timed.toSorted((a, b) => b.times - a.times);
  if (first === undefined) return rows[0]?.refused ?? "There is no method to compare.";
  const last = others.at(-1);
  const least =
    last === undefined ? "" : `, ${last.label} comes last with ${numberText(last.times, 2)} times`;
  return `On ${machine} ${first.label} would be ${numberText(first.times, 2)} times as fast as plain decoding${least}: the passes of a draft and every verified token cost their part.`;
}
