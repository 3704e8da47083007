/** Types of a single value, and of lists of them: a vector or a small tensor in one cell. */
export type ColumnType = "string" | "number" | "integer" | "boolean" | "strings" | "numbers" | "integers";

/** One column of a table. */
export interface TableColumn {
  readonly type: ColumnType;
  readonly label: string;
  /** bits per element, dB, bytes, seconds …; absent for names and pure numbers. */
  readonly unit?: string;
  readonly provenance?: string;
  readonly nullable?: boolean;
  /** Numbers that are float32 as they are, so that Arrow files store them in half of the bytes. */
  readonly precision?: "float32";
}

/** Columns by name, in their order. */
export type TableColumns = Readonly<Record<string, TableColumn>>;

/** A value of a table: null if it does not exist, a list where the column's type is one. */
export type TableCell = string | number | boolean | readonly string[] | readonly number[] | null;

/** Cells by the name of their column. */
export type TableRow = Readonly<Record<string, TableCell>>;

/**
 * Rows as CSV (RFC 4180) with a header line: numbers in full, null as an empty cell, text in quotes where it needs
 * them, a list as a JSON array. A text that a spreadsheet would run as a formula, from a file with a tensor called
 * `=1+1` for example, stands after an apostrophe and in quotes.
 */
export function rowsToCsv(columns: TableColumns, rows: readonly TableRow[]): string {
  const names = Object.keys(columns);
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(value: unknown): string {
  const plain = value === null || value === undefined ? "" : cellAsText(value);
  const isFormula = typeof value === "string" && /^[=+\-@\t\r]/.test(value);
  const text = isFormula ? `'${plain}` : plain;
  return isFormula || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A cell in full; a list as a JSON array with infinities as texts. */
const cellAsText = (value: unknown) =>
  Array.isArray(value) ? JSON.stringify(jsonValue(value)) : String(value);

/** Rows as a JSON array of objects, one a line; infinities stand as the texts "Infinity" and "-Infinity". */
export function rowsToJson(columns: TableColumns, rows: readonly TableRow[]): string {
  const names = Object.keys(columns);
  const lines = rows.map((row) =>
    JSON.stringify(Object.fromEntries(names.map((name) => [name, jsonValue(row[name])]))),
  );
  return lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`;
}

/** A value as JSON can hold it: what is no finite number becomes its name. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonValue(item)]));
}
