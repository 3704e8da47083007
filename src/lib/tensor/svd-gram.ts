import {norm} from "./dense.js";
import {qr} from "./qr.js";
import {type RowProducts, rowProducts} from "./row-products.js";
import {orthogonalize} from "./svd.js";
import {type EigenSteps, largestEigenpairs} from "./svd-eigen.js";
import {
  keptRank,
  type Matrix,
  type MatrixInput,
  matrixOf,
  type Svd,
  transposeMatrix,
  transposeSvd,
} from "./svd-matrix.js";
import {transpose} from "./transpose.js";

/** Options of {@link gramSvd}. */
export interface GramSvdOptions {
  /** The products of matrices, by default in TypeScript; those of the wasm kernels are faster. */
  readonly products?: RowProducts;
  /** The passes over the Gram matrix, likewise. */
  readonly steps?: EigenSteps;
}

/** Below this share of the largest singular value, squaring has cost the vectors too many digits. */
const WELL_CONDITIONED = 1e-4;

/**
 * The `rank` largest components of A through the eigenvectors of the smaller of A^T A and A A^T. Squaring loses half
 * the digits of small singular values, so where there are any, one power step with A itself sharpens the vectors and
 * Jacobi rotations make their images orthogonal: values are then right to about 1e-13 of the largest.
 * @throws RangeError if the data does not fit the sizes or is not finite, or if rank is no integer of at least 0.
 */
export function gramSvd(
  a: MatrixInput,
  rank: number,
  {products = rowProducts, steps}: GramSvdOptions = {},
): Svd {
  const matrix = matrixOf("gramSvd", a);
  const kept = keptRank("gramSvd", matrix, rank);
  return matrix.columns > matrix.rows
    ? transposeSvd(tallSvd(transposeMatrix(matrix), matrix, kept, products, steps))
    : tallSvd(matrix, transposeMatrix(matrix), kept, products, steps);
}

/** `wide` is the transpose of `tall`. */
function tallSvd(tall: Matrix, wide: Matrix, rank: number, products: RowProducts, steps?: EigenSteps): Svd {
  const {rows: m, columns: n} = tall;
  const gram = products(wide.data, n, wide.data, n, m, true);
  const {values, vectors} = largestEigenpairs(gram, n, rank, steps);
  const images = products(vectors, rank, tall.data, m, n);
  const smallest = Math.sqrt(Math.max(0, values[rank - 1] ?? 0));
  if (smallest > WELL_CONDITIONED * Math.sqrt(values[0] ?? 0)) return normalized(images, rank, m, vectors);
  const sharper = basis(products(basis(images, rank), rank, wide.data, n, m), rank);
  return orthogonalize(products(sharper, rank, tall.data, m, n), rank, m, sharper, n);
}

/** Orthonormal rows that span those of x [rank, …]. */
function basis(x: Float64Array, rank: number): Float64Array {
  if (rank === 0) return x;
  const length = x.length / rank;
  return transpose(qr({rows: length, columns: rank, data: transpose(x, rank, length)}).q, length, rank);
}

/** Orthogonal images: their lengths are the singular values. */
function normalized(images: Float64Array, rank: number, m: number, vectors: Float64Array): Svd {
  const s = new Float64Array(rank);
  for (let k = 0; k < rank; k++) {
    s[k] = norm(images, k * m, m);
    for (let i = k * m; i < (k + 1) * m; i++) images[i] = images[i] / s[k];
  }
  return {rank, u: transpose(images, rank, m), s, vt: vectors};
}
