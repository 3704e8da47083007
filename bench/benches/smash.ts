import type {Csr} from "../../src/lib/accel/smash/csr.js";
import {RANDOM_MATRICES, type RandomMatrix, randomMatrix} from "../../src/lib/accel/smash/random-matrices.js";
import {smashProduct} from "../../src/lib/accel/smash/smash.js";
import {smashThreads} from "../../src/lib/accel/smash/smash-threads.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, Sides} from "../harness/contest.js";

/** 2048 rows and columns, 16 entries drawn for each row. */
const SIZE = {scale: 11, perRow: 16};
const TABLE = {slots: 2 ** 16, hash: "multiplied", fill: 0.5} as const;
const DEAL = {rows: "dynamic", sums: "integers"} as const;

/** The product a · b row by row into a dense row of sums, which needs no table and shares nothing (Gustavson, doi.org/10.1145/355791.355796). */
function plainProduct(a: Csr, b: Csr): Csr {
  const starts = new Int32Array(a.rows + 1);
  const [indices, values]: [number[], number[]] = [[], []];
  const sums = new Float64Array(b.columns);
  const rowOf = new Int32Array(b.columns).fill(-1);
  for (let row = 0; row < a.rows; row++) {
    const columns: number[] = [];
    for (let p = a.starts[row]; p < a.starts[row + 1]; p++) {
      for (let q = b.starts[a.indices[p]]; q < b.starts[a.indices[p] + 1]; q++) {
        const column = b.indices[q];
        if (rowOf[column] !== row) {
          rowOf[column] = row;
          sums[column] = 0;
          columns.push(column);
        }
        sums[column] += a.values[p] * b.values[q];
      }
    }
    for (const column of columns.sort((x, y) => x - y)) {
      indices.push(column);
      values.push(sums[column]);
    }
    starts[row + 1] = indices.length;
  }
  const [rows, columns] = [a.rows, b.columns];
  return {rows, columns, starts, indices: Int32Array.from(indices), values: Float64Array.from(values)};
}

async function sidesOf(name: string, kind: RandomMatrix): Promise<Sides> {
  const matrix = randomMatrix(kind, SIZE, 1);
  const onThreads = (threads: number) => smashThreads(matrix, matrix, {...TABLE, ...DEAL, threads});
  const ours = () => onThreads(2);
  const peers = [
    {name: "one thread, the same atomic loops", run: () => onThreads(1)},
    {name: "one thread, sums without atomics", run: () => smashProduct(matrix, matrix, TABLE).product},
    {name: "our plain product by rows, one thread", run: () => plainProduct(matrix, matrix)},
  ];
  const right = await ours();
  for (const {run} of peers) {
    const other = await run();
    // Values are small integers: every order of their sums is exact.
    for (const part of ["starts", "indices", "values"] as const)
      requireClose(name, right[part], other[part], 0);
  }
  return {work: 1, ours, peers};
}

/** Sparse products that two threads merge in one hashed table, beside one thread and a product without a table. */
export const smashProducts: readonly Contest[] = RANDOM_MATRICES.map((kind) => {
  const name = `smash-threads-${kind.toLowerCase()}`;
  const side = 2 ** SIZE.scale;
  return {
    name,
    title: `SMASH: a sparse matrix ${side} x ${side} (${kind}, ${SIZE.perRow} entries a row) times itself, two threads that are started for it`,
    unit: "ms",
    prepare: () => sidesOf(name, kind),
  };
});
