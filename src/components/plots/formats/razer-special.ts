import type {razerSpecial} from "../../../lib/experiments/formats/razer-special.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Point, Series} from "../chart-spec.js";
import {grouped} from "../series.js";

type SpecialFigure = FigureOf<typeof razerSpecial>;
type SpecialRow = Parameters<SpecialFigure["key"]>[0];

/** With the set of ±5 alone there is no o; it is drawn where its one magnitude is. */
const placeOf = ({magnitude}: SpecialRow) => magnitude ?? 5;
const withSpecial = (rows: readonly SpecialRow[]) => rows.filter(({special}) => special !== null);

/** What the special value buys over NVFP4 at the same size, against its magnitude. */
export const razerGainFigure: SpecialFigure = {
  key: (row) => String(placeOf(row)),
  draw(rows, {distribution, set}) {
    const points = Array.from(
      grouped(withSpecial(rows), (row) => String(placeOf(row))),
      ([key, [row]]): Point => ({key, label: `o = ${key}`, x: placeOf(row!), y: row!.gainDb}),
    ).sort((a, b) => a.x - b.x);
    const best = points.reduce<Point | undefined>(
      (top, point) => (top && top.y >= point.y ? top : point),
      undefined,
    );
    const ends = [points[0], points.at(-1)].filter((point) => point !== undefined);
    return {
      question: "What does the special value buy?",
      finding: best
        ? `On ${distribution} with the set ${set}, the best magnitude is ${numberText(best.x)}: ${numberText(best.y, 3)} dB over NVFP4 at the same size.`
        : "There are no rows.",
      x: {label: "magnitude o of the special value"},
      y: {label: "gain over NVFP4", unit: "dB"},
      series: [
        {
          name: "NVFP4",
          family: "baseline",
          provenance: "measured",
          join: "line",
          points: ends.map(({x, key}) => ({key: `nvfp4 ${key}`, label: "NVFP4", x, y: 0})),
        },
        {name: "RaZeR", family: "razer", provenance: "measured", join: "line", points},
      ],
    };
  },
};

/** How many blocks take each of the special values. */
export const razerShareFigure: SpecialFigure = {
  key: (row) => String(placeOf(row)),
  draw(rows, {distribution, set}) {
    const lines = Array.from(
      grouped(withSpecial(rows), specialName),
      ([name, members]): Series => ({
        name,
        family: "razer",
        provenance: "measured",
        join: "line",
        points: members
          .map((row) => ({
            key: String(placeOf(row)),
            label: `${name} at o = ${placeOf(row)}`,
            x: placeOf(row),
            y: 100 * row.blockShare,
          }))
          .sort((a, b) => a.x - b.x),
      }),
    );
    return {
      question: "Which special value do blocks choose?",
      finding: `Share of the blocks of ${distribution} that take each value of the set ${set}; a block takes the one that leaves it the least squared error.`,
      x: {label: "magnitude o of the special value"},
      y: {label: "share of the blocks", unit: "%"},
      series: lines,
    };
  },
};

function specialName({special, magnitude}: SpecialRow): string {
  const sign = special! < 0 ? "−" : "+";
  return Math.abs(special!) === magnitude ? `${sign}o` : `${sign}${Math.abs(special!)}`;
}
