import fc from "fast-check";
import {expect, test} from "vitest";
import {kendall, ranks, spearman} from "../../src/lib/stats/rank.js";
import {
  ascendingOrder,
  choiceRegret,
  cumulativeBest,
  meanAbsoluteError,
  meanSquaredError,
  pearson,
  topRecall,
} from "../../src/lib/stats/regression.js";

const positive = fc
  .array(fc.integer({min: 1, max: 60}), {minLength: 2, maxLength: 20})
  .map((x) => Float64Array.from(x));

test("predictions that rise with the truth find the best at once", () => {
  fc.assert(
    fc.property(positive, (truth) => {
      const predicted = truth.map((value) => value ** 2);
      expect(choiceRegret(truth, predicted, 1)).toBe(0);
      expect(topRecall(truth, predicted, 2)).toBe(1);
      expect(new Set(cumulativeBest(truth, predicted)).size).toBe(1);
    }),
    {seed: 7},
  );
});

test("regret falls with every choice more and ends at none", () => {
  fc.assert(
    fc.property(positive, (truth) => {
      const predicted = truth.map((value) => -value);
      const regrets = Array.from(truth, (_, i) => choiceRegret(truth, predicted, i + 1));
      expect(regrets.every((regret, i) => i === 0 || regret <= regrets[i - 1])).toBe(true);
      expect(regrets[regrets.length - 1]).toBe(0);
    }),
    {seed: 8},
  );
});

test("errors and Pearson's correlation of a line", () => {
  const [a, b] = [Float64Array.of(1, 2, 4), Float64Array.of(3, 5, 9)];
  expect(meanSquaredError(a, b)).toBeCloseTo((4 + 9 + 25) / 3, 12);
  expect(meanAbsoluteError(a, b)).toBeCloseTo((2 + 3 + 5) / 3, 12);
  expect(pearson(a, b)).toBeCloseTo(1, 12);
  expect(
    pearson(
      a,
      b.map((value) => -value),
    ),
  ).toBeCloseTo(-1, 12);
  expect(() => pearson(a, Float64Array.of(1))).toThrow("pearson: both sides must have the same length");
});

test("a NaN makes rank correlations NaN, infinite values have ranks", () => {
  const [x, y] = [Float64Array.of(1, Number.NaN, 3), Float64Array.of(1, 2, 3)];
  expect([spearman(x, y), kendall(x, y), kendall(y, x)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect([...ranks(x)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  const wide = Float64Array.of(
    Number.NEGATIVE_INFINITY,
    0,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  );
  expect([...ranks(wide)]).toEqual([0, 1, 2.5, 2.5]);
  expect(kendall(wide, Float64Array.of(1, 2, 3, 3))).toBeCloseTo(1, 12);
  expect([...ascendingOrder([2, Number.NaN, 1])]).toEqual([2, 0, 1]);
});
