import {requireInteger} from "../../tensor/require.js";

/** An element of a tile: its row and column. */
export type Place = readonly [row: number, column: number];

/** Places of a tile's elements in threads, and the local numbers under which those hold them. (Tilus, register layouts) */
export interface Layout {
  /** The product of primitives that it is, as in "local(2, 1).spatial(8, 4)". */
  readonly text: string;
  readonly shape: Place;
  readonly threads: number;
  /** Elements that each thread holds. */
  readonly locals: number;
  /** The element that a thread, 0 to threads - 1, holds under a local number, 0 to locals - 1. */
  place(thread: number, local: number): Place;
}

type Primitive = (rows: number, columns: number) => Layout;

/** Rows first, then columns, of a number below rows · columns. */
const byRows =
  (columns: number) =>
  (at: number): Place => [Math.floor(at / columns), at % columns];
const byColumns =
  (rows: number) =>
  (at: number): Place => [at % rows, Math.floor(at / rows)];

function checked(name: string, rows: number, columns: number): Pick<Layout, "text" | "shape"> {
  requireInteger(name, "rows", rows, 1);
  requireInteger(name, "columns", columns, 1);
  return {text: `${name}(${rows}, ${columns})`, shape: [rows, columns]};
}

/** One thread with all elements, row after row. */
const local: Primitive = (rows, columns) => {
  const at = byRows(columns);
  return {
    ...checked("local", rows, columns),
    threads: 1,
    locals: rows * columns,
    place: (_, local) => at(local),
  };
};

/** A thread for each element, row after row. */
const spatial: Primitive = (rows, columns) => {
  const at = byRows(columns);
  return {
    ...checked("spatial", rows, columns),
    threads: rows * columns,
    locals: 1,
    place: (thread) => at(thread),
  };
};

const columnLocal: Primitive = (rows, columns) => ({
  ...local(rows, columns),
  ...checked("column_local", rows, columns),
  place: (_, local) => byColumns(rows)(local),
});

const columnSpatial: Primitive = (rows, columns) => ({
  ...spatial(rows, columns),
  ...checked("column_spatial", rows, columns),
  place: (thread) => byColumns(rows)(thread),
});

/** Layouts of which all others are products, by name. */
export const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  local,
  spatial,
  column_local: columnLocal,
  column_spatial: columnSpatial,
};

/**
 * The product f · g: a copy of g in the place of every element of f. Threads and locals of g vary first. It is associative
 * and not commutative. (Tilus, register layouts)
 */
export function composeLayouts(f: Layout, g: Layout): Layout {
  return {
    text: `${f.text}.${g.text}`,
    shape: [f.shape[0] * g.shape[0], f.shape[1] * g.shape[1]],
    threads: f.threads * g.threads,
    locals: f.locals * g.locals,
    place(thread, local) {
      const [row, column] = f.place(Math.floor(thread / g.threads), Math.floor(local / g.locals));
      const [y, x] = g.place(thread % g.threads, local % g.locals);
      return [row * g.shape[0] + y, column * g.shape[1] + x];
    },
  };
}

/** Elements of a layout, thread by thread and local by local. */
export function* elementsOf(layout: Layout): Generator<{thread: number; local: number; place: Place}> {
  for (let thread = 0; thread < layout.threads; thread++)
    for (let local = 0; local < layout.locals; local++)
      yield {thread, local, place: layout.place(thread, local)};
}

/** Times that each element of the tile is held, row after row: 1 everywhere for products of the primitives. */
export function timesHeld(layout: Layout): Int32Array {
  const [rows, columns] = layout.shape;
  const times = new Int32Array(rows * columns);
  for (const {place} of elementsOf(layout)) times[place[0] * columns + place[1]]++;
  return times;
}
