import type {razerSpecial} from "../../../lib/experiments/formats/razer-special.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {grouped, level} from "../series.js";
import {valuesName} from "./values-name.js";

type SpecialRow = RowOf<typeof razerSpecial>;

/** With the set of ±5 alone there is no o; it is drawn where its one magnitude is. */
const placeOf = ({magnitude}: SpecialRow) => magnitude ?? 5;
const key = (row: SpecialRow) => String(placeOf(row));
const withSpecial = (rows: readonly SpecialRow[]) => rows.filter(({special}) => special !== null);

/** Gain of the special value over NVFP4 at the same size, against its magnitude. */
export const razerGainFigure = linesFigure<typeof razerSpecial>({
  experiment: "formats/razer-special",
  question: "How much does the special value gain?",
  // Rows of one magnitude differ in the value alone, not in the gain.
  drawn: (rows) => Array.from(grouped(withSpecial(rows), key).values(), ([row]) => row!),
  key,
  label: (row) => `o = ${placeOf(row)}`,
  series: () => ({name: "RaZeR", family: "razer"}),
  x: {column: "magnitude", of: placeOf, label: "magnitude o of the special value"},
  y: {column: "gainDb", label: "gain over NVFP4", unit: "dB"},
  guides: ({points}) => level("NVFP4", "measured", 0, points),
  finding({points}, {distribution, set}) {
    if (points.length === 0) return "There are no rows.";
    const best = points.reduce((top, point) => (point.y > top.y ? point : top));
    return `On ${valuesName(distribution)} with the set ${set}, the best magnitude is ${numberText(best.x)}: ${numberText(best.y, 3)} dB over NVFP4 at the same size.`;
  },
});

/** Number of blocks that take each of the special values. */
export const razerShareFigure = linesFigure<typeof razerSpecial>({
  experiment: "formats/razer-special",
  question: "Which special value do blocks choose?",
  drawn: withSpecial,
  key,
  label: (row) => `${specialName(row)} at o = ${placeOf(row)}`,
  series: (row) => ({name: specialName(row), family: "razer"}),
  x: {column: "magnitude", of: placeOf, label: "magnitude o of the special value"},
  y: {column: "blockShare", of: ({blockShare}) => 100 * blockShare, label: "share of the blocks", unit: "%"},
  finding: (_, {distribution, set}) =>
    `Share of the blocks of ${valuesName(distribution)} that take each value of the set ${set}; a block takes the one that leaves it the least squared error.`,
});

function specialName({special, magnitude}: SpecialRow): string {
  const sign = special! < 0 ? "−" : "+";
  return Math.abs(special!) === magnitude ? `${sign}o` : `${sign}${Math.abs(special!)}`;
}
