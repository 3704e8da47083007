import {describe, expect, test} from "vitest";
import {fitLogistic, logisticChance} from "../../src/lib/stats/logistic.js";
import {rankChance} from "../../src/lib/stats/rank.js";
import {randomStream} from "../../src/lib/tensor/random.js";

describe("logistic regression", () => {
  const random = randomStream(3, "logistic");
  const rows = Array.from({length: 4000}, () => [random.normal(), random.normal(), random.normal()]);
  const truth = {intercept: -0.5, weights: Float64Array.of(1.5, -1, 0)};
  const answers = rows.map((row) => random.uniform() < logisticChance(truth, row));

  test("finds the law that the answers were drawn from", () => {
    const {intercept, weights} = fitLogistic(rows, answers);
    expect(intercept).toBeCloseTo(-0.5, 0);
    for (const [i, weight] of weights.entries())
      expect(Math.abs(weight - truth.weights[i])).toBeLessThan(0.15);
  });

  test("has no slope left where it stands", () => {
    const fit = fitLogistic(rows, answers, 2);
    for (const column of [0, 1, 2]) {
      const slope = rows.reduce(
        (sum, row, i) => sum + (Number(answers[i]) - logisticChance(fit, row)) * row[column],
        0,
      );
      expect(slope).toBeCloseTo(2 * fit.weights[column], 6);
    }
  });

  test("stays finite where a line parts yes and no, and refuses what cannot be fitted", () => {
    const {weights} = fitLogistic([[-1], [1]], [false, true]);
    expect(Number.isFinite(weights[0])).toBe(true);
    expect(() => fitLogistic([[1], [2]], [true, true])).toThrow("answers must hold a yes and a no");
    expect(() => fitLogistic([[1], [2, 3]], [true, false])).toThrow("rows must be of length 1, got 2");
    expect(() => fitLogistic([[1]], [true, false])).toThrow("answers must be one a row, 1, got 2");
    expect(() => fitLogistic([[1], [2]], [true, false], 0)).toThrow("ridge must be above 0, got 0");
  });
});

describe("the chance that a yes lies above a no", () => {
  test("is the share of pairs in that order", () => {
    const values = Float64Array.of(3, 1, 2, 2, 5);
    const answers = [true, false, true, false, false];
    // Pairs of a yes (3, 2) and a no (1, 2, 5): 3 > 1, 3 > 2, 2 > 1 and a tie.
    expect(rankChance(values, answers)).toBeCloseTo(3.5 / 6, 12);
    expect(
      rankChance(
        values,
        answers.map((yes) => !yes),
      ),
    ).toBeCloseTo(2.5 / 6, 12);
  });
});
