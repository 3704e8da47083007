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
import {rowProducts} from "./svd-products.js";

/**
 * All dot products of the rows of a [p, length] with those of b [q, length], [p, q]: the product that a faster
 * machine may take over.
 */
export type RowProducts = (
  a: Float32Array,
  p: number,
  b: Float32Array,
  q: number,
  length: number,
) => Float32Array;

export interface RandomSvdOptions {
  /** Directions beyond the rank that are followed and then dropped. */
  readonly oversampling?: number;
  /** Times that A A^T is applied: each sharpens the gap between what is kept and what is not. */
  readonly powerSteps?: number;
  readonly seed?: number;
  /** Float32 products, of the wasm kernels for instance; by default they are taken in float64. */
  readonly products?: RowProducts;
}

type Products = (a: Matrix, b: Matrix) => Matrix;

/**
 * The `rank` largest components of A by finding its range with random vectors: the work grows as
 * rows · columns · rank, not with the smaller side squared. Values come out too small by a factor of about
 * 1 - (s[k] / s[j])^(4 powerSteps + 2), k = rank + oversampling: right where the spectrum falls, poor where it is
 * flat. (Halko, Martinsson and Tropp, arXiv:0909.4061, algorithms 4.4 and 5.1)
 * @throws RangeError if the data does not fit the sizes or is not finite, or if an option is no integer of at least 0.
 */
export function randomSvd(a: MatrixInput, rank: number, options: RandomSvdOptions = {}): Svd {
  const {oversampling = 10, powerSteps = 2, seed = 1, products} = options;
  for (const [name, value] of Object.entries({oversampling, powerSteps})) {
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(`randomSvd: ${name} must be an integer of at least 0, got ${value}`);
    }
  }
  const matrix = matrixOf("randomSvd", a);
  const kept = keptRank("randomSvd", matrix, rank);
  const width = keptRank("randomSvd", matrix, kept + oversampling);
  const turned = transpose(matrix);
  const multiply = products === undefined ? exactProducts : handedProducts(products);
  const basis = (image: Matrix): Matrix => transpose({rows: image.rows, columns: width, data: qr(image).q});
  let range = basis(multiply(matrix, gaussian(width, matrix.columns, seed)));
  for (let step = 0; step < powerSteps; step++) {
    range = basis(multiply(matrix, basis(multiply(turned, range))));
  }
  return truncate(fromRange(range, multiply(range, turned)), kept);
}

/** A = Q (Q^T A) for the orthonormal rows of `range` = Q^T and `inside` = Q^T A. */
function fromRange(range: Matrix, inside: Matrix): Svd {
  const {rank, u, s, vt} = gramSvd(inside, range.rows);
  const left = rowProducts(transpose(range).data, range.columns, transposed(u, rank), rank, range.rows);
  return {rank, u: left, s, vt};
}

function transposed(u: Float64Array, rank: number): Float64Array {
  return transpose({rows: rank === 0 ? 0 : u.length / rank, columns: rank, data: u}).data;
}

function gaussian(rows: number, columns: number, seed: number): Matrix {
  const stream = randomStream(seed, "range of a matrix");
  return {rows, columns, data: Float64Array.from({length: rows * columns}, () => stream.normal())};
}

const exactProducts: Products = (a, b) => ({
  rows: a.rows,
  columns: b.rows,
  data: rowProducts(a.data, a.rows, b.data, b.rows, a.columns),
});

function handedProducts(products: RowProducts): Products {
  return (a, b) => {
    const data = products(Float32Array.from(a.data), a.rows, Float32Array.from(b.data), b.rows, a.columns);
    return {rows: a.rows, columns: b.rows, data: Float64Array.from(data)};
  };
}
