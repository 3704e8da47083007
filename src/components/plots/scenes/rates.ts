import type {Row} from "../../../lib/experiment/columns.js";
import type {rateDistortion} from "../../../lib/experiments/scenes/rate-distortion.js";
import {numberText} from "../../kit/text/number-text.js";
import type {ChartSpec} from "../chart/chart-spec.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {intervalOn, level} from "../series.js";

/** A row of the comparison over many objects. */
export type RateRow = RowOf<typeof rateDistortion>;
/** A row on where words and structure cross. */
export type CrossingRow = Row<(typeof rateDistortion)["tables"]["crossings"]>;

/** Codecs whose mark is words; the others keep the shape. */
export const isWords = (codec: string): boolean => codec.startsWith("text");

/** The look of a way of storing: structure in the colour of integers, words in that of codebooks. */
const series = ({codec, label}: Pick<RateRow, "codec" | "label">) =>
  ({
    name: label,
    family: codec === "original" ? "baseline" : isWords(codec) ? "codebook" : "int",
  }) as const;

const shared = {
  experiment: "scenes/rate-distortion",
  key: ({codec, kept}: RateRow) => `${codec}, ${kept}`,
  label: ({label, kept}: RateRow) => `${label}: ${kept}`,
  series,
  x: {column: "bytes", label: "file", unit: "bytes", log: true},
} as const;

/** Two samples of the original itself: nothing can be measured to be nearer. */
const floorOf = (rows: readonly RateRow[]): number | undefined =>
  rows.find(({codec}) => codec === "original")?.chamfer;

/** Error against bytes, for all ways of storing an object. */
export const errorFigure = linesFigure<typeof rateDistortion>({
  ...shared,
  question: "What is left of an object in so many bytes?",
  y: {column: "chamfer", label: "Chamfer distance", unit: "of the largest edge", log: true},
  interval: ({chamfer, chamferLow, chamferHigh}) => intervalOn(chamfer, chamferLow, chamferHigh),
  better: "bottom left",
  merits: "smaller file, nearer shape",
  guides: ({rows, points}) => level("the mesh itself, sampled twice", "measured", floorOf(rows), points),
  finding: ({rows}) => errorFinding(rows),
});

/** Silhouettes against bytes. */
export const outlineFigure = linesFigure<typeof rateDistortion>({
  ...shared,
  question: "How much of its outline, from six sides?",
  y: {column: "silhouetteIou", label: "silhouettes, intersection over union"},
  better: "top left",
  merits: "smaller file, more of the outline",
  finding({rows}) {
    const [file, words] = [nearest(rows, 100), allWords(rows)];
    return `At ${numberText(file.ratio, 2)} times smaller, ${file.label} keeps ${percent(file.silhouetteIou)} of the outlines; all words keep ${percent(words.silhouetteIou)}.`;
  },
});

const percent = (share: number): string => `${numberText(100 * share, 2)} %`;

/** The best file of a mesh codec that is at least so many times smaller. */
function nearest(rows: readonly RateRow[], ratio: number): RateRow {
  const files = rows.filter((row) => !isWords(row.codec) && row.ratio >= ratio);
  return files.reduce((a, b) => (b.chamfer < a.chamfer ? b : a), files[0] ?? rows[0]);
}

/** The text without a limit. */
const allWords = (rows: readonly RateRow[]): RateRow => rows.find(({codec}) => codec === "text") ?? rows[0];

function errorFinding(rows: readonly RateRow[]): string {
  const words = allWords(rows);
  const rival = rows
    .filter((row) => !isWords(row.codec) && row.codec !== "original" && row.chamfer <= words.chamfer)
    .reduce<RateRow | undefined>((a, b) => (a === undefined || b.bytes < a.bytes ? b : a), undefined);
  const said = `All words of the grammar take ${numberText(words.bytes, 2)} bytes and leave an error of ${edges(words.chamfer)}`;
  const {amplitude, objects} = words;
  const where =
    amplitude === 0 ? "objects that the grammar can say" : `objects at distance ${amplitude} from it`;
  return rival === undefined
    ? `${said}; no file of triangles does as well (means of ${objects} ${where}; lines are 95 % intervals).`
    : `${said}; the smallest file of triangles that does as well, ${rival.label} with ${rival.kept}, takes ${numberText(rival.bytes, 3)} (means of ${objects} ${where}; lines are 95 % intervals).`;
}

/** An error as a share of the largest edge. */
const edges = (error: number): string => `${numberText(100 * error, 2)} % of the largest edge`;

/** Compressions that the paper names on this axis; its 100,000 times is what a text reaches, and no crossing. */
const PRINTED = [
  {ratio: 10, label: "paper: shape kept to about 10 times"},
  {ratio: 100, label: "paper: words better near 100 times"},
] as const;

/** Shades of words in all figures of the page: the outline comes after words whose rest is drawn. */
const WORD_SHADES = {text: 0, "text-outline": 2} as const;

/** The compression at which words overtake structure, by the distance from the grammar. */
export function crossingSpec(rows: readonly CrossingRow[]): ChartSpec {
  const distances = [...new Set(rows.map(({amplitude}) => amplitude))].sort((a, b) => a - b);
  const own = (["text", "text-outline"] as const).map((codec) => {
    const found = rows.filter((row) => row.codec === codec);
    return {
      name: found[0]?.label ?? codec,
      family: "codebook",
      shade: WORD_SHADES[codec],
      provenance: "measured",
      join: "line",
      points: found
        .toSorted((a, b) => a.amplitude - b.amplitude)
        .map(({amplitude, ratio, ratioLow, ratioHigh}) => ({
          key: `${codec} at ${amplitude}`,
          label: `distance ${amplitude}`,
          x: amplitude,
          y: ratio,
          ...(ratioLow !== null && ratioHigh !== null && {interval: [ratioLow, ratioHigh] as const}),
        })),
    } as const;
  });
  const ends = [distances[0] ?? 0, distances.at(-1) ?? 1].map((x) => ({x}));
  const printed = PRINTED.flatMap(({ratio, label}) => level(label, "reported", ratio, ends));
  return {
    question: "Up to which compression are triangles better than words?",
    finding: crossingFinding(rows),
    x: {label: "distance from the grammar"},
    y: {label: "triangles are better up to (times smaller)", log: true},
    series: [...own, ...printed],
  };
}

function crossingFinding(rows: readonly CrossingRow[]): string {
  const words = rows.filter(({codec}) => codec === "text").toSorted((a, b) => a.amplitude - b.amplitude);
  const [near, far] = [words[0], words.at(-1)];
  if (near === undefined || far === undefined) return "";
  const times = ({ratio}: CrossingRow) => `${numberText(ratio, 2)} times`;
  return `For objects of the grammar, files of triangles are at least as good as the best text up to ${times(near)} smaller; at distance ${far.amplitude} up to ${times(far)}, where for ${far.beyond} of ${far.objects} objects even the smallest file that was made is still better. Lines are 95 % intervals over objects.`;
}
