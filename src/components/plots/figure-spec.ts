import type {Columns, Row} from "../../lib/experiment/columns.js";
import type {Experiment} from "../../lib/experiment/experiment.js";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import type {Axis, ChartSpec, Point, Series} from "./chart/chart-spec.js";
import type {Look} from "./palette.js";

/** Drawing of an experiment's rows as one chart. */
export interface Figure<P extends Params, C extends Columns> {
  /** The figure as data, for the rows at hand and the parameters that gave them. */
  readonly draw: (rows: readonly Row<C>[], params: ParamValues<P>) => ChartSpec;
  /** The key of a row: the point, in every figure, that stands for it. */
  readonly key: (row: Row<C>) => string;
  /** Part of a touched point's link besides the setting, for another workbench of the page to open it. */
  readonly opens?: (row: Row<C>) => Readonly<Record<string, string>>;
}

/** The type of a figure for an experiment: `FigureOf<typeof blockScale>`. */
export type FigureOf<E> = E extends Experiment<infer P, infer C, string> ? Figure<P, C> : never;
/** A row of an experiment's table. */
export type RowOf<E> = E extends Experiment<infer _P, infer C, string> ? Row<C> : never;
/** Parameters that gave the rows. */
export type SettingOf<E> = E extends Experiment<infer P, infer _C, string> ? ParamValues<P> : never;

/** An axis of a figure and the column that it shows. */
export interface Measure<R> extends Axis {
  readonly column: keyof R & string;
  /** Its value, where it is not the cell itself; null draws no point. */
  readonly of?: (row: R) => number | null;
  /** `modelled` where the column is, though rows of its table were measured: such points are drawn as modelled. */
  readonly provenance?: "modelled";
}

/** A point of a figure with the row behind it. */
export interface RowPoint<R> extends Point {
  readonly row: R;
}

/** Rows and points of a figure: findings, guides and labels are made from them. */
export interface Drawn<R> {
  readonly rows: readonly R[];
  readonly points: readonly RowPoint<R>[];
  /** Points that nothing beats, in the order of their cost; none where the figure has no front. */
  readonly front: readonly RowPoint<R>[];
}

/** A part of a figure, or how it follows from the rows at hand and the setting that gave them. */
export type Given<T, R, P> = T | ((rows: readonly R[], params: P) => T);

/** A figure of one question: which columns stand against each other, and what joins their points. */
export interface FigureSpec<R, P> {
  /** The id of the experiment whose rows it draws. */
  readonly experiment: string;
  readonly question: Given<string, R, P>;
  readonly finding: (drawn: Drawn<R>, params: P, all: readonly R[]) => string;
  /** The rows that are drawn; all of them without it. */
  readonly drawn?: (rows: readonly R[], params: P) => readonly R[];
  readonly key: (row: R) => string;
  /** The name of a point; its key without it. */
  readonly label?: (row: R) => string;
  /** Name and colour of the series that a row belongs to. */
  readonly series: (row: R, all: readonly R[]) => Look & {readonly name: string};
  readonly x: Given<Measure<R>, R, P>;
  readonly y: Given<Measure<R>, R, P>;
  readonly interval?: (row: R, all: readonly R[]) => readonly [low: number, high: number] | undefined;
  readonly better?: Given<NonNullable<ChartSpec["better"]>, R, P>;
  /** Both merits of the better corner in words. */
  readonly merits?: string;
  /** True if a row may stand on the front of those that nothing beats; without it there is no front. */
  readonly front?: (row: R) => boolean;
  /** Lines to compare with. */
  readonly guides?: (drawn: Drawn<R>, params: P, all: readonly R[]) => readonly Series[];
  /** Keys whose labels stand beside their marks, the first ones first. */
  readonly labelled?: (drawn: Drawn<R>, params: P) => Iterable<string>;
}
