import {readFileSync} from "node:fs";
import type {Columns, Row, Tables} from "../../src/lib/experiment/columns.js";
import {tablePath} from "../../src/lib/experiment/table.js";
import {rowsFromArrow} from "../../src/lib/io/arrow.js";

/** The rows that are kept of an experiment, which its pages show. */
export function keptRows<C extends Columns>({
  id,
}: {
  readonly id: string;
  readonly columns: C;
}): (Row<C> & {readonly setting: number})[] {
  return rowsFromArrow(readFileSync(`src/data/kept/${tablePath(id)}`)).rows as never;
}

/** The rows that are kept of a further table of an experiment. */
export function keptTable<T extends Tables, N extends keyof T & string>(
  {id}: {readonly id: string; readonly tables: T},
  name: N,
): (Row<T[N]> & {readonly setting: number})[] {
  return rowsFromArrow(readFileSync(`src/data/kept/${tablePath(id, name)}`)).rows as never;
}
