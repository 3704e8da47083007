/** Dense float64 matrices for decompositions, row-major. */

import {multiply} from "./dense.js";
import {requireInteger} from "./require.js";
import {transpose} from "./transpose.js";

/** A row-major matrix as it is handed in; both element types may come, and neither is kept or changed. */
export interface MatrixInput {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array | Float64Array;
}

/** A row-major float64 matrix. */
export interface Matrix extends MatrixInput {
  readonly data: Float64Array;
}

/**
 * A = U diag(s) Vt with `rank` components: u [rows, rank] and vt [rank, columns] have orthonormal columns and
 * rows, s descends and is not negative. The signs of a pair of vectors are free.
 */
export interface Svd {
  readonly rank: number;
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly vt: Float64Array;
}

/**
 * A copy in float64.
 * @throws RangeError if the sizes are not integers of at least 0, do not hold all values, or a value is not finite.
 */
export function matrixOf(where: string, {rows, columns, data}: MatrixInput): Matrix {
  for (const [name, size] of Object.entries({rows, columns})) {
    requireInteger(where, name, size, 0);
  }
  if (data.length !== rows * columns) {
    throw new RangeError(`${where}: data must hold ${rows} x ${columns} values, got ${data.length}`);
  }
  const at = data.findIndex((value: number) => !Number.isFinite(value));
  if (at >= 0) throw new RangeError(`${where}: every value must be finite, got ${data[at]} at index ${at}`);
  return {rows, columns, data: Float64Array.from(data)};
}

/** The number of components to keep: `rank`, or all there are. @throws RangeError unless an integer of at least 0. */
export function keptRank(where: string, {rows, columns}: MatrixInput, rank: number): number {
  if (rank !== Number.POSITIVE_INFINITY) requireInteger(where, "rank", rank, 0);
  return Math.min(rank, rows, columns);
}

/** The transposed matrix. */
export function transposeMatrix({rows, columns, data}: Matrix): Matrix {
  return {rows: columns, columns: rows, data: transpose(data, rows, columns)};
}

/** The decomposition of the transposed matrix. */
export function transposeSvd({rank, u, s, vt}: Svd): Svd {
  if (rank === 0) return {rank, s, u: vt, vt: u};
  const [rows, columns] = [u.length / rank, vt.length / rank];
  return {rank, s, u: transpose(vt, rank, columns), vt: transpose(u, rows, rank)};
}

/** The first `rank` components. */
export function truncate({rank, u, s, vt}: Svd, to: number): Svd {
  if (to >= rank) return {rank, u, s, vt};
  const rows = u.length / rank;
  const kept = new Float64Array(rows * to);
  for (let i = 0; i < rows; i++) kept.set(u.subarray(i * rank, i * rank + to), i * to);
  return {rank: to, u: kept, s: s.slice(0, to), vt: vt.slice(0, (vt.length / rank) * to)};
}

/** U diag(s) Vt, row-major [rows, columns] in float64. */
export function reconstruct({rank, u, s, vt}: Svd): Float64Array {
  if (rank === 0) return new Float64Array(0);
  return multiply(
    u.map((value, at) => value * s[at % rank]),
    vt,
    rank,
  );
}
