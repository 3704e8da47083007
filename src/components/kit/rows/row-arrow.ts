import {
  bool,
  type DataType,
  dictionary,
  field,
  float32,
  float64,
  int16,
  int32,
  list,
  tableFromArrays,
  tableToIPC,
  utf8,
} from "@uwdata/flechette";
import type {TableColumn, TableColumns, TableRow} from "../../../lib/io/table-text.js";

/**
 * Rows as an Arrow stream for a reader to take away: the types and field metadata of the tables that the site ships.
 * Written here by flechette, since Apache Arrow's builders make code from text, which the content policy refuses.
 */
export function rowsToArrowInPage(columns: TableColumns, rows: readonly TableRow[]): Uint8Array<ArrayBuffer> {
  const cells = Object.keys(columns).map((name) => [name, rows.map((row) => row[name] ?? null)] as const);
  const table = tableFromArrays(cells as never, {
    types: Object.fromEntries(cells.map(([name, values]) => [name, arrowType(columns[name], values)])),
  });
  const schema = {
    ...table.schema,
    fields: table.schema.fields.map((field) => ({...field, metadata: fieldMetadata(columns[field.name])})),
  };
  const described = Object.assign(Object.create(Object.getPrototypeOf(table)), table, {schema});
  return tableToIPC(described, {format: "stream"}) as Uint8Array<ArrayBuffer>;
}

/** Indices of int16 reach so many different texts. */
const SHORT_INDICES = 2 ** 15;

function arrowType({type, precision}: TableColumn, cells: readonly unknown[]) {
  const float = precision === "float32" ? float32() : float64();
  const listOf = (item: DataType) => list(field("item", item, false));
  switch (type) {
    case "string":
      return dictionary(utf8(), new Set(cells).size > SHORT_INDICES ? int32() : int16());
    case "boolean":
      return bool();
    case "integer":
      return int32();
    case "number":
      return float;
    case "strings":
      return listOf(utf8());
    case "integers":
      return listOf(int32());
    case "numbers":
      return listOf(float);
  }
}

function fieldMetadata({label, unit, provenance}: TableColumn): Map<string, string> {
  const entries = Object.entries({label, unit, provenance}).filter(([, text]) => text !== undefined);
  return new Map(entries as [string, string][]);
}
