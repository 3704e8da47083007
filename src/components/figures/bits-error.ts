import {ALL_TENSORS, type bitsError} from "../../lib/experiments/formats/bits-error.js";
import type {Point} from "../chart-spec.js";
import {numberText} from "../number-text.js";
import {paretoFront} from "../pareto.js";
import type {FigureOf} from "../workbench.js";
import {type FormatPoint, frontSeries, seriesByFamily} from "./series.js";

type BitsFigure = FigureOf<typeof bitsError>;
type BitsRow = Parameters<BitsFigure["key"]>[0];

/** One row a format: that of all tensors together where there are several, else that of the only one. */
export function wholeRows(rows: readonly BitsRow[]): BitsRow[] {
  const together = rows.filter(({tensor}) => tensor === ALL_TENSORS);
  return together.length > 0 ? together : [...rows];
}

/** Size against error for every format, and the front of those that nothing beats. */
export const bitsErrorFigure: BitsFigure = {
  key: ({format}) => format,
  draw(rows, {distribution}) {
    const points = wholeRows(rows)
      // What is stored exactly has no error to draw.
      .filter(({sqnrDb}) => Number.isFinite(sqnrDb))
      .map(
        (row): FormatPoint => ({
          key: row.format,
          label: row.format,
          family: row.family,
          x: row.bitsPerElement,
          y: row.sqnrDb,
        }),
      );
    const front = paretoFront(points);
    return {
      question: "Which format loses least at which size?",
      finding: bitsFinding(front, distribution),
      x: {label: "size", unit: "bits per element, scales included"},
      y: {label: "signal to quantization noise", unit: "dB"},
      better: "top left",
      series: [frontSeries(front), ...seriesByFamily(points)],
      labelled: new Set(front.map(({key}) => key)),
    };
  },
};

function bitsFinding(front: readonly Point[], distribution: string): string {
  const names = front.map(({label, x}) => `${label} (${numberText(x, 3)})`);
  return `On ${distribution}, nothing of the same size or less beats ${names.join(", ")}; in brackets, bits per element.`;
}

/**
 * The same formats on a normal distribution and on the chosen values, from the rows of the shipped table: who falls
 * below the line of equality does worse on them than the textbook says.
 */
export function againstNormal(shipped: readonly BitsRow[]): BitsFigure {
  const normal = new Map(
    wholeRows(shipped.filter(({distribution}) => distribution === "normal")).map((row) => [
      row.format,
      row.sqnrDb,
    ]),
  );
  return {
    key: ({format}) => format,
    draw(rows, {distribution}) {
      const points = wholeRows(rows)
        .filter(
          ({format, sqnrDb}) => Number.isFinite(sqnrDb) && Number.isFinite(normal.get(format) ?? Number.NaN),
        )
        .map(
          (row): FormatPoint => ({
            key: row.format,
            label: row.format,
            family: row.family,
            x: normal.get(row.format)!,
            y: row.sqnrDb,
          }),
        );
      const worst = points.reduce<Point | undefined>(
        (w, p) => (w && w.y - w.x <= p.y - p.x ? w : p),
        undefined,
      );
      const best = points.reduce<Point | undefined>(
        (w, p) => (w && w.y - w.x >= p.y - p.x ? w : p),
        undefined,
      );
      return {
        question: "Does a bell curve predict it?",
        finding: comparison(distribution, worst, best),
        x: {label: "on a normal distribution", unit: "dB"},
        y: {label: `on ${distribution}`, unit: "dB"},
        series: [equality(points), ...seriesByFamily(points)],
        labelled: new Set([worst?.key, best?.key].filter((key) => key !== undefined)),
      };
    },
  };
}

function comparison(distribution: string, worst?: Point, best?: Point): string {
  if (worst === undefined || best === undefined) return "The shipped table has none of these formats.";
  const change = ({label, x, y}: Point) =>
    `${label} ${y >= x ? "gains" : "loses"} ${numberText(Math.abs(y - x), 3)} dB`;
  return `From a normal distribution to ${distribution}, ${change(worst)} and ${change(best)}; the grey line is no change.`;
}

function equality(points: readonly Point[]) {
  const all = points.flatMap(({x, y}) => [x, y]);
  const ends = all.length === 0 ? [] : [Math.min(...all), Math.max(...all)];
  return {
    name: "no change",
    family: "baseline",
    provenance: "measured",
    join: "front",
    points: ends.map((end) => ({key: `equal ${end}`, label: "", x: end, y: end})),
  } as const;
}
