import {expect} from "vitest";
import {qr} from "../../src/lib/tensor/qr.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {type MatrixInput, reconstruct, type Svd} from "../../src/lib/tensor/svd-matrix.js";

/** Standard normal values. */
export function gaussianMatrix(seed: number, rows: number, columns: number): MatrixInput {
  const stream = randomStream(seed, "matrix");
  return {rows, columns, data: Float64Array.from({length: rows * columns}, () => stream.normal())};
}

/** A matrix with these singular values and random vectors. */
export function withSpectrum(seed: number, rows: number, columns: number, s: readonly number[]): MatrixInput {
  const rank = s.length;
  const u = qr(gaussianMatrix(seed, rows, rank)).q;
  const right = qr(gaussianMatrix(seed + 1, columns, rank)).q;
  const vt = new Float64Array(rank * columns);
  for (let k = 0; k < rank; k++) {
    for (let j = 0; j < columns; j++) vt[k * columns + j] = right[j * rank + k];
  }
  return {rows, columns, data: reconstruct({rank, u, s: Float64Array.from(s), vt})};
}

/** The largest |a - b|. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((top, value, i) => Math.max(top, Math.abs(value - b[i])), 0);
}

/** How far the vectors of both sides are from orthonormal. */
export function skewness({rank, u, vt}: Svd): number {
  const columns = rank === 0 ? 0 : vt.length / rank;
  const rows = rank === 0 ? 0 : u.length / rank;
  let worst = 0;
  for (let p = 0; p < rank; p++) {
    for (let q = 0; q < rank; q++) {
      let [left, right] = [0, 0];
      for (let i = 0; i < rows; i++) left += u[i * rank + p] * u[i * rank + q];
      for (let j = 0; j < columns; j++) right += vt[p * columns + j] * vt[q * columns + j];
      const one = p === q ? 1 : 0;
      worst = Math.max(worst, Math.abs(left - one), Math.abs(right - one));
    }
  }
  return worst;
}

/** The root of the sum of squares. */
export function frobenius(x: ArrayLike<number>): number {
  return Math.sqrt(Array.from(x).reduce((sum, value) => sum + value * value, 0));
}
