import fc from "fast-check";
import {expect, test} from "vitest";
import {scoresOf} from "../../src/lib/experiments/regress/scores.js";
import {firstFormula} from "../../src/lib/experiments/regress/simple-predictors.js";
import {bagOfTokens, numbersInOrder} from "../../src/lib/regress/ladder/features.js";
import {nearestRows} from "../../src/lib/regress/ladder/nearest.js";
import {ridge} from "../../src/lib/regress/ladder/ridge.js";
import {pieceVocabulary} from "../../src/lib/regress/pieces.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const stream = randomStream(4);
const rows = Array.from({length: 40}, () => Float64Array.from({length: 3}, () => stream.normal()));

test("ridge finds a line, and a large penalty pulls it to the mean", () => {
  const values = Float64Array.from(rows, ([a, b]) => 2 + 3 * a - b);
  const exact = ridge(rows, values, 1e-9);
  for (const [i, row] of rows.entries()) expect(exact(row)).toBeCloseTo(values[i], 6);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(ridge(rows, values, 1e12)(rows[0])).toBeCloseTo(mean, 6);
  expect(() => ridge(rows, values, 0)).toThrow("ridge: penalty must be a finite number above 0, got 0");
});

test("the nearest row is itself", () => {
  const values = Float64Array.from(rows, (_, i) => i);
  const nearest = nearestRows(rows, values, 1);
  for (const [i, row] of rows.entries()) expect(nearest(row)).toBe(i);
});

test("a bag forgets the order, numbers in order do not", () => {
  const bag = bagOfTokens(pieceVocabulary(["ab"]));
  expect(bag("ab 12 3")).toEqual(bag("3 12 ab"));
  expect(numbersInOrder("12 3")).not.toEqual(numbersInOrder("3 12"));
});

test("scores of the truth itself are perfect", () => {
  const values = fc.uniqueArray(fc.integer({min: 1, max: 9999}), {minLength: 8, maxLength: 20});
  fc.assert(
    fc.property(values, (list) => {
      const truth = Float64Array.from(list);
      const {spearman, kendall, logError, exact, regret} = scoresOf(truth, truth);
      expect([spearman, kendall].map((value) => Math.round(1e9 * (value ?? 0)))).toEqual([1e9, 1e9]);
      expect([logError, exact, regret]).toEqual([0, 1, 0]);
    }),
    {seed: 9, numRuns: 10},
  );
});

test("a constant has no rank correlation", () => {
  const truth = Float64Array.of(1, 2, 3);
  expect(scoresOf(truth, new Float64Array(3).fill(2))).toMatchObject({
    spearman: null,
    kendall: null,
    regret: null,
  });
});

test("the first formula of a graph is its products over the array", () => {
  const formula = firstFormula("graph", 0);
  expect(formula?.("array 4x8 os\nx0:8x6\nx1=MatMul(x0):8x5\nx2=Relu(x1):8x5")).toBe((8 * 6 * 5) / 32);
  expect(firstFormula("program", 0)).toBeNull();
});
