import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  bitLinear,
  int8Rows,
  ternaryProduct,
  wideProduct,
} from "../../../src/lib/engine/matmul-free/bit-linear.js";
import {
  denseOf,
  signedSums,
  ternaryBytes,
  ternaryMatrix,
} from "../../../src/lib/engine/matmul-free/ternary-matrix.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {maxDifference} from "../golden.js";

const stream = randomStream(5, "ternary-matrix");
const drawn = (rows: number, columns: number) => ({
  shape: [rows, columns],
  data: draws(rows * columns, () => stream.normal() / 8),
});

describe("a ternary matrix", () => {
  test("keeps the sign of what is at least half of the mean magnitude, halves to even", () => {
    const weight = {shape: [2, 3], data: Float32Array.of(1, -0.5, 0.5, 2, 0.25, -1.75)};
    const matrix = ternaryMatrix(weight);
    expect(matrix.scale).toBe(1);
    expect([...denseOf(matrix)]).toEqual([1, 0, 0, 1, 0, -1]);
    expect(ternaryBytes(matrix)).toBe(2 + 4);
  });

  test("of zeros stays one", () => {
    const matrix = ternaryMatrix({shape: [2, 2], data: new Float32Array(4)});
    expect([...signedSums(matrix, Int32Array.of(1, 2, 3, 4), 2)]).toEqual([0, 0, 0, 0]);
  });

  test("sums by signs what a dense product with its numbers gives: exact in integers", () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 5}),
        fc.integer({min: 1, max: 9}),
        fc.integer({min: 1, max: 4}),
        fc.infiniteStream(fc.integer({min: -128, max: 127})),
        (rows, columns, tokens, integers) => {
          const matrix = ternaryMatrix(drawn(rows, columns));
          const x = Float64Array.from({length: tokens * columns}, () => Number(integers.next().value));
          const codes = Int32Array.from(x, (_, i) => x[(i % tokens) * columns + Math.floor(i / tokens)]);
          const signs = denseOf(matrix).map(Math.sign);
          expect([...signedSums(matrix, codes, tokens)]).toEqual([...wideProduct(x, signs, columns)]);
        },
      ),
      {numRuns: 50},
    );
  });

  test("adds once for each weight that is not zero, and multiplies by factors alone", () => {
    const matrix = ternaryMatrix(drawn(6, 10));
    const work = {additions: 0, scalings: 0};
    ternaryProduct(matrix, int8Rows(Float64Array.from({length: 30}, Math.sin), 10), work);
    const ones = denseOf(matrix).filter((value) => value !== 0).length;
    expect(work).toEqual({additions: 3 * ones, scalings: 3 * 10 + 3 * 6});
    expect(ones).toBeLessThan(60);
  });
});

describe("rows of 8-bit integers", () => {
  test("reach 127 at the largest magnitude and round to the nearest step", () => {
    const {codes, scales} = int8Rows(Float64Array.of(1, -2, 0.5, 0, 0, 0), 3);
    expect([...codes]).toEqual([64, 0, -127, 0, 32, 0]);
    expect(scales[0]).toBe(63.5);
  });
});

test("a layer equals the dense product of its rounded weights and inputs, as training computes it", () => {
  const weight = drawn(7, 16);
  const gain = draws(16, () => 1 + 0.2 * stream.normal());
  const x = Float64Array.from({length: 5 * 16}, () => stream.normal());
  const rounded = new Float64Array(x.length);
  for (let row = 0; row < 5; row++) {
    const own = x.subarray(row * 16, (row + 1) * 16);
    const mean = own.reduce((sum, v) => sum + v * v, 0) / 16;
    const normed = own.map((v, i) => (v / Math.sqrt(mean + 1e-8)) * gain[i]);
    const step = normed.reduce((top, v) => Math.max(top, Math.abs(v)), 0) / 127;
    rounded.set(
      normed.map((v) => Math.round(v / step) * step),
      row * 16,
    );
  }
  const expected = wideProduct(rounded, denseOf(ternaryMatrix(weight)), 16);
  expect(maxDifference(bitLinear(weight, gain)(x), expected)).toBeLessThan(1e-12);
});
