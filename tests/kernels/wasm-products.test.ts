import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {wasmProducts} from "../../src/lib/kernels/wasm-products.js";
import {rowProducts} from "../../src/lib/tensor/row-products.js";
import {gaussianMatrix} from "../tensor/svd-helpers.js";

const products = await wasmProducts();

const values = (seed: number, rows: number, length: number) =>
  Float64Array.from(gaussianMatrix(seed, rows, length).data);

/** Two orders of the same sums differ by a rounding for each term of it. */
function expectClose(
  actual: Float64Array,
  expected: Float64Array,
  a: Float64Array,
  b: Float64Array,
  length: number,
) {
  expect(actual.length).toBe(expected.length);
  const magnitudes = rowProducts(
    a.map(Math.abs),
    a.length / length,
    b.map(Math.abs),
    b.length / length,
    length,
  );
  const beyond = [...actual.keys()].filter(
    (i) => !(Math.abs(actual[i] - expected[i]) <= 2 * length * 2 ** -53 * magnitudes[i]),
  );
  expect(beyond).toEqual([]);
}

const shapes = fc.record({
  p: fc.integer({min: 1, max: 13}),
  q: fc.integer({min: 1, max: 13}),
  length: fc.integer({min: 1, max: 40}),
  seed: fc.nat(999),
});

describe("wasmProducts", () => {
  test("are the plain ones to rounding, of any sizes", () => {
    fc.assert(
      fc.property(shapes, ({p, q, length, seed}) => {
        const [a, b] = [values(seed, p, length), values(seed + 1, q, length)];
        expectClose(products(a, p, b, q, length), rowProducts(a, p, b, q, length), a, b, length);
      }),
      {seed: 1, numRuns: 80},
    );
  });

  test("of a matrix with itself are symmetric, beyond the blocks of the kernel too", () => {
    for (const [p, length] of [
      [1, 1],
      [7, 5],
      [66, 300],
      [130, 257],
    ] as const) {
      const a = values(p, p, length);
      const gram = products(a, p, a, p, length, true);
      expectClose(gram, rowProducts(a, p, a, p, length), a, a, length);
      for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) expect(gram[j * p + i]).toBe(gram[i * p + j]);
    }
  });

  test("do not see what an earlier, larger product left", () => {
    products(values(1, 20, 30), 20, values(2, 20, 30), 20, 30);
    const [a, b] = [values(3, 3, 3), values(4, 5, 3)];
    expectClose(products(a, 3, b, 5, 3), rowProducts(a, 3, b, 5, 3), a, b, 3);
  });

  test("of nothing are nothing, and of no columns are zeros", () => {
    expect(products(new Float64Array(0), 0, new Float64Array(6), 2, 3)).toEqual(new Float64Array(0));
    expect(products(new Float64Array(0), 2, new Float64Array(0), 3, 0)).toEqual(new Float64Array(6));
  });
});
