import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {dot, linear, multiply, norm} from "../../src/lib/tensor/dense.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {rowProducts} from "../../src/lib/tensor/row-products.js";
import {transpose} from "../../src/lib/tensor/transpose.js";

const sizes = fc.record({
  rows: fc.integer({min: 1, max: 7}),
  inner: fc.integer({min: 1, max: 9}),
  columns: fc.integer({min: 1, max: 7}),
  seed: fc.nat(999),
});

function random(length: number, seed: number): Float64Array {
  const stream = randomStream(seed, "dense test");
  return Float64Array.from({length}, () => stream.normal());
}

describe("multiply", () => {
  test("gives [[1, 2], [3, 4]] [[5, 6, 7], [8, 9, 10]]", () => {
    const product = multiply(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 8, 9, 10), 2);
    expect([...product]).toEqual([21, 24, 27, 47, 54, 61]);
  });

  test("equals the products of rows to the bit: all sums ascend over the inner index", () => {
    fc.assert(
      fc.property(sizes, ({rows, inner, columns, seed}) => {
        const [a, b] = [random(rows * inner, seed), random(inner * columns, seed + 1)];
        const product = multiply(a, b, inner);
        expect(product).toEqual(rowProducts(a, rows, transpose(b, inner, columns), columns, inner));
        const bColumns = transpose(b, inner, columns);
        const each = Array.from({length: rows * columns}, (_, at) =>
          dot(a, Math.floor(at / columns) * inner, bColumns, (at % columns) * inner, inner),
        );
        expect([...product]).toEqual(each);
      }),
      {seed: 1},
    );
  });

  test("of matrices without an inner side is empty", () => {
    expect(multiply(new Float64Array(0), new Float64Array(0), 0)).toHaveLength(0);
  });
});

describe("linear", () => {
  test("adds the bias before the one rounding to float32", () => {
    const y = linear(Float32Array.of(1, 2 ** -30), Float32Array.of(1, 1), 2, Float32Array.of(-1));
    expect([...y]).toEqual([2 ** -30]);
  });

  test("is X W^T", () => {
    const y = linear(Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 0, 0, 1, 1, 1), 2);
    expect([...y]).toEqual([1, 2, 3, 3, 4, 7]);
  });
});

test("norm is the length of a part of an array", () => {
  expect(norm(Float64Array.of(9, 3, 4, 9), 1, 2)).toBe(5);
});

describe("transpose", () => {
  test("puts [2, 3] as [3, 2], of either type", () => {
    expect(transpose(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3)).toEqual(Float32Array.of(1, 4, 2, 5, 3, 6));
    expect(transpose(Float64Array.of(1, 2, 3, 4, 5, 6), 2, 3)).toEqual(Float64Array.of(1, 4, 2, 5, 3, 6));
  });

  test("twice gives back the matrix, in a new array", () => {
    fc.assert(
      fc.property(sizes, ({rows, columns, seed}) => {
        const x = random(rows * columns, seed);
        const back = transpose(transpose(x, rows, columns), columns, rows);
        expect(back).toEqual(x);
        expect(back).not.toBe(x);
      }),
      {seed: 2},
    );
  });
});
