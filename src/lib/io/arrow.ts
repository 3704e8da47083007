/** Tables as Arrow files. Uses apache-arrow: for loaders, the command line and scripts, not for a page's first view. */
import * as arrow from "apache-arrow";
import type {TableColumn, TableColumns, TableRow} from "./table-text.js";

/** What an Arrow file says of itself beside its columns: text by name. */
export type TableMetadata = Readonly<Record<string, string>>;

/**
 * The bytes of an Arrow stream that holds `rows`: integers as int32, numbers as float64, text as utf8. Each field
 * carries its `label`, `unit` and `provenance` as metadata. The same rows give the same bytes.
 * @throws RangeError naming row and column if an integer does not fit 32 bits; declare such a column as a number.
 */
export function rowsToArrow(
  columns: TableColumns,
  rows: readonly TableRow[],
  metadata: TableMetadata = {},
): Uint8Array {
  const entries = Object.entries(columns);
  const fields = entries.map(([name, column]) => fieldOf(name, column));
  const schema = new arrow.Schema(fields, new Map(Object.entries(metadata)));
  const children = entries.map(([name, column]) => dataOf(name, column, rows));
  const type = new arrow.Struct(fields);
  const batch = new arrow.RecordBatch(
    schema,
    arrow.makeData({type, length: rows.length, nullCount: 0, children}),
  );
  return arrow.tableToIPC(new arrow.Table(schema, [batch]), "stream");
}

function fieldOf(name: string, column: TableColumn): arrow.Field {
  const {label, unit, provenance} = column;
  const entries = Object.entries({label, unit, provenance}).filter(([, text]) => text !== undefined);
  return new arrow.Field(
    name,
    typeOf(column),
    column.nullable === true,
    new Map(entries as [string, string][]),
  );
}

function typeOf({type}: TableColumn): arrow.DataType {
  switch (type) {
    case "string":
      return new arrow.Utf8();
    case "boolean":
      return new arrow.Bool();
    case "integer":
      return new arrow.Int32();
    default:
      return new arrow.Float64();
  }
}

function dataOf(name: string, column: TableColumn, rows: readonly TableRow[]): arrow.Data {
  const values = rows.map((row, index) => {
    const value = row[name];
    if (column.type === "integer" && value !== null && value !== (Number(value) | 0)) {
      throw new RangeError(
        `rowsToArrow: ${name} of row ${index} must be an integer of 32 bits, got ${value}`,
      );
    }
    return value;
  });
  const builder = arrow.makeBuilder({type: typeOf(column), nullValues: [null]});
  for (const value of values) builder.append(value);
  return builder.finish().flush();
}
