import {expect, test} from "vitest";
import {wasmErrors} from "../../src/lib/kernels/wasm-errors.js";
import {addErrors, errorOfSums, NO_ERROR_SUMS} from "../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const fast = await wasmErrors();
const stream = randomStream(1, "errors");

test.each([0, 3, 4, 4097, 2 ** 16 + 5])(
  "sums of errors of %i elements are the plain ones within rounding",
  (count) => {
    const x = draws(count, () => stream.normal());
    const y = x.map((value) => Math.round(8 * value) / 8);
    const [found, expected] = [fast, addErrors].map((add) => add(add(NO_ERROR_SUMS, x, y), y, x));
    expect(found.elements).toBe(expected.elements);
    expect(found.maxAbsError).toBe(expected.maxAbsError);
    for (const sum of ["signal", "noise", "product", "approximated"] as const) {
      expect(Math.abs(found[sum] - expected[sum])).toBeLessThanOrEqual(count * 2 ** -52 * expected[sum]);
    }
  },
);

test("a copy has no error, and a NaN is seen wherever it stands", () => {
  const x = draws(64, () => stream.normal());
  expect(errorOfSums(fast(NO_ERROR_SUMS, x, x))).toEqual(errorOfSums(addErrors(NO_ERROR_SUMS, x, x)));
  for (const at of [0, 1, 2, 3, 63]) {
    const y = x.slice();
    y[at] = Number.NaN;
    const {noise, maxAbsError} = fast(NO_ERROR_SUMS, x, y);
    expect([noise, maxAbsError]).toEqual([Number.NaN, Number.NaN]);
  }
});

test("lengths must agree", () => {
  expect(() => fast(NO_ERROR_SUMS, new Float32Array(4), new Float32Array(8))).toThrow(RangeError);
});
