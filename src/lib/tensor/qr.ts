import {dot, norm} from "./dense.js";
import {type MatrixInput, matrixOf, transposeMatrix} from "./svd-matrix.js";
import {transpose} from "./transpose.js";

/** A = Q R: q [rows, k] with orthonormal columns, r [k, columns] upper triangular, k = min(rows, columns). */
export interface Qr {
  readonly q: Float64Array;
  readonly r: Float64Array;
}

/**
 * The thin QR decomposition by Householder reflections: Q is orthonormal to rounding whatever the rank of A.
 * (doi.org/10.1145/320941.320947)
 * @throws RangeError if the data does not fit the sizes or is not finite.
 */
export function qr(a: MatrixInput): Qr {
  const {rows: n, columns: m, data: x} = transposeMatrix(matrixOf("qr", a));
  const k = Math.min(m, n);
  const r = new Float64Array(k * n);
  for (let j = 0; j < k; j++) {
    r[j * n + j] = makeReflector(x, j * m + j, m - j);
    for (let c = j + 1; c < n; c++) {
      reflect(x, j * m + j, x, c * m + j, m - j);
      r[j * n + c] = x[c * m + j];
    }
  }
  const q = new Float64Array(k * m);
  for (let j = k - 1; j >= 0; j--) {
    q[j * m + j] = 1;
    for (let c = j; c < k; c++) reflect(x, j * m + j, q, c * m + j, m - j);
  }
  return {q: transpose(q, k, m), r};
}

/**
 * Puts the unit vector v of the reflection I - 2 v v^T in the place of a vector that it takes to a multiple of the
 * first axis, and gives the multiple; a vector of zeros stays, and reflects nothing.
 */
function makeReflector(x: Float64Array, start: number, length: number): number {
  const size = norm(x, start, length);
  if (size === 0) return 0;
  const axis = x[start] > 0 ? -size : size;
  x[start] = x[start] - axis;
  const scale = norm(x, start, length);
  for (let i = start; i < start + length; i++) x[i] = x[i] / scale;
  return axis;
}

function reflect(v: Float64Array, at: number, x: Float64Array, start: number, length: number): void {
  const twice = 2 * dot(v, at, x, start, length);
  for (let i = 0; i < length; i++) x[start + i] = x[start + i] - twice * v[at + i];
}

/**
 * Fills rows `from` to `count` of x [count, width] with unit vectors that are orthogonal to all rows before them,
 * which must be orthonormal; count is at most width.
 */
export function completeRows(x: Float64Array, from: number, count: number, width: number): void {
  for (let row = from; row < count; row++) {
    x[row * width + freestAxis(x, row, width)] = 1;
    removeRows(x, row, width);
    // Once more: the first pass leaves rounding of the size that it took away.
    removeRows(x, row, width);
  }
}

/** The axis that the first rows say least about. */
function freestAxis(x: Float64Array, rows: number, width: number): number {
  const taken = new Float64Array(width);
  for (let i = 0; i < rows * width; i++) taken[i % width] = taken[i % width] + x[i] * x[i];
  return taken.indexOf(taken.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY));
}

/** Takes from a row its parts along all rows before it, and makes it a unit vector. */
function removeRows(x: Float64Array, row: number, width: number): void {
  const start = row * width;
  for (let k = 0; k < row; k++) {
    const along = dot(x, start, x, k * width, width);
    for (let i = 0; i < width; i++) x[start + i] = x[start + i] - along * x[k * width + i];
  }
  const size = norm(x, start, width);
  for (let i = start; i < start + width; i++) x[i] = x[i] / size;
}
