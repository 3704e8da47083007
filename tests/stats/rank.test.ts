import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {kendall, spearman} from "../../src/lib/stats/rank.js";

const row = fc
  .array(fc.integer({min: -50, max: 50}), {minLength: 3, maxLength: 12})
  .filter((x) => new Set(x).size > 1)
  .map((x) => Float64Array.from(x));

describe.each([
  ["spearman", spearman],
  ["kendall", kendall],
])("%s", (_, correlation) => {
  test("is 1 for any rising map, -1 for a falling one, and symmetric", () => {
    fc.assert(
      fc.property(row, row, (values, others) => {
        expect(
          correlation(
            values,
            values.map((value) => value ** 3),
          ),
        ).toBeCloseTo(1, 12);
        expect(
          correlation(
            values,
            values.map((value) => -2 * value),
          ),
        ).toBeCloseTo(-1, 12);
        const n = Math.min(values.length, others.length);
        const [a, b] = [values.slice(0, n), others.slice(0, n)];
        const there = correlation(a, b);
        if (!Number.isNaN(there)) expect(correlation(b, a)).toBeCloseTo(there, 12);
      }),
      {seed: 5},
    );
  });

  test("does not know what to say of a constant, and refuses sides of different length", () => {
    expect(correlation(Float64Array.of(1, 1), Float64Array.of(1, 2))).toBeNaN();
    expect(() => correlation(Float64Array.of(1), Float64Array.of(1, 2))).toThrow(
      "both sides must have the same length, got 1 and 2",
    );
  });
});

test("spearman shares the mean rank among ties", () => {
  expect(spearman(Float64Array.of(1, 1, 2), Float64Array.of(1, 2, 3))).toBeCloseTo(Math.sqrt(3) / 2, 12);
});

test("kendall counts pairs: 4 of 6 in order is 1/3; a tie leaves the geometric mean of 5 and 6", () => {
  expect(kendall(Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 4, 2, 3))).toBeCloseTo(1 / 3, 12);
  expect(kendall(Float64Array.of(1, 1, 2, 3), Float64Array.of(1, 2, 3, 4))).toBeCloseTo(
    5 / Math.sqrt(30),
    12,
  );
});
