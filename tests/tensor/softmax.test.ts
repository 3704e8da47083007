import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {silu, softplus} from "../../src/lib/tensor/activation.js";
import {softmax, softmaxInPlace} from "../../src/lib/tensor/softmax.js";

const scores = fc.array(fc.double({min: -800, max: 800, noNaN: true}), {minLength: 1, maxLength: 12});

describe("softmax", () => {
  test("of ln 1, ln 2, ln 5 is 1/8, 2/8, 5/8", () => {
    const p = softmax([0, Math.log(2), Math.log(5)]);
    for (const [i, expected] of [1 / 8, 2 / 8, 5 / 8].entries()) expect(p[i]).toBeCloseTo(expected, 15);
  });

  test("sums to one, keeps the order, and does not overflow", () => {
    fc.assert(
      fc.property(scores, (row) => {
        const p = softmax(row);
        expect(p.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
        for (let i = 1; i < row.length; i++) if (row[i] > row[i - 1]) expect(p[i] >= p[i - 1]).toBe(true);
      }),
      {seed: 3},
    );
  });

  test("gives no probability to -Infinity, and NaN where nothing is finite", () => {
    expect([...softmax([0, Number.NEGATIVE_INFINITY])]).toEqual([1, 0]);
    expect([...softmax([Number.NEGATIVE_INFINITY])]).toEqual([Number.NaN]);
    expect(softmax([0, Number.NaN]).every(Number.isNaN)).toBe(true);
  });

  test("leaves its argument alone; in place it touches its own part only", () => {
    const row = Float64Array.of(7, 0, 0, 7);
    softmax(row);
    expect([...row]).toEqual([7, 0, 0, 7]);
    softmaxInPlace(row, 1, 3);
    expect([...row]).toEqual([7, 0.5, 0.5, 7]);
  });
});

test("silu is v times its sigmoid: silu(v) - silu(-v) = v", () => {
  fc.assert(
    fc.property(fc.double({min: -500, max: 500, noNaN: true}), (v) => {
      expect(Math.abs(silu(v) - silu(-v) - v)).toBeLessThanOrEqual(
        4 * Number.EPSILON * Math.abs(v) + 4 * Number.MIN_VALUE,
      );
    }),
    {seed: 4},
  );
});

test("softplus is ln(1 + e^v), and v itself above its threshold", () => {
  expect(softplus(0)).toBe(Math.LN2);
  expect(softplus(21)).toBe(21);
  expect(softplus(21, 30)).toBeCloseTo(21, 8);
  expect(softplus(-40)).toBeCloseTo(Math.exp(-40), 25);
});
