import {bool, float64, int32, tableFromArrays, tableToIPC, utf8} from "@uwdata/flechette";
import type {TableColumn, TableColumns, TableRow} from "../../lib/io/table-text.js";

/**
 * Rows as an Arrow stream for a reader to take away: the types and field metadata of the tables that the site ships.
 * Written here by flechette, since Apache Arrow's builders make code from text, which the content policy refuses.
 */
export function rowsToArrowInPage(columns: TableColumns, rows: readonly TableRow[]): Uint8Array<ArrayBuffer> {
  const names = Object.keys(columns);
  const table = tableFromArrays(names.map((name) => [name, rows.map((row) => row[name] ?? null)]) as never, {
    types: Object.fromEntries(names.map((name) => [name, arrowType(columns[name])])),
  });
  const schema = {
    ...table.schema,
    fields: table.schema.fields.map((field) => ({...field, metadata: fieldMetadata(columns[field.name])})),
  };
  const described = Object.assign(Object.create(Object.getPrototypeOf(table)), table, {schema});
  return tableToIPC(described, {format: "stream"}) as Uint8Array<ArrayBuffer>;
}

function arrowType({type}: TableColumn) {
  return {string: utf8, boolean: bool, integer: int32, number: float64}[type]();
}

function fieldMetadata({label, unit, provenance}: TableColumn): Map<string, string> {
  const entries = Object.entries({label, unit, provenance}).filter(([, text]) => text !== undefined);
  return new Map(entries as [string, string][]);
}
