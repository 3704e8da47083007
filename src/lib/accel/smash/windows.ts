import {requireFraction, requireInteger} from "../../tensor/require.js";
import type {Csr} from "./csr.js";

/** Rows of a product that are merged in one table: from the first to before the end. */
export type Window = readonly [first: number, end: number];

/** Partial products of each row of a · b: entries of the rows of b that its entries choose. */
export function partialProducts(a: Csr, b: Csr): Float64Array {
  return Float64Array.from({length: a.rows}, (_, row) => {
    let sum = 0;
    for (let at = a.starts[row]; at < a.starts[row + 1]; at++) {
      sum += b.starts[a.indices[at] + 1] - b.starts[a.indices[at]];
    }
    return sum;
  });
}

/** The most keys of a window: a key counts its row and column in an integer of 32 bits. */
const MOST_KEYS = 2 ** 31 - 1;

/**
 * Windows of rows whose entries fit the table, however few of their partial products meet: a row has at most as many entries as
 * partial products, and as columns. A row that is above the fill alone has a window of its own.
 * @param fill share of the slots that the bound of a window may take
 * @throws RangeError unless slots are a power of two that every row fits.
 */
export function rowWindows(a: Csr, b: Csr, slots: number, fill = 1): Window[] {
  requireSlots("rowWindows", slots);
  requireFraction("rowWindows", "fill", fill);
  const windows: Window[] = [];
  let [first, held] = [0, 0];
  partialProducts(a, b).forEach((products, row) => {
    const bound = Math.min(products, b.columns);
    if (bound > slots) {
      throw new RangeError(`rowWindows: slots must be at least ${bound} for row ${row}, got ${slots}`);
    }
    const isFull = held + bound > fill * slots || (row + 1 - first) * b.columns > MOST_KEYS;
    if (isFull && row > first) {
      windows.push([first, row]);
      [first, held] = [row, 0];
    }
    held += bound;
  });
  if (a.rows > first) windows.push([first, a.rows]);
  return windows;
}

/** The most slots of a table: a key of 31 bits and a slot together are an exact float64. */
const MOST_SLOTS = 2 ** 22;

/** @throws RangeError unless slots are a power of two from 2 to 2^22. */
export function requireSlots(where: string, slots: number): void {
  requireInteger(where, "slots", slots, 2, MOST_SLOTS);
  if ((slots & (slots - 1)) === 0) return;
  throw new RangeError(`${where}: slots must be a power of two, got ${slots}`);
}
