import type {bitsError} from "../../../lib/experiments/formats/bits-error.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {ALL_TENSORS} from "../row-names.js";
import {BIT_TICKS, guide, ofFamily} from "../series.js";
import {valuesName} from "./values-name.js";

type BitsRow = RowOf<typeof bitsError>;

/** One row a format: that of all tensors together where there are several, else that of the only one. */
export function wholeRows(rows: readonly BitsRow[]): readonly BitsRow[] {
  const together = rows.filter(({tensor}) => tensor === ALL_TENSORS);
  return together.length > 0 ? together : rows;
}

const key = ({format}: BitsRow) => format;

/** Size against error for every format, and the front of those that nothing beats. */
export const bitsErrorFigure = marksFigure<typeof bitsError>({
  experiment: "formats/bits-error",
  question: "Which format loses least at which size?",
  drawn: wholeRows,
  key,
  series: ({family}) => ofFamily(family),
  x: {
    column: "bitsPerElement",
    label: "size",
    unit: "bits per element, scales included",
    log: true,
    ticks: BIT_TICKS,
  },
  // What is stored exactly has no error to draw.
  y: {column: "sqnrDb", label: "signal to quantization noise", unit: "dB"},
  better: "top left",
  merits: "fewer bits, less noise",
  front: () => true,
  labelled: ({front, points}) => [...front, ...points].map(({key}) => key),
  finding({front, points}, {distribution}) {
    const names = front.map(({label, x}) => `${label} (${numberText(x, 3)})`);
    return `${fourBitFinding(points, distribution)}Pareto-optimal: ${names.join(", ")}; in brackets, bits per element.`;
  },
});

/** The best format of four to five bits, in a sentence; nothing where there is none. */
function fourBitFinding(points: readonly Pair[], distribution: string): string {
  const small = points.filter(({x}) => x >= 4 && x < 5);
  const best = small.toSorted((a, b) => b.y - a.y)[0];
  return best === undefined || small.length < 2
    ? ""
    : `Of all formats of four to five bits, ${best.label} loses least on ${valuesName(distribution)}: ${numberText(best.y, 3)} dB at ${numberText(best.x, 3)} bits. `;
}

/** Values that a bell curve is compared with while the bell curve itself is chosen. */
const REAL = "weights/decoder-small";

/**
 * The same formats on a normal distribution and on the chosen values: who falls below the grey line does worse on
 * them than the textbook says. What is not among the rows at hand comes from the shipped table.
 */
export function againstNormal(shipped: readonly BitsRow[]) {
  const shippedOf = (distribution: string) =>
    wholeRows(shipped.filter((row) => row.distribution === distribution));
  const normal = new Map(shippedOf("normal").map((row) => [row.format, row.sqnrDb]));
  const other = (distribution: string) => (distribution === "normal" ? REAL : distribution);
  return marksFigure<typeof bitsError>({
    experiment: "formats/bits-error",
    question: "Does a normal distribution predict it?",
    drawn: (rows, {distribution}) => (distribution === "normal" ? shippedOf(REAL) : wholeRows(rows)),
    key,
    series: ({family}) => ofFamily(family),
    x: {
      column: "sqnrDb",
      of: ({format}) => normal.get(format) ?? null,
      label: "on a normal distribution",
      unit: "dB",
    },
    y: (_, {distribution}) => ({
      column: "sqnrDb",
      label: `on ${valuesName(other(distribution))}`,
      unit: "dB",
    }),
    guides: ({points}) => (points.length === 0 ? [] : [equality(points)]),
    labelled: ({points}) => endsOf(points).map(({key}) => key),
    finding: ({points}, {distribution}) =>
      `From a normal distribution to ${valuesName(other(distribution))}, ${endsOf(points).map(change).join(" and ")}; the grey line is no change.`,
  });
}

interface Pair {
  readonly key: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

/** The format that loses most and the one that gains most. */
function endsOf(points: readonly Pair[]): Pair[] {
  const byChange = points.toSorted((a, b) => a.y - a.x - (b.y - b.x));
  return [byChange[0], byChange.at(-1)].filter((point) => point !== undefined);
}

function change({label, x, y}: Pair): string {
  return `${label} ${y >= x ? "gains" : "loses"} ${numberText(Math.abs(y - x), 3)} dB`;
}

function equality(points: readonly Pair[]) {
  const all = points.flatMap(({x, y}) => [x, y]);
  const ends = [smallest(all), largest(all)];
  return guide(
    "no change",
    "measured",
    ends.map((end) => ({x: end, y: end})),
  );
}
