/** Tables as Arrow files. Uses apache-arrow: for loaders, the command line and scripts, not for a page's first view. */
import * as arrow from "apache-arrow";
import {FormatError} from "./format-error.js";
import type {TableCell, TableColumn, TableColumns, TableRow} from "./table-text.js";

/** Metadata of an Arrow file beside its columns: text by name. */
export type TableMetadata = Readonly<Record<string, string>>;

/** Indices of int16 reach so many different texts. */
const SHORT_INDICES = 2 ** 15;

/**
 * The bytes of an Arrow stream that holds `rows`: integers as int32, numbers as float64 or as the column's `precision`,
 * text as a dictionary of utf8, lists as lists of these. Each field carries its `label`, `unit` and `provenance` as
 * metadata. The same rows give the same bytes.
 * @throws RangeError naming row and column if an integer does not fit 32 bits; declare such a column as a number.
 */
export function rowsToArrow(
  columns: TableColumns,
  rows: readonly TableRow[],
  metadata: TableMetadata = {},
): Uint8Array {
  const entries = Object.entries(columns);
  const children = entries.map(([name, column], index) => {
    if (column.type.startsWith("integer")) checkIntegers(name, rows);
    return dataOf(typeOf(name, column, rows, index), name, rows);
  });
  const fields = entries.map(([name, column], index) => fieldOf(name, column, children[index].type));
  const schema = new arrow.Schema(fields, new Map(Object.entries(metadata)));
  const type = new arrow.Struct(fields);
  const batch = new arrow.RecordBatch(
    schema,
    arrow.makeData({type, length: rows.length, nullCount: 0, children}),
  );
  return arrow.tableToIPC(new arrow.Table(schema, [batch]), "stream");
}

/**
 * The rows and the metadata of an Arrow stream as {@link rowsToArrow} writes it.
 * @throws FormatError with kind `not-arrow` if the bytes are no such stream.
 */
export function rowsFromArrow(bytes: Uint8Array): {
  readonly rows: TableRow[];
  readonly metadata: ReadonlyMap<string, string>;
} {
  try {
    const table = arrow.tableFromIPC(bytes);
    return {rows: rowsOf(table, 8 * bytes.length), metadata: table.schema.metadata};
  } catch (error) {
    throw notArrow((error as Error).message, "an Arrow stream of tables");
  }
}

/** @param most rows that the bytes can hold: a bit each at least. */
function rowsOf(table: arrow.Table, most: number): TableRow[] {
  const {schema, numRows} = table;
  const columns = schema.fields.map(({name}, index) => {
    const vector = table.getChildAt(index);
    if (vector === null) throw new RangeError(`no column ${name}`);
    return [name, cellsOf(vector, most)] as const;
  });
  const rowAt = (i: number) => Object.fromEntries(columns.map(([name, cells]) => [name, cells[i]]));
  return Array.from({length: numRows}, (_, i) => rowAt(i));
}

function notArrow(value: string, allowed: string): FormatError {
  return new FormatError("rowsFromArrow", {kind: "not-arrow", offset: null, field: "file", value, allowed});
}

function cellsOf(vector: arrow.Vector, most: number): TableCell[] {
  return Array.from(bounded(vector, most), (cell) =>
    cell instanceof arrow.Vector ? Array.from(bounded(cell, most)) : cell,
  );
}

/** @throws RangeError for a vector that claims more cells than its file has bits. */
function bounded(vector: arrow.Vector, most: number): arrow.Vector {
  if (!(vector.length >= 0 && vector.length <= most)) throw new RangeError(`${vector.length} cells`);
  return vector;
}

function fieldOf(name: string, column: TableColumn, type: arrow.DataType): arrow.Field {
  const {label, unit, provenance} = column;
  const entries = Object.entries({label, unit, provenance}).filter(([, text]) => text !== undefined);
  return new arrow.Field(name, type, column.nullable === true, new Map(entries as [string, string][]));
}

function typeOf(name: string, column: TableColumn, rows: readonly TableRow[], index: number): arrow.DataType {
  const list = (item: arrow.DataType) => new arrow.List(new arrow.Field("item", item, false));
  const float = column.precision === "float32" ? new arrow.Float32() : new arrow.Float64();
  switch (column.type) {
    case "string": {
      // The place of the column is its dictionary's id: counted up, it would make the same rows other bytes.
      const texts = new Set(rows.map((row) => row[name]));
      const indices = texts.size > SHORT_INDICES ? new arrow.Int32() : new arrow.Int16();
      return new arrow.Dictionary(new arrow.Utf8(), indices, index);
    }
    case "boolean":
      return new arrow.Bool();
    case "integer":
      return new arrow.Int32();
    case "number":
      return float;
    case "strings":
      return list(new arrow.Utf8());
    case "integers":
      return list(new arrow.Int32());
    case "numbers":
      return list(float);
  }
}

function checkIntegers(name: string, rows: readonly TableRow[]): void {
  rows.forEach(({[name]: cell}, index) => {
    const wrong = [cell].flat().find((value) => value !== null && value !== (Number(value) | 0));
    if (wrong !== undefined) {
      throw new RangeError(
        `rowsToArrow: ${name} of row ${index} must be an integer of 32 bits, got ${wrong}`,
      );
    }
  });
}

function dataOf(type: arrow.DataType, name: string, rows: readonly TableRow[]): arrow.Data {
  const builder = arrow.makeBuilder({type, nullValues: [null]});
  for (const row of rows) builder.append(row[name]);
  return builder.finish().flush();
}
