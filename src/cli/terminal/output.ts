import {extname} from "node:path";
import {type Columns, MAIN_TABLE, type Row} from "../../lib/experiment/columns.js";
import {rowsToArrow, type TableMetadata} from "../../lib/io/arrow.js";
import {printable} from "../../lib/io/printable.js";
import {rowsToCsv, rowsToJson} from "../../lib/io/table-text.js";
import {largest} from "../../lib/stats/extent.js";
import {requirePlace, writeWhole} from "../files/write-file.js";
import {show} from "./print.js";
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
 * Writer of a table to `out`, by the ending of its name, or to stdout as aligned text. Called before the work is done,
 * so that a wrong name costs none of it.
 * @param mayBeEmpty whether a table without rows is a result; else it is a failure, and nothing is written
 * @throws UsageError naming the endings there are; Error if there is no place for the file.
 */
export function tableWriter(
  command: string,
  out: string | undefined,
  {mayBeEmpty = false}: {readonly mayBeEmpty?: boolean} = {},
): (table: Table) => Promise<void> {
  const write = writerTo(command, out);
  return async (table) => {
    if (table.rows.length === 0 && !mayBeEmpty)
      throw new Error(`${command}: there are no rows, so nothing is written`);
    await write(table);
  };
}

function writerTo(command: string, out: string | undefined): (table: Table) => Promise<void> {
  if (out === undefined) return async (table) => show(alignedTable(table));
  const ending = extname(out).toLowerCase();
  const write = Object.hasOwn(WRITERS, ending) ? WRITERS[ending] : undefined;
  if (write === undefined) throw notOneOf(`${command}: the ending of --out`, ending, Object.keys(WRITERS));
  requirePlace(command, out);
  return (table) => writeWhole(out, write(table));
}

/**
 * Writer of the tables of an experiment, by name. With `out` all of them, each in a file: the main one under that name,
 * another with its own name before the ending (`rows.parts.csv`). Without, the main one as text. Or the one `chosen`.
 * @throws UsageError naming the endings or the tables there are.
 */
export function tablesWriter(
  command: string,
  names: readonly string[],
  {out, chosen}: {readonly out: string | undefined; readonly chosen?: string | undefined},
): (tables: Readonly<Record<string, Table>>) => Promise<void> {
  if (chosen !== undefined && !names.includes(chosen)) throw notOneOf(`${command}: --table`, chosen, names);
  if (out === undefined || chosen !== undefined) {
    const write = tableWriter(command, out, {mayBeEmpty: chosen !== undefined && chosen !== MAIN_TABLE});
    return (tables) => write(tables[chosen ?? MAIN_TABLE]);
  }
  const writers = names.map(
    (name) => [name, tableWriter(command, fileOf(out, name), {mayBeEmpty: name !== MAIN_TABLE})] as const,
  );
  return async (tables) => {
    for (const [name, write] of writers) await write(tables[name]);
  };
}

function fileOf(out: string, table: string): string {
  if (table === MAIN_TABLE) return out;
  const ending = extname(out);
  return `${out.slice(0, out.length - ending.length)}.${table}${ending}`;
}

/** Rows as lines of text: names above, numbers to the right with six digits. */
function alignedTable({columns, rows}: Table): string {
  const names = Object.keys(columns);
  const lines = [names, ...rows.map((row) => names.map((name) => cellText(row[name])))];
  const widths = names.map((_, column) => largest(lines.map((line) => line[column].length)));
  const isNumber = names.map((name) => columns[name].type === "number" || columns[name].type === "integer");
  const pad = (cell: string, column: number) =>
    isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]);
  return lines.map((line) => `${line.map(pad).join("  ").trimEnd()}\n`).join("");
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return shortened(value.map(cellText));
  return printable(typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value));
}

/** The first items of a list, and how many there are if that is more. */
function shortened(items: readonly string[]): string {
  const shown = items.slice(0, 4).join(" ");
  return items.length > 4 ? `[${shown} … ${items.length}]` : `[${shown}]`;
}
