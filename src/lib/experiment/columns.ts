import type {Provenance} from "./provenance.js";

/** One column of an experiment's table. */
export interface Column {
  readonly type: "string" | "number" | "integer" | "boolean";
  readonly label: string;
  /** bits per element, dB, bytes, seconds …; absent for names and pure numbers. */
  readonly unit?: string;
  /** How its numbers came to be; "row" where the row's own `provenance` says it; absent for keys and labels. */
  readonly provenance?: Provenance | "row";
  readonly nullable?: boolean;
}

export type Columns = Readonly<Record<string, Column>>;

type CellOf<T extends Column["type"]> = T extends "string" ? string : T extends "boolean" ? boolean : number;

/** A column that is known only as some column may be nullable. */
type Cell<T extends Column> =
  | CellOf<T["type"]>
  | (T extends {readonly nullable: true} ? null : Column extends T ? null : never);

/** A row of a table: its columns, and how the row came to be. */
export type Row<C extends Columns = Columns> = {readonly [K in keyof C]: Cell<C[K]>} & {
  readonly provenance: Provenance;
};
