import type {errorAnatomy} from "../../../lib/experiments/formats/error-anatomy.js";
import {numberText} from "../../kit/text/number-text.js";
import type {Point, Series} from "../chart/chart-spec.js";
import type {FigureOf, RowOf} from "../figure-spec.js";
import {ofFamily} from "../series.js";
import {valuesName} from "./values-name.js";

type AnatomyRow = RowOf<typeof errorAnatomy>;

/** Shares of the values and of their squared error, in the same bins. */
export const errorAnatomyFigure: FigureOf<typeof errorAnatomy> = {
  key: ({bin}) => String(bin),
  draw(rows, {by, format, distribution}) {
    const placed = rows
      .filter((row) => row.value !== null)
      .sort((a, b) => a.value! - b.value! || a.bin - b.bin);
    const line = (name: string, family: string, share: (row: AnatomyRow) => number): Series => ({
      ...ofFamily(family),
      name,
      provenance: "measured",
      join: "line",
      points: placed.map(
        (row): Point => ({
          key: String(row.bin),
          label: by === "code" ? `code ${row.bin}` : `up to ${numberText(row.value!, 3)}`,
          x: row.value!,
          y: 100 * share(row),
        }),
      ),
    });
    return {
      question:
        by === "code" ? "Which codes are used, and which cause the error?" : "Which values carry the error?",
      finding: anatomyFinding(placed, by, `${format} on ${valuesName(distribution)}`),
      x: {
        label: by === "code" ? "value of the code before scaling" : "magnitude over the largest of its block",
      },
      y: {label: "share", unit: "%"},
      series: [
        line("values", "baseline", ({elementShare}) => elementShare),
        {...line("error", rows[0]?.family ?? "baseline", ({errorShare}) => errorShare), shade: 0},
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
      : `the bin up to ${numberText(most.value!, 3)} of the block's largest magnitude`;
  return `In ${what}, ${where} holds ${numberText(100 * most.elementShare, 3)} % of the values and causes ${numberText(100 * most.errorShare, 3)} % of the squared error, more than any other ${by === "code" ? "code" : "bin"}.`;
}
