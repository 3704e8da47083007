import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {chart} from "../../plots/chart/chart.js";
import {type CrossingRow, crossingSpec} from "../../plots/scenes/rates.js";

/** The figure on where words overtake structure, from the crossings of all settings that the site ships. */
export function crossingFigure(table: ArrayBuffer): HTMLElement {
  const figure = chart({name: "crossings"});
  figure.show(crossingSpec(readShippedTable(table) as unknown as CrossingRow[]));
  return figure.element;
}
