import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {OffsetGroup} from "../../src/lib/formats/format.js";
import {int} from "../../src/lib/formats/int.js";
import {intOffset} from "../../src/lib/formats/int-offset.js";
import {hqq, hqqOffset, offsetError, shrinkError} from "../../src/lib/quant/hqq.js";
import {roundToNearest} from "../../src/lib/quant/rtn.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {gaussian} from "./helpers.js";

const groupOf = (values: readonly number[], highest = 15): OffsetGroup => {
  const least = values.reduce((a, b) => Math.min(a, b));
  const range = values.reduce((a, b) => Math.max(a, b)) - least;
  return {
    values: Float64Array.from(values),
    scale: range / highest,
    highest,
    offset: least,
    stored: Math.fround,
  };
};

/** Sum of |e|^p over a whole weight. */
const normOf = (of: Float32Array, to: Float32Array, p: number) =>
  of.reduce((sum, value, i) => sum + Math.abs(value - to[i]) ** p, 0);

describe("HQQ", () => {
  test("without an alternation is round to nearest", () => {
    const w = gaussian(1, [4, 64], 0.05);
    const format = intOffset();
    expect(hqq(w, format, {iterations: 0})).toEqual(roundToNearest(w, format));
  });

  test.each([2, 3, 4, 8])("with %i bits leaves less error in its own norm on every seed", (bits) => {
    const format = intOffset({bits});
    for (let seed = 1; seed <= 5; seed++) {
      const w = gaussian(seed, [16, 64], 0.05);
      const [plain, moved] = [roundToNearest(w, format).weight, hqq(w, format).weight];
      expect(normOf(w.data, moved.data, 0.7)).toBeLessThan(normOf(w.data, plain.data, 0.7));
    }
  });

  test("never leaves more error in a group, whatever the settings", () => {
    const values = fc.array(fc.float({min: -4, max: 4, noNaN: true}), {minLength: 1, maxLength: 32});
    const settings = fc.record({
      iterations: fc.integer({min: 0, max: 30}),
      norm: fc.constantFrom(0.1, 0.5, 0.7, 1),
      beta: fc.constantFrom(0.1, 10, 1000),
      kappa: fc.constantFrom(1, 1.01, 2),
    });
    fc.assert(
      fc.property(values, settings, (of, options) => {
        const group = groupOf(of);
        const start = offsetError(group, group.stored(group.offset), options.norm);
        expect(offsetError(group, hqqOffset(group, options), options.norm)).toBeLessThanOrEqual(start);
      }),
    );
  });

  test("one alternation by hand: shrunk errors stay out of the mean", () => {
    // Steps of 1 above 0; 0.25 rounds to 0, 1.75 to 2, and 9.5 falls on an even 10.
    const group = {...groupOf([0, 0.25, 1.75, 15]), scale: 1};
    // All errors are below 0.17 or shrink: |0.25| - 0.1 · 0.25^-0.3 = 0.0984.
    const left = 0.25 - 0.1 * 0.25 ** -0.3;
    expect(shrinkError(0.25, 10, 0.7)).toBeCloseTo(left, 12);
    // The mean of 0, 0.25 - left, -(0.25 - left) and 0 is 0: nothing moves.
    expect(hqqOffset(group, {iterations: 1})).toBe(0);
    // A pull to one side: the mean of 0, 0.25 - left twice and 0.
    const pulled = {...groupOf([0, 0.25, 2.25, 15]), scale: 1};
    const offset = Math.fround((2 * (0.25 - left)) / 4);
    const isBetter = offsetError(pulled, offset, 0.7) < offsetError(pulled, 0, 0.7);
    expect(hqqOffset(pulled, {iterations: 1})).toBe(isBetter ? offset : 0);
  });

  test("errors below a bound vanish in the proximal step, larger ones shrink towards 0", () => {
    const bound = 10 ** (-1 / 1.3);
    expect(bound).toBeCloseTo(0.17, 2);
    expect(shrinkError(0.99 * bound, 10, 0.7)).toBe(0);
    expect(shrinkError(-1.01 * bound, 10, 0.7)).toBeLessThan(0);
    expect(shrinkError(-3, 1e9, 0.7)).toBeCloseTo(-3, 8);
    expect(shrinkError(0, 10, 0.7)).toBe(0);
    expect(shrinkError(0.5, 10, 1)).toBeCloseTo(0.4, 12);
  });

  test("leaves zeros and groups of one value alone", () => {
    const w = tensor([0, 0, 0, 0, 3, 3, 3, 3], [2, 4]);
    expect(hqq(w, intOffset({groupSize: 4})).weight.data).toEqual(w.data);
  });

  test("refuses NaN by its index, and a format without offsets", () => {
    expect(() => hqq(tensor([1, Number.NaN], [1, 2]), intOffset())).toThrow("got NaN at index 1");
    expect(() => hqq(tensor([1, 2], [1, 2]), int())).toThrow(
      "hqq: format must have an offset for each group, such as int4_g64_offset, got int4",
    );
  });
});
