import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {median, quantile} from "../../bench/harness/statistics.js";

const numbers = fc.array(fc.integer({min: -1000, max: 1000}), {minLength: 1, maxLength: 30});
const options = {seed: 1, numRuns: 300};

describe("quantile", () => {
  test("lies on the line between neighbours", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
    expect(quantile([0, 10], 0.3)).toBeCloseTo(3, 12);
  });

  test("is the least at 0 and the largest at 1, in whatever order they come", () => {
    fc.assert(
      fc.property(numbers, (xs) => {
        expect(quantile(xs, 0)).toBe(Math.min(...xs));
        expect(quantile(xs, 1)).toBe(Math.max(...xs));
      }),
      options,
    );
  });

  test("sorts by size, not by text, and leaves its argument as it is", () => {
    const xs = [100, 9, 20];
    expect(median(xs)).toBe(20);
    expect(xs).toEqual([100, 9, 20]);
  });

  test("the median has as many numbers below as above", () => {
    fc.assert(
      fc.property(numbers, (xs) => {
        const middle = median(xs);
        expect(xs.filter((x) => x < middle).length).toBeLessThanOrEqual(xs.length / 2);
        expect(xs.filter((x) => x > middle).length).toBeLessThanOrEqual(xs.length / 2);
      }),
      options,
    );
  });

  test("refuses what has no quantile", () => {
    expect(() => quantile([], 0.5)).toThrow(
      new RangeError("quantile: numbers must hold at least one, got none"),
    );
    expect(() => quantile([1], 1.5)).toThrow(new RangeError("quantile: p must be from 0 to 1, got 1.5"));
    expect(() => quantile([1], Number.NaN)).toThrow("got NaN");
  });
});
