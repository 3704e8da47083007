import fc from "fast-check";
import {expect, test} from "vitest";
import {cholesky, choleskyOfInverse} from "../../src/lib/tensor/cholesky.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** a b for row-major n x n matrices, or a b^T, or a^T b. */
function product(
  a: Float64Array,
  b: Float64Array,
  n: number,
  {left = false, right = false} = {},
): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        out[i * n + j] += (left ? a[k * n + i] : a[i * n + k]) * (right ? b[j * n + k] : b[k * n + j]);
      }
    }
  }
  return out;
}

function definite(n: number, seed: number): Float64Array {
  const stream = randomStream(seed, "cholesky");
  const x = Float64Array.from({length: n * n}, () => stream.normal());
  const a = product(x, x, n, {right: true});
  for (let i = 0; i < n; i++) a[i * n + i] += 0.1;
  return a;
}

function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(want.length);
  for (let i = 0; i < got.length; i++) expect(Math.abs(got[i] - want[i]), `at ${i}`).toBeLessThan(tolerance);
}

const sizes = fc.record({n: fc.integer({min: 1, max: 12}), seed: fc.integer({min: 0, max: 1000})});

test("the factor of a matrix worked by hand", () => {
  expect(cholesky(Float64Array.of(4, 2, 2, 10), 2)).toEqual(Float64Array.of(2, 0, 1, 3));
});

test("L L^T gives the matrix back, and L has no upper part", () => {
  fc.assert(
    fc.property(sizes, ({n, seed}) => {
      const a = definite(n, seed);
      const l = cholesky(a, n);
      expectClose(product(l, l, n, {right: true}), a, 1e-12 * n * Math.max(...a));
      for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(l[i * n + j]).toBe(0);
    }),
    {seed: 1},
  );
});

test("U^T U is the inverse, and U has no lower part", () => {
  fc.assert(
    fc.property(sizes, ({n, seed}) => {
      const a = definite(n, seed);
      const u = choleskyOfInverse(a, n);
      const identity = Float64Array.from({length: n * n}, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
      expectClose(product(product(u, u, n, {left: true}), a, n), identity, 1e-8);
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) expect(u[i * n + j]).toBe(0);
    }),
    {seed: 3},
  );
});

test("the empty matrix has an empty factor", () => {
  expect(cholesky(new Float64Array(0), 0)).toHaveLength(0);
  expect(choleskyOfInverse(new Float64Array(0), 0)).toHaveLength(0);
});

test("a semi-definite, negative or NaN matrix is refused by its pivot", () => {
  expect(() => cholesky(Float64Array.of(1, 1, 1, 1), 2)).toThrow(/positive definite, got pivot 0 in row 1/);
  expect(() => cholesky(Float64Array.of(-1), 1)).toThrow(/got pivot -1 in row 0/);
  expect(() => cholesky(Float64Array.of(Number.NaN), 1)).toThrow(/got pivot NaN in row 0/);
  expect(() => choleskyOfInverse(Float64Array.of(Number.POSITIVE_INFINITY), 1)).toThrow(RangeError);
});

test("a wrong size is refused", () => {
  expect(() => cholesky(new Float64Array(3), 2)).toThrow(
    "cholesky: the matrix must hold 2 x 2 values, got 3",
  );
  expect(() => choleskyOfInverse(new Float64Array(4), 1)).toThrow("must hold 1 x 1 values, got 4");
});
