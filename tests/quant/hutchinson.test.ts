import {describe, expect, test} from "vitest";
import {hutchinsonTrace} from "../../src/lib/quant/hutchinson.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

describe("hutchinsonTrace", () => {
  test("is exact with one probe for a diagonal matrix", async () => {
    const diagonal = [3, 1, 4, 1, 5];
    const form = (z: Float32Array) => diagonal.reduce((sum, d, i) => sum + d * z[i] ** 2, 0);
    expect((await hutchinsonTrace(5, form, {probes: 1})).value).toBe(14);
    expect((await hutchinsonTrace(5, form, {probes: 4})).standardError).toBe(0);
  });

  test("finds the trace of a full matrix within its own error", async () => {
    const n = 12;
    const {normal} = randomStream(3, "matrix");
    const a = draws(n * n, normal);
    // z^T A^T A z is the squared length of A z, and the trace of A^T A the sum of all squares.
    const form = (z: Float32Array) => {
      let sum = 0;
      for (let row = 0; row < n; row++) {
        let product = 0;
        for (let i = 0; i < n; i++) product += a[row * n + i] * z[i];
        sum += product ** 2;
      }
      return sum;
    };
    const trace = a.reduce((sum, value) => sum + value ** 2, 0);
    const {value, standardError} = await hutchinsonTrace(n, form, {probes: 200});
    expect(Math.abs(value - trace)).toBeLessThan(3 * standardError);
    expect(standardError).toBeLessThan(trace / 10);
  });

  test("refuses no probes and no size", async () => {
    await expect(hutchinsonTrace(0, () => 1)).rejects.toThrow(/size/);
    await expect(hutchinsonTrace(3, () => 1, {probes: 0})).rejects.toThrow(/probes/);
  });
});
