import type {bitsError} from "../../../lib/experiments/formats/bits-error.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Point, Series} from "../chart-spec.js";
import {paretoFront} from "../pareto.js";
import {ALL_TENSORS} from "../row-names.js";
import {type FormatPoint, frontSeries, seriesByFamily} from "../series.js";

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
      x: {
        label: "size",
        unit: "bits per element, scales included",
        log: true,
        ticks: [1, 2, 3, 4, 6, 8, 16, 32],
      },
      y: {label: "signal to quantization noise", unit: "dB"},
      better: "top left",
      series: [frontSeries(front), ...seriesByFamily(points)],
      labelled: new Set([...front, ...points].map(({key}) => key)),
    };
  },
};

function bitsFinding(front: readonly Point[], distribution: string): string {
  const names = front.map(({label, x}) => `${label} (${numberText(x, 3)})`);
  return `On ${distribution}, nothing of the same size or less beats ${names.join(", ")}; in brackets, bits per element.`;
}

/** What a bell curve is compared with while the bell curve itself is chosen. */
const REAL = "weights/decoder-small";

/**
 * The same formats on a normal distribution and on the chosen values: who falls below the grey line does worse on
 * them than the textbook says. What is not among the rows at hand comes from the shipped table.
 */
export function againstNormal(shipped: readonly BitsRow[]): BitsFigure {
  const qualities = (distribution: string) =>
    wholeRows(shipped.filter((row) => row.distribution === distribution));
  const normal = new Map(qualities("normal").map((row) => [row.format, row.sqnrDb]));
  return {
    key: ({format}) => format,
    draw(rows, {distribution}) {
      const other = distribution === "normal" ? REAL : distribution;
      const points = (distribution === "normal" ? qualities(REAL) : wholeRows(rows))
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
      const byChange = [...points].sort((a, b) => a.y - a.x - (b.y - b.x));
      const ends = [byChange[0], byChange.at(-1)].filter((point) => point !== undefined);
      return {
        question: "Does a bell curve predict it?",
        finding: `From a normal distribution to ${other}, ${ends.map(change).join(" and ")}; the grey line is no change.`,
        x: {label: "on a normal distribution", unit: "dB"},
        y: {label: `on ${other}`, unit: "dB"},
        series: [...equality(points), ...seriesByFamily(points)],
        labelled: new Set(ends.map(({key}) => key)),
      };
    },
  };
}

function change({label, x, y}: Point): string {
  return `${label} ${y >= x ? "gains" : "loses"} ${numberText(Math.abs(y - x), 3)} dB`;
}

function equality(points: readonly Point[]): Series[] {
  if (points.length === 0) return [];
  const all = points.flatMap(({x, y}) => [x, y]);
  const ends = [Math.min(...all), Math.max(...all)];
  const line = ends.map((end) => ({key: `no change at ${end}`, label: "no change", x: end, y: end}));
  return [{name: "no change", family: "baseline", provenance: "measured", join: "guide", points: line}];
}
