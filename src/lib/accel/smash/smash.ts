import {type Csr, requireFactors} from "./csr.js";
import {addAlone, claim, EMPTY, homeOf, type Loops, type MergeWork, mergeRow} from "./merge-rows.js";
import {partialProducts, rowWindows, type Window} from "./windows.js";

/** Bits of a key by which its search begins, in the order that the loops count them. */
export const HASHES = ["high bits", "low bits", "multiplied"] as const;

/** One of {@link HASHES}. */
export type Hash = (typeof HASHES)[number];

/** The table of a sparse product. */
export interface SmashTable {
  /** Power of two. */
  readonly slots: number;
  readonly hash: Hash;
  /** Share of the slots that the bound of a window's entries may take; 1 by default. */
  readonly fill?: number;
}

/** A sparse product, and the work of finding it. */
export interface SmashProduct {
  readonly product: Csr;
  readonly windows: readonly Window[];
  /** Products of two entries, each of which is merged into a slot. */
  readonly partialProducts: number;
  /** Slots that were looked at for them. */
  readonly looks: number;
}

const LOOPS: Loops = {homeOf, claim, add: addAlone, mergeRow};

/**
 * The product a · b row by row (Gustavson), its partial products merged in a hashed table as they come: none is stored.
 * @throws RangeError for matrices that have no product, and slots that are no power of two or fewer than a row may need.
 */
export function smashProduct(a: Csr, b: Csr, {slots, hash, fill}: SmashTable): SmashProduct {
  requireFactors("smashProduct", a, b);
  const windows = rowWindows(a, b, slots, fill);
  const [keys, sums] = [new Int32Array(slots), new Float64Array(slots)];
  const work = mergeWork(a, b, {keys, sums, hash: HASHES.indexOf(hash)});
  let looks = 0;
  const product = productOf(a.rows, b.columns, windows, (window) => {
    keys.fill(EMPTY);
    sums.fill(0);
    for (let row = window[0]; row < window[1]; row++) looks += mergeRow(work, row, window, LOOPS);
    return {keys, sums};
  });
  const merged = partialProducts(a, b).reduce((sum, count) => sum + count, 0);
  return {product, windows, partialProducts: merged, looks};
}

/** Two matrices and a table as the loops read them. */
export function mergeWork(a: Csr, b: Csr, table: Pick<MergeWork, "keys" | "sums" | "hash">): MergeWork {
  return {
    aStarts: a.starts,
    aIndices: a.indices,
    aValues: a.values,
    bStarts: b.starts,
    bIndices: b.indices,
    bValues: b.values,
    columns: b.columns,
    ...table,
  };
}

/** A table after a window: keys and sums of its slots. */
interface MergedTable {
  readonly keys: Int32Array;
  readonly sums: Float64Array;
}

/** Writes windows back one after another: the table of each is scanned, and its entries are sorted by row and column. */
export function productOf(
  rows: number,
  columns: number,
  windows: readonly Window[],
  merged: (window: Window) => MergedTable,
): Csr {
  const starts = new Int32Array(rows + 1);
  const [indices, values]: [number[], number[]] = [[], []];
  for (const [first, end] of windows) {
    const {keys, sums} = merged([first, end]);
    for (const place of placesByKey(keys)) {
      const slot = place % keys.length;
      indices.push(keys[slot] % columns);
      values.push(sums[slot]);
      starts[first + Math.floor(keys[slot] / columns) + 1]++;
    }
  }
  for (let row = 0; row < rows; row++) starts[row + 1] += starts[row];
  return {rows, columns, starts, indices: Int32Array.from(indices), values: Float64Array.from(values)};
}

/** Slots that hold a key, in the order of their keys: each as key times the number of slots plus slot, which sorts as a number. */
function placesByKey(keys: Int32Array): Float64Array {
  const places = new Float64Array(keys.length);
  let found = 0;
  for (let slot = 0; slot < keys.length; slot++) {
    if (keys[slot] !== EMPTY) places[found++] = keys[slot] * keys.length + slot;
  }
  return places.subarray(0, found).sort();
}
