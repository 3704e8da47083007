import type {errorAnatomy} from "../../../lib/experiments/formats/error-anatomy.js";
import type {FormatFamily} from "../../../lib/formats/format.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Point} from "../chart-spec.js";

type AnatomyFigure = FigureOf<typeof errorAnatomy>;
type AnatomyRow = Parameters<AnatomyFigure["key"]>[0];

/** Where the values are, and where their squared error comes from. */
export const errorAnatomyFigure: AnatomyFigure = {
  key: ({bin}) => String(bin),
  draw(rows, {by, format, distribution}) {
    const placed = rows
      .filter((row) => row.value !== null)
      .sort((a, b) => a.value! - b.value! || a.bin - b.bin);
    const points = (share: (row: AnatomyRow) => number): Point[] =>
      placed.map((row) => ({
        key: String(row.bin),
        label: by === "code" ? `code ${row.bin}` : `up to ${numberText(row.value!, 3)}`,
        x: row.value!,
        y: 100 * share(row),
      }));
    const family = (rows[0]?.family ?? "baseline") as FormatFamily;
    return {
      question: by === "code" ? "Which codes work, and which of them err?" : "Which values carry the error?",
      finding: anatomyFinding(placed, by, `${format} on ${distribution}`),
      x: {
        label: by === "code" ? "value of the code before scaling" : "magnitude over the largest of its block",
      },
      y: {label: "share", unit: "%"},
      series: [
        {
          name: "values",
          family: "baseline",
          provenance: "measured",
          join: "line",
          points: points((row) => row.elementShare),
        },
        {
          name: "error",
          family,
          provenance: "measured",
          join: "line",
          points: points((row) => row.errorShare),
        },
      ],
    };
  },
};

function anatomyFinding(rows: readonly AnatomyRow[], by: string, what: string): string {
  if (rows.length === 0) return "There are no rows.";
  const most = rows.reduce((best, row) => (row.errorShare > best.errorShare ? row : best));
  const where =
    by === "code"
      ? `the code for ${numberText(most.value!)}`
      : `magnitudes up to ${numberText(most.value!, 3)} of the block's largest`;
  return `In ${what}, ${where} is ${numberText(100 * most.elementShare, 3)} % of the values and ${numberText(100 * most.errorShare, 3)} % of the squared error, the most of any ${by === "code" ? "code" : "bin"}.`;
}
