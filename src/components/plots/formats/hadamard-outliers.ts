import type {hadamardOutliers} from "../../../lib/experiments/formats/hadamard-outliers.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {isFamily} from "../palette.js";
import {grouped} from "../series.js";

type OutlierRow = RowOf<typeof hadamardOutliers>;

/** The ordinary columns' error where it is known: the outliers' own signal would hide it. */
const quality = (row: OutlierRow) => row.ordinarySqnrDb ?? row.sqnrDb;

/** Error against how far the largest value stands out, with the rows as they are or rotated. */
export const outlierFigure = (isRotated: boolean) =>
  linesFigure<typeof hadamardOutliers>({
    experiment: "formats/hadamard-outliers",
    question: isRotated
      ? "What do they cost after a Hadamard rotation of each row?"
      : "What do a few large columns cost the others?",
    drawn: (rows) => rows.filter((row) => row.isRotated === isRotated),
    key: (row) => `${row.format}/${row.factor ?? "as trained"}/${row.isRotated}`,
    label: ({format, factor}) => `${format}, factor ${factor ?? "as trained"}`,
    series: ({format, family}) => ({name: format, family: isFamily(family) ? family : "baseline"}),
    x: (_, {values}) => ({
      column: "factor",
      of: ({factor}) => factor ?? 1,
      label: values === "synthetic" ? "factor of the outlier columns" : "as trained",
      log: values === "synthetic",
    }),
    y: (_, {values}) => ({
      column: "sqnrDb",
      of: quality,
      label:
        values === "synthetic" ? "signal to noise of the ordinary columns" : "signal to quantization noise",
      unit: "dB",
    }),
    finding: ({rows}, {values}) => outlierFinding(rows, values),
  });

function outlierFinding(rows: readonly OutlierRow[], values: string): string {
  const changes = Array.from(
    grouped(rows, ({format}) => format),
    ([format, members]) => {
      const [first, last] = [members[0], members.at(-1)!];
      return {format, lost: quality(first) - quality(last), end: quality(last)};
    },
  );
  if (changes.length === 0) return "There are no rows.";
  if (values !== "synthetic") {
    return changes.map(({format, end}) => `${format} ${numberText(end, 3)} dB`).join(", ");
  }
  return `From the smallest to the largest factor: ${changes.map(({format, lost}) => `${format} ${lost >= 0 ? "loses" : "gains"} ${numberText(Math.abs(lost), 3)} dB`).join(", ")}.`;
}

/** The format that a rotation helps most against the largest outliers, in a sentence. */
export function rotationFinding(rows: readonly OutlierRow[]): string {
  const lost = (format: string, isRotated: boolean) => {
    const own = rows.filter((row) => row.format === format && row.isRotated === isRotated);
    const [first, last] = [own[0], own.at(-1)];
    return first && last ? quality(first) - quality(last) : 0;
  };
  const gains = [...new Set(rows.map(({format}) => format))]
    .map((format) => ({format, plain: lost(format, false), rotated: lost(format, true)}))
    .toSorted((a, b) => b.plain - b.rotated - (a.plain - a.rotated));
  const [best, worst] = [gains[0], gains.at(-1)];
  const factor = rows.at(-1)?.factor;
  if (best === undefined || worst === undefined || factor === null || factor === undefined) return "";
  return `A rotation helps ${best.format} most: with columns ${numberText(factor)} times as large the other columns lose ${numberText(best.rotated, 3)} dB in place of ${numberText(best.plain, 3)}. ${worst.format} loses ${numberText(worst.rotated, 3)} dB with it and ${numberText(worst.plain, 3)} without.`;
}
