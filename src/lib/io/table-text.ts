/** What a table says of one column. */
export interface TableColumn {
  readonly type: "string" | "number" | "integer" | "boolean";
  readonly label: string;
  readonly unit?: string;
  readonly provenance?: string;
  readonly nullable?: boolean;
}

export type TableColumns = Readonly<Record<string, TableColumn>>;

/** Cells by the name of their column; null stands for a value that does not exist. */
export type TableRow = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Rows as CSV (RFC 4180) with a header line: numbers in full, null as an empty cell, text in quotes where it needs
 * them.
 */
export function rowsToCsv(columns: TableColumns, rows: readonly TableRow[]): string {
  const names = Object.keys(columns);
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

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
