import {writeFile} from "node:fs/promises";
import {extname} from "node:path";
import type {Columns, Row} from "../lib/experiment/columns.js";
import {rowsToArrow, type TableMetadata} from "../lib/io/arrow.js";
import {rowsToCsv, rowsToJson} from "../lib/io/table-text.js";
import {notOneOf} from "./usage.js";

/** A table on its way out. */
export interface Table {
  readonly columns: Columns;
  readonly rows: readonly Row[];
  readonly metadata: TableMetadata;
}

const WRITERS: Readonly<Record<string, (table: Table) => string | Uint8Array>> = {
  ".arrow": ({columns, rows, metadata}) => rowsToArrow(columns, rows, metadata),
  ".csv": ({columns, rows}) => rowsToCsv(columns, rows),
  ".json": ({columns, rows}) => rowsToJson(columns, rows),
};

/**
 * How a table goes to `out`, by the ending of its name, or to stdout as aligned text. Called before the work is done,
 * so that a wrong name costs none of it.
 * @throws UsageError naming the endings there are.
 */
export function tableWriter(command: string, out: string | undefined): (table: Table) => Promise<void> {
  if (out === undefined) return async (table) => void process.stdout.write(alignedTable(table));
  const ending = extname(out).toLowerCase();
  const write = Object.hasOwn(WRITERS, ending) ? WRITERS[ending] : undefined;
  if (write === undefined) throw notOneOf(`${command}: the ending of --out`, ending, Object.keys(WRITERS));
  return (table) => writeFile(out, write(table));
}

/** Rows as lines of text: names above, numbers to the right with six digits. */
function alignedTable({columns, rows}: Table): string {
  const names = Object.keys(columns);
  const lines = [names, ...rows.map((row) => names.map((name) => cellText(row[name])))];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const isNumber = names.map((name) => columns[name].type === "number" || columns[name].type === "integer");
  const pad = (cell: string, column: number) =>
    isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]);
  return lines.map((line) => `${line.map(pad).join("  ").trimEnd()}\n`).join("");
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return printable(typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value));
}

/** Names may come from a stranger's file: what would steer a terminal is shown as its code. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, (unit) => `\\u{${unit.codePointAt(0)!.toString(16)}}`);
}
