/** Orders in which the products of a dot product are added, each sum rounded. */

/** Adds the first `length` of some numbers; may overwrite them. */
type Add = (values: Float32Array, length: number, round: (x: number) => number) => number;

/** An order of a sum. */
export interface SumOrder {
  readonly id: string;
  readonly name: string;
  /** The order for a product with so many rows of inputs, which a kernel chooses by their number. */
  readonly forRows: (rows: number) => Add;
}

function addInTurn(values: Float32Array, from: number, to: number, round: (x: number) => number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum = round(sum + values[i]);
  return sum;
}

/** As many workers as `parts` each add a run of products in turn; their sums are added in turn. */
export const splitSum =
  (parts: number): Add =>
  (values, length, round) => {
    const run = Math.ceil(length / parts);
    let sum = 0;
    for (let from = 0; from < length; from += run) {
      sum = round(sum + addInTurn(values, from, Math.min(length, from + run), round));
    }
    return sum;
  };

/**
 * A binary tree over the products, filled up with zeros to a power of two. Workers that each take an aligned part of it, 1, 2, 4 or more,
 * and add their sums by the rest of the tree give the same bits. (TBIK, in the code of arXiv:2506.09501)
 */
export const treeSum: Add = (values, length, round) => {
  let width = 2 ** Math.ceil(Math.log2(Math.max(1, length)));
  values.fill(0, length, width);
  for (; width > 1; width /= 2) {
    for (let i = 0; i < width / 2; i++) values[i] = round(values[2 * i] + values[2 * i + 1]);
  }
  return values[0];
};

/** The tree by several workers, each with an aligned part of the products. */
export const treeByWorkers =
  (workers: number): Add =>
  (values, length, round) => {
    const width = 2 ** Math.ceil(Math.log2(Math.max(workers, length)));
    const part = width / workers;
    const sums = Float32Array.from({length: workers}, (_, worker) => {
      const own = new Float32Array(part);
      own.set(values.subarray(Math.min(length, worker * part), Math.min(length, (worker + 1) * part)));
      return treeSum(own, part, round);
    });
    return treeSum(sums, workers, round);
  };

/** Parts that a kernel splits a sum into: more workers share it where there are few rows. */
const partsFor = (rows: number): number => (rows === 1 ? 8 : rows <= 32 ? 4 : 1);

const always = (id: string, name: string, add: Add): SumOrder => ({id, name, forRows: () => add});

/** Orders that are compared: in turn, split among workers, split by the number of rows, and as trees of several workers. */
export const sumOrders: readonly SumOrder[] = Object.freeze([
  always("sequential", "in turn", splitSum(1)),
  ...[2, 4, 8].map((parts) => always(`split-${parts}`, `split in ${parts}`, splitSum(parts))),
  {id: "by-rows", name: "split by the number of rows", forRows: (rows: number) => splitSum(partsFor(rows))},
  ...[1, 2, 4, 8].map((workers) =>
    always(`tree-${workers}`, `tree, ${workers} worker${workers === 1 ? "" : "s"}`, treeByWorkers(workers)),
  ),
]);
