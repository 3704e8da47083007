import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {softmaxWasm} from "../../src/lib/kernels/generated/softmax.js";
import {wasmHeap} from "../../src/lib/kernels/wasm-heap.js";

const heap = wasmHeap();
const kernel = await heap.instantiate<{softmax(x: number, rows: number, columns: number): void}>(softmaxWasm);

/** Softmax by the kernel, row after row. */
function softmax(rows: readonly (readonly number[])[]): number[][] {
  const columns = rows[0].length;
  const stride = Math.ceil(columns / 4) * 4;
  const x = heap.scratch(4 * rows.length * stride);
  rows.forEach((row, i) => {
    heap.floats(x + 4 * i * stride, stride).fill(7);
    heap.floats(x + 4 * i * stride, columns).set(row);
  });
  kernel.softmax(x, rows.length, columns);
  return rows.map((_, i) => Array.from(heap.floats(x + 4 * i * stride, columns)));
}

function exact(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const weights = row.map((value) => Math.exp(Math.fround(value - top)));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

describe("the softmax kernel", () => {
  test("is within its bound of the definition for any rows", () => {
    const row = (columns: number) =>
      fc.array(fc.float({min: -100, max: 100, noNaN: true}), {minLength: columns, maxLength: columns});
    const rows = fc.integer({min: 1, max: 37}).chain((n) => fc.array(row(n), {minLength: 1, maxLength: 4}));
    fc.assert(
      fc.property(rows, (values) => {
        softmax(values).forEach((probabilities, i) => {
          const n = probabilities.length;
          exact(values[i]).forEach((p, j) => {
            // exp within 2 ulp (2^-22) above and below, a sum of n terms, one division and one product; tiny ones become 0.
            expect(Math.abs(probabilities[j] - p)).toBeLessThanOrEqual(
              p * (2 ** -21 + (n + 2) * 2 ** -24) + 2 ** -125,
            );
          });
        });
      }),
      {seed: 4, numRuns: 300},
    );
  });

  test("exp is within 2 units in the last place over its whole range", () => {
    for (let x = -87; x <= 0; x += 0.0371) {
      const value = Math.fround(x);
      const [p, one] = softmax([[value, 0]])[0];
      // p / one is exp(x) but for two roundings of half a unit.
      expect(Math.abs(p / one / Math.exp(value) - 1)).toBeLessThan(2 ** -22 + 2 ** -23);
    }
  });

  test("hidden keys get exactly 0, equal ones equal shares, and extremes do not overflow", () => {
    const hidden = Number.NEGATIVE_INFINITY;
    expect(softmax([[hidden, 3, hidden]])).toEqual([[0, 1, 0]]);
    expect(softmax([[5, 5, 5, 5, 5, 5, 5, 5]])).toEqual([Array(8).fill(0.125)]);
    expect(softmax([[3e38, -3e38]])).toEqual([[1, 0]]);
    expect(softmax([[0, -88, -1000]])).toEqual([[1, 0, 0]]);
    expect(softmax([[2]])).toEqual([[1]]);
  });

  test("a NaN makes its own row NaN and no other", () => {
    const [bad, good] = softmax([
      [1, Number.NaN, 2],
      [0, 0, 0],
    ]);
    expect(bad.every(Number.isNaN)).toBe(true);
    expect(good.every((p) => p === Math.fround(1 / 3))).toBe(true);
  });
});
