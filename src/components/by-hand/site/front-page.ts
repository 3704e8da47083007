import {readShippedTable} from "../../kit/shipped-table.js";
import {type Chart, chart} from "../../plots/chart.js";
import {bitsErrorFigure} from "../../plots/formats/bits-error.js";

type Row = Parameters<typeof bitsErrorFigure.draw>[0][number];
type Values = Parameters<typeof bitsErrorFigure.draw>[1];

/** The first figure of the home page: its own small table, all rows of one source. */
export function frontPageChart(table: ArrayBuffer): HTMLElement {
  const rows = readShippedTable(table) as unknown as Row[];
  const figure: Chart = chart();
  const {distribution} = rows[0] as {distribution: Values["distribution"]};
  figure.show(bitsErrorFigure.draw(rows, {distribution, formats: [], seed: 0}));
  return figure.element;
}
