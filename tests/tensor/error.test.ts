import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {tensorError} from "../../src/lib/tensor/error.js";

const f = (...values: number[]) => Float32Array.from(values);

describe("tensorError", () => {
  test("equals what a hand computes", () => {
    const {mse, sqnrDb, cosine, maxAbsError} = tensorError(f(3, 4, 0), f(3, 2, 1));
    expect(mse).toBeCloseTo(5 / 3, 15);
    expect(sqnrDb).toBeCloseTo(10 * Math.log10(5), 12);
    expect(cosine).toBeCloseTo(17 / (5 * Math.sqrt(14)), 15);
    expect(maxAbsError).toBe(2);
  });

  test("finds nothing lost between a tensor and itself", () => {
    expect(tensorError(f(1, -2), f(1, -2))).toEqual({
      mse: 0,
      sqnrDb: Number.POSITIVE_INFINITY,
      relativeMse: 0,
      cosine: 1,
      maxAbsError: 0,
    });
  });

  test("counts zeros kept as zeros as nothing lost, and a tensor lost whole as 0 dB and no direction", () => {
    expect(tensorError(f(0, 0), f(0, -0))).toMatchObject({sqnrDb: Number.POSITIVE_INFINITY, cosine: 1});
    expect(tensorError(f(1, 2), f(0, 0))).toMatchObject({relativeMse: 1, cosine: 0, maxAbsError: 2});
    expect(tensorError(f(0, 0), f(1, 0))).toMatchObject({sqnrDb: Number.NEGATIVE_INFINITY, cosine: 0});
  });

  test("is NaN wherever a NaN or an infinity was met", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const {maxAbsError, ...others} = tensorError(f(value, 1), f(value, 2));
      expect(Object.values(others).every(Number.isNaN)).toBe(true);
      expect(maxAbsError).toBeNaN();
    }
  });

  test("has no mean where there is nothing", () => {
    expect(tensorError(f(), f()).mse).toBeNaN();
  });

  test("refuses tensors of different lengths", () => {
    expect(() => tensorError(f(1, 2), f(1))).toThrow(
      "tensorError: approximation must have the 2 elements of x, got 1",
    );
  });

  test("does not depend on the unit: a scale of both leaves ratio and direction, and squares the mean", () => {
    const values = fc.float({noNaN: true, min: -100, max: 100});
    fc.assert(
      fc.property(
        fc.array(fc.tuple(values, values), {minLength: 1}),
        fc.integer({min: -20, max: 20}),
        (pairs, power) => {
          const [x, y] = [0, 1].map((side) => f(...pairs.map((pair) => pair[side])));
          const by = (values: Float32Array) => values.map((value) => value * 2 ** power);
          const [one, other] = [tensorError(x, y), tensorError(by(x), by(y))];
          // Tiny values may fall below float32's smallest when scaled; those pairs prove nothing.
          if ([...x, ...y].some((value) => value !== 0 && Math.abs(value) < 1e-20)) return;
          expect(other.sqnrDb).toBe(one.sqnrDb);
          expect(other.cosine).toBe(one.cosine);
          expect(other.mse).toBe(one.mse * 4 ** power);
          expect(other.maxAbsError).toBe(one.maxAbsError * 2 ** power);
        },
      ),
      {seed: 1},
    );
  });
});
