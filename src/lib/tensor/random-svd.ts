import {qr} from "./qr.js";
import {randomStream} from "./random.js";
import {gramSvd} from "./svd-gram.js";
import {
  keptRank,
  type Matrix,
  type MatrixInput,
  matrixOf,
  type Svd,
  transpose,
  truncate,
} from "./svd-matrix.js";
import {type RowProducts, rowProducts} from "./svd-products.js";

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
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(`randomSvd: ${name} must be an integer of at least 0, got ${value}`);
    }
  }
  const matrix = matrixOf("randomSvd", a);
  const kept = keptRank("randomSvd", matrix, rank);
  const width = keptRank("randomSvd", matrix, kept + oversampling);
  const turned = transpose(matrix);
  const multiply = (x: Matrix, y: Matrix): Matrix => ({
    rows: x.rows,
    columns: y.rows,
    data: products(x.data, x.rows, y.data, y.rows, x.columns),
  });
  const basis = (image: Matrix): Matrix => transpose({rows: image.rows, columns: width, data: qr(image).q});
  let range = basis(multiply(matrix, gaussian(width, matrix.columns, seed)));
  for (let step = 0; step < powerSteps; step++) {
    range = basis(multiply(matrix, basis(multiply(turned, range))));
  }
  return truncate(fromRange(range, multiply(range, turned), products), kept);
}

/** A = Q (Q^T A) for the orthonormal rows of `range` = Q^T and `inside` = Q^T A. */
function fromRange(range: Matrix, inside: Matrix, products: RowProducts): Svd {
  const {rank, u, s, vt} = gramSvd(inside, range.rows, {products});
  const left = products(transpose(range).data, range.columns, transposed(u, rank), rank, range.rows);
  return {rank, u: left, s, vt};
}

function transposed(u: Float64Array, rank: number): Float64Array {
  return transpose({rows: rank === 0 ? 0 : u.length / rank, columns: rank, data: u}).data;
}

function gaussian(rows: number, columns: number, seed: number): Matrix {
  const stream = randomStream(seed, "range of a matrix");
  return {rows, columns, data: Float64Array.from({length: rows * columns}, () => stream.normal())};
}
