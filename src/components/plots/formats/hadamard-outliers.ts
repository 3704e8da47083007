import type {hadamardOutliers} from "../../../lib/experiments/formats/hadamard-outliers.js";
import type {FormatFamily} from "../../../lib/formats/format.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Series} from "../chart-spec.js";
import {grouped} from "../series.js";

type OutlierFigure = FigureOf<typeof hadamardOutliers>;
type OutlierRow = Parameters<OutlierFigure["key"]>[0];

/** The ordinary columns' error where it is known: the outliers' own signal would hide it. */
const quality = (row: OutlierRow) => row.ordinarySqnrDb ?? row.sqnrDb;
const keyOf = (row: OutlierRow) => `${row.format}/${row.factor ?? "as trained"}/${row.isRotated}`;

/** Error against how far the largest value stands out, with the rows as they are or rotated. */
export function outlierFigure(isRotated: boolean): OutlierFigure {
  return {
    key: keyOf,
    draw(rows, {values}) {
      const shown = rows.filter((row) => row.isRotated === isRotated);
      const lines = Array.from(
        grouped(shown, ({format}) => format),
        ([format, members]): Series => ({
          name: format,
          family: members[0].family as FormatFamily,
          provenance: "measured",
          join: "line",
          points: members.map((row) => ({
            key: keyOf(row),
            label: `${format}, factor ${row.factor ?? "as trained"}`,
            x: row.factor ?? 1,
            y: quality(row),
          })),
        }),
      );
      return {
        question: isRotated
          ? "And after a Hadamard rotation of each row?"
          : "What do a few large columns cost the others?",
        finding: outlierFinding(shown, values),
        x: {
          label: values === "synthetic" ? "factor of the outlier columns" : "as trained",
          log: values === "synthetic",
        },
        y: {
          label:
            values === "synthetic"
              ? "signal to noise of the ordinary columns"
              : "signal to quantization noise",
          unit: "dB",
        },
        series: lines,
      };
    },
  };
}

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
