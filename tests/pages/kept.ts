import {readFileSync} from "node:fs";
import type {Columns, Row, Tables} from "../../src/lib/experiment/columns.js";
import {tablePath} from "../../src/lib/experiment/table.js";
import {rowsFromArrow} from "../../src/lib/io/arrow.js";

/** A row of a sweep, and the place of its setting in it. */
type Kept<C extends Columns> = Row<C> & {readonly setting: number};

const read = (path: string) => rowsFromArrow(readFileSync(`src/data/kept/${path}`)).rows;

/** The rows of an experiment that are kept, as its pages show them: `keptRows<typeof smallCaches>("kv/small-caches")`. */
export const keptRows = <E extends {readonly columns: Columns}>(id: string): Kept<E["columns"]>[] =>
  read(tablePath(id)) as never;

/** The rows of a further table of an experiment that are kept. */
export const keptTable = <E extends {readonly tables: Tables}, N extends keyof E["tables"] & string>(
  id: string,
  name: N,
): Kept<E["tables"][N]>[] => read(tablePath(id, name)) as never;
