import {type Chart, chart} from "./chart.js";
import {bitsErrorFigure} from "./figures/bits-error.js";
import {readShippedTable} from "./shipped-table.js";

type Row = Parameters<typeof bitsErrorFigure.draw>[0][number];
type Values = Parameters<typeof bitsErrorFigure.draw>[1];

/** The first figure of the home page: the shipped table's rows of one source, drawn still. */
export function frontPageChart(table: ArrayBuffer, distribution: Values["distribution"]): HTMLElement {
  const rows = (readShippedTable(table) as unknown as Row[]).filter(
    (row) => row.distribution === distribution,
  );
  const figure: Chart = chart({still: true});
  figure.show(bitsErrorFigure.draw(rows, {distribution, formats: [], seed: 0}));
  return figure.element;
}
