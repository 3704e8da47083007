import {qr} from "./qr.js";
import {randomStream} from "./random.js";
import {requireInteger} from "./require.js";
import {type RowProducts, rowProducts} from "./row-products.js";
import {gramSvd} from "./svd-gram.js";
import {
  keptRank,
  type Matrix,
  type MatrixInput,
  matrixOf,
  type Svd,
  transposeMatrix,
  truncate,
} from "./svd-matrix.js";
import {transpose} from "./transpose.js";

/** Options of {@link randomSvd}. */
export interface RandomSvdOptions {
  /** Directions beyond the rank that are followed and then dropped. */
  readonly oversampling?: number;
  /** Times that A A^T is applied: each sharpens the gap between what is kept and what is not. */
  readonly powerSteps?: number;
  readonly seed?: number;
  /** The products of matrices, by default in TypeScript; those of the wasm kernels are faster. */
  readonly products?: RowProducts;
}

/**
 * The `rank` largest components of A by finding its range with random vectors: the work grows as
 * rows · columns · rank, not with the smaller side squared. Values come out too small by a factor of about
 * 1 - (s[k] / s[j])^(4 powerSteps + 2), k = rank + oversampling: right where the spectrum falls, poor where it is
 * flat. (Halko, Martinsson and Tropp, arXiv:0909.4061, algorithms 4.4 and 5.1)
 * @throws RangeError if the data does not fit the sizes or is not finite, or if an option is no integer of at least 0.
 */
export function randomSvd(a: MatrixInput, rank: number, options: RandomSvdOptions = {}): Svd {
  const {oversampling = 10, powerSteps = 2, seed = 1, products = rowProducts} = options;
  for (const [name, value] of Object.entries({oversampling, powerSteps})) {
    requireInteger("randomSvd", name, value, 0);
  }
  const matrix = matrixOf("randomSvd", a);
  const kept = keptRank("randomSvd", matrix, rank);
  const width = keptRank("randomSvd", matrix, kept + oversampling);
  const wide = transposeMatrix(matrix);
  const multiply = (x: Matrix, y: Matrix): Matrix => ({
    rows: x.rows,
    columns: y.rows,
    data: products(x.data, x.rows, y.data, y.rows, x.columns),
  });
  const basis = (image: Matrix): Matrix =>
    transposeMatrix({rows: image.rows, columns: width, data: qr(image).q});
  let range = basis(multiply(matrix, gaussian(width, matrix.columns, seed)));
  for (let step = 0; step < powerSteps; step++) {
    range = basis(multiply(matrix, basis(multiply(wide, range))));
  }
  return truncate(fromRange(range, multiply(range, wide), products), kept);
}

/** A = Q (Q^T A) for the orthonormal rows of `range` = Q^T and `inside` = Q^T A. */
function fromRange(range: Matrix, inside: Matrix, products: RowProducts): Svd {
  const {rank, u, s, vt} = gramSvd(inside, range.rows, {products});
  const right = transpose(u, range.rows, rank);
  return {rank, u: products(transposeMatrix(range).data, range.columns, right, rank, range.rows), s, vt};
}

function gaussian(rows: number, columns: number, seed: number): Matrix {
  const stream = randomStream(seed, "range of a matrix");
  return {rows, columns, data: Float64Array.from({length: rows * columns}, () => stream.normal())};
}
