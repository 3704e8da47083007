/** Orders in which the products of a dot product are added, each sum rounded. */
import {type MantissaBits, roundTo} from "./precision.js";

/** Adds the first `length` of some numbers; may overwrite them, and those up to the next power of two. */
type Add = (values: Float32Array, length: number, mantissaBits: MantissaBits) => number;

/** An order of a sum. */
export interface SumOrder {
  readonly id: string;
  readonly name: string;
  /** The order for a product with so many rows of inputs, which a kernel chooses by their number. */
  readonly forRows: (rows: number) => Add;
}

/** As many workers as `parts` each add a run of products in turn; their sums are added in turn. */
export const splitSum =
  (parts: number): Add =>
  (values, length, mantissaBits) => {
    const run = Math.ceil(length / parts);
    let sum = 0;
    for (let from = 0; from < length; from += run) {
      const to = Math.min(length, from + run);
      let own = 0;
      for (let i = from; i < to; i++) own = roundTo(mantissaBits, own + values[i]);
      sum = roundTo(mantissaBits, sum + own);
    }
    return sum;
  };

/** The sum of `width` numbers from a place on by a binary tree; `width` is a power of two. */
function treeOf(values: Float32Array, from: number, width: number, mantissaBits: MantissaBits): number {
  for (let half = width / 2; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) {
      values[from + i] = roundTo(mantissaBits, values[from + 2 * i] + values[from + 2 * i + 1]);
    }
  }
  return values[from];
}

/**
 * A binary tree over the products, filled up with zeros to a power of two: each of 1, 2, 4 … workers takes an aligned part of it, and their
 * sums go on up the same tree, so that all numbers of workers have the same bits. (TBIK, in the code of arXiv:2506.09501)
 */
export const treeSum =
  (workers: number): Add =>
  (values, length, mantissaBits) => {
    const width = 2 ** Math.ceil(Math.log2(Math.max(workers, length)));
    values.fill(0, length, width);
    const part = width / workers;
    for (let worker = 0; worker < workers; worker++) {
      values[worker] = treeOf(values, worker * part, part, mantissaBits);
    }
    return treeOf(values, 0, workers, mantissaBits);
  };

/** Parts that a kernel splits a sum into: more workers share it where there are few rows. */
const partsFor = (rows: number): number => (rows === 1 ? 8 : rows <= 32 ? 4 : 1);

const always = (id: string, name: string, add: Add): SumOrder => ({id, name, forRows: () => add});

/** Orders that are compared: in turn, split among workers, split by the number of rows, and a tree of several workers. */
export const sumOrders: readonly SumOrder[] = Object.freeze([
  always("sequential", "in turn", splitSum(1)),
  ...[4, 8].map((parts) => always(`split-${parts}`, `split in ${parts}`, splitSum(parts))),
  {id: "by-rows", name: "split by the number of rows", forRows: (rows: number) => splitSum(partsFor(rows))},
  ...[1, 8].map((workers) =>
    always(`tree-${workers}`, `tree, ${workers} worker${workers === 1 ? "" : "s"}`, treeSum(workers)),
  ),
]);
