import {describe, expect, test} from "vitest";
import {hitAccuracy, indexCorrelation, jensenShannon, overlap} from "../../src/lib/attention/hit-metrics.js";
import {spearman} from "../../src/lib/stats/rank.js";

const x = Float64Array.of(1, 4, 2, 8);

describe("hitAccuracy", () => {
  test("counts the true top keys that the estimate has", () => {
    expect(hitAccuracy(x, x)).toBe(1);
    expect(hitAccuracy(Float64Array.of(9, 8, 1, 1), Float64Array.of(1, 9, 8, 1))).toBe(0.5);
    expect(hitAccuracy(Float64Array.of(0, 1, 2), Float64Array.of(2, 1, 0), 0.1)).toBe(0);
  });

  test("refuses a ratio of 0, and rows of different lengths", () => {
    expect(() => hitAccuracy(x, x, 0)).toThrow(/ratio must be above 0 and at most 1, got 0$/);
    expect(() => hitAccuracy(x, x.slice(1))).toThrow(/same length, got 4 and 3$/);
  });
});

describe("indexCorrelation", () => {
  test("is no rank correlation", () => {
    const [a, b] = [Float64Array.of(4, 3, 2, 1), Float64Array.of(3, 4, 2, 1)];
    expect(spearman(a, b)).toBeCloseTo(0.8, 12);
    expect(indexCorrelation(a, b)).toBeCloseTo(0.8, 12);
    const [c, d] = [Float64Array.of(9, 1, 8, 2), Float64Array.of(2, 9, 1, 8)];
    expect(spearman(c, d)).toBeCloseTo(-0.8, 12);
    expect(indexCorrelation(c, d)).not.toBeCloseTo(-0.8, 2);
  });
});

describe("jensenShannon", () => {
  test("is 0 for equal rows, ln 2 for disjoint ones, and symmetric", () => {
    const [p, q] = [Float64Array.of(1, 0, 0), Float64Array.of(0, 0.5, 0.5)];
    expect(jensenShannon(p, p)).toBeCloseTo(0, 14);
    expect(jensenShannon(p, q)).toBeCloseTo(Math.LN2, 9);
    expect(jensenShannon(p, q)).toBeCloseTo(jensenShannon(q, p), 14);
  });
});

test("overlap says how many keys are still there", () => {
  expect(overlap([1, 2, 3, 4], [4, 9, 1, 8])).toBe(0.5);
});
