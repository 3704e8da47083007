import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {estimateDifference, estimateMean, mean, variance} from "../../src/lib/stats/moments.js";
import {sortedQuantile} from "../../src/lib/stats/quantile.js";

const numbers = fc.array(fc.double({min: -1e3, max: 1e3, noNaN: true}), {minLength: 2, maxLength: 20});

describe("moments", () => {
  test("of 2, 4, 4, 4, 5, 5, 7, 9: mean 5, sample variance 32 / 7", () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(values)).toBe(5);
    expect(variance(values)).toBeCloseTo(32 / 7, 14);
    expect(estimateMean(values)).toEqual({value: 5, standardError: Math.sqrt(32 / 7 / 8)});
  });

  test("do not know the spread of one value, and refuse none", () => {
    expect(variance([3])).toBeNaN();
    expect(estimateMean([3])).toEqual({value: 3, standardError: Number.NaN});
    expect(() => mean([])).toThrow("mean: at least one value is needed, got none");
    expect(() => estimateMean([], "perplexity")).toThrow(
      "perplexity: at least one value is needed, got none",
    );
  });

  test("shift with the values, and a spread does not", () => {
    fc.assert(
      fc.property(numbers, fc.integer({min: -1000, max: 1000}), (values, shift) => {
        const moved = values.map((value) => value + shift);
        expect(mean(moved)).toBeCloseTo(mean(values) + shift, 9);
        expect(variance(moved)).toBeCloseTo(variance(values), 6);
      }),
      {seed: 1},
    );
  });
});

describe("estimateDifference", () => {
  test("sees nothing of what both sides share", () => {
    const hard = [10, 200, 3000];
    const {value, standardError} = estimateDifference(
      hard.map((x) => x + 0.5),
      hard,
    );
    expect([value, standardError]).toEqual([0.5, 0]);
  });

  test("has the error of the differences", () => {
    expect(estimateDifference([1, 2, 4], [0, 2, 1])).toEqual(estimateMean([1, 0, 3]));
    expect(() => estimateDifference([1], [1, 2])).toThrow(
      "both sides must have the same length, got 1 and 2",
    );
  });
});

describe("sortedQuantile", () => {
  test("lies on straight lines between the values", () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((p) => sortedQuantile([1, 2, 3, 10], p))).toEqual([
      1, 1.75, 2.5, 4.75, 10,
    ]);
  });

  test("of equal infinite neighbours is infinite, not NaN", () => {
    expect(sortedQuantile([0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.75)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
