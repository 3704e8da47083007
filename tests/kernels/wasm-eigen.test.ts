import {expect, test} from "vitest";
import {wasmEigenSteps} from "../../src/lib/kernels/wasm-eigen.js";
import {rowProducts} from "../../src/lib/tensor/row-products.js";
import {largestEigenpairs} from "../../src/lib/tensor/svd-eigen.js";
import {gaussianMatrix} from "../tensor/svd-helpers.js";

const steps = await wasmEigenSteps();

/** A symmetric matrix with a falling spectrum, and its largest magnitude. */
function symmetric(n: number) {
  const b = Float64Array.from(gaussianMatrix(n, n, n).data, (value, i) => value / (1 + (i % n)));
  return rowProducts(b, n, b, n, n, true);
}

const SIZES = [1, 2, 3, 4, 5, 8, 17, 32, 61] as const;

test.each(SIZES)("a matrix of %i rows has the eigenvalues of the plain steps", (n) => {
  const a = symmetric(n);
  const {values} = largestEigenpairs(a, n, n, steps);
  const plain = largestEigenpairs(a, n, n).values;
  expect(values.every((value, k) => Math.abs(value - plain[k]) <= 1e-12 * plain[0])).toBe(true);
});

test.each(SIZES)("A x = value x for all pairs of a matrix of %i rows, and x has length 1", (n) => {
  const a = symmetric(n);
  const {values, vectors} = largestEigenpairs(a, n, n, steps);
  const images = rowProducts(vectors, n, a, n, n);
  const isImage = images.every(
    (value, i) => Math.abs(value - values[Math.floor(i / n)] * vectors[i]) <= 1e-12 * values[0],
  );
  expect(isImage).toBe(true);
  const lengths = rowProducts(vectors, n, vectors, n, n);
  expect(Array.from({length: n}, (_, k) => lengths[k * n + k]).every((x) => Math.abs(x - 1) <= 1e-12)).toBe(
    true,
  );
});

test("exact zeros stay: a diagonal matrix keeps its entries", () => {
  const a = Float64Array.of(3, 0, 0, 0, 2, 0, 0, 0, 1);
  expect(Array.from(largestEigenpairs(a, 3, 3, steps).values)).toEqual([3, 2, 1]);
});

test("the matrix that is given stays as it is", () => {
  const a = symmetric(8);
  const before = a.slice();
  largestEigenpairs(a, 8, 3, steps);
  expect(a).toEqual(before);
});
