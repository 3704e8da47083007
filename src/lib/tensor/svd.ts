import {norm} from "./dense.js";
import {completeRows} from "./qr.js";
import {
  keptRank,
  type Matrix,
  type MatrixInput,
  matrixOf,
  type Svd,
  transposeMatrix,
  transposeSvd,
  truncate,
} from "./svd-matrix.js";
import {transpose} from "./transpose.js";

/** Two vectors count as orthogonal where their cosine is rounding. */
const ORTHOGONAL = 1e-15;
const MOST_SWEEPS = 60;

/**
 * The singular value decomposition, thin or cut to `rank`, by one-sided Jacobi rotations: the definition that
 * faster forms are held against. Singular values are right to about 1e-15 of the largest, for any shape and any
 * rank; the work grows as rows · columns · min(rows, columns). (Hestenes, doi.org/10.1137/0106005)
 * @param rank components to keep; all by default, and never more than there are
 * @throws RangeError if the data does not fit the sizes or is not finite, or if rank is no integer of at least 0.
 */
export function svd(a: MatrixInput, rank = Number.POSITIVE_INFINITY): Svd {
  const matrix = matrixOf("svd", a);
  const kept = keptRank("svd", matrix, rank);
  const isWide = matrix.columns > matrix.rows;
  const thin = isWide ? transposeSvd(thinSvd(transposeMatrix(matrix))) : thinSvd(matrix);
  return truncate(thin, kept);
}

function thinSvd(tall: Matrix): Svd {
  const {rows, columns} = tall;
  const v = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++) v[i * columns + i] = 1;
  return orthogonalize(transpose(tall.data, rows, columns), columns, rows, v, columns);
}

/**
 * Rotates the n vectors of length m in `w`, one a row, until they are orthogonal, and the n vectors of `v` with
 * them. Where w = A v for every vector, this gives the decomposition of A on the span of v. Changes w and v.
 */
export function orthogonalize(w: Float64Array, n: number, m: number, v: Float64Array, width: number): Svd {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let rotations = 0;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const t = tangent(w, p * m, q * m, m);
        if (t === 0) continue;
        const c = 1 / Math.sqrt(1 + t * t);
        rotateRows(w, p * m, q * m, m, c, c * t);
        rotateRows(v, p * width, q * width, width, c, c * t);
        rotations++;
      }
    }
    if (rotations === 0) break;
  }
  return sorted(w, n, m, v, width);
}

/** The tangent of the angle that makes two vectors orthogonal; 0 where they are. */
function tangent(w: Float64Array, a: number, b: number, m: number): number {
  let alpha = 0;
  let beta = 0;
  let gamma = 0;
  for (let i = 0; i < m; i++) {
    const x = w[a + i];
    const y = w[b + i];
    alpha += x * x;
    beta += y * y;
    gamma += x * y;
  }
  if (Math.abs(gamma) <= ORTHOGONAL * Math.sqrt(alpha) * Math.sqrt(beta)) return 0;
  const zeta = (beta - alpha) / (2 * gamma);
  return (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
}

function rotateRows(x: Float64Array, a: number, b: number, length: number, c: number, s: number): void {
  for (let i = 0; i < length; i++) {
    const first = x[a + i];
    const second = x[b + i];
    x[a + i] = c * first - s * second;
    x[b + i] = s * first + c * second;
  }
}

function sorted(w: Float64Array, n: number, m: number, v: Float64Array, width: number): Svd {
  const norms = Float64Array.from({length: n}, (_, k) => norm(w, k * m, m));
  const order = Array.from(norms.keys()).sort((x, y) => norms[y] - norms[x] || x - y);
  // What is left of a vector that depends on the others is rounding: it has no direction of its own.
  const rounding = (norms[order[0] ?? 0] ?? 0) * m * 2 ** -53;
  const s = Float64Array.from(order, (k) => (norms[k] <= rounding ? 0 : norms[k]));
  const left = new Float64Array(n * m);
  const vt = new Float64Array(n * width);
  order.forEach((k, to) => {
    vt.set(v.subarray(k * width, (k + 1) * width), to * width);
    if (s[to] === 0) return;
    for (let i = 0; i < m; i++) left[to * m + i] = w[k * m + i] / s[to];
  });
  const zero = s.indexOf(0);
  completeRows(left, zero < 0 ? n : zero, n, m);
  return {rank: n, u: transpose(left, n, m), s, vt};
}
