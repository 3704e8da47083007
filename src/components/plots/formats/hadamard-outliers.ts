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
