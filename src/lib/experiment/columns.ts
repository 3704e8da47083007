import type {ColumnType, TableColumn} from "../io/table-text.js";
import type {Provenance} from "./provenance.js";

/** One column of an experiment's table. */
export interface Column extends TableColumn {
  /** Origin of its numbers; "row" where the row's own `provenance` has it; absent for keys and labels. */
  readonly provenance?: Provenance | "row";
}

/** Columns of one table by name, in their order. */
export type Columns = Readonly<Record<string, Column>>;

/** Columns of further tables by the tables' names. */
export type Tables = Readonly<Record<string, Columns>>;

/** No table beside the main one. */
export type NoTables = Readonly<Record<never, Columns>>;

type CellOf<T extends ColumnType> = T extends "string"
  ? string
  : T extends "boolean"
    ? boolean
    : T extends "strings"
      ? readonly string[]
      : T extends "numbers" | "integers"
        ? readonly number[]
        : number;

/** A column that is known only as some column may be nullable. */
type Cell<T extends Column> =
  | CellOf<T["type"]>
  | (T extends {readonly nullable: true} ? null : Column extends T ? null : never);

/** A row of a table: its columns, and how the row came to be. */
export type Row<C extends Columns = Columns> = {readonly [K in keyof C]: Cell<C[K]>} & {
  readonly provenance: Provenance;
};

/** The name of the table that every experiment has: the one of its `columns`. */
export const MAIN_TABLE = "rows";

/** Rows of all tables of a run: those of the main table as `rows`, those of the others by the tables' names. */
export type TableRows<C extends Columns = Columns, T extends Tables = Tables> = {
  readonly rows: Row<C>[];
} & {readonly [K in keyof T]: readonly Row<T[K]>[]};

/** Columns of all tables by name, the main one first. */
export function allTables({columns, tables}: {readonly columns: Columns; readonly tables: Tables}): Tables {
  return {[MAIN_TABLE]: columns, ...tables};
}
