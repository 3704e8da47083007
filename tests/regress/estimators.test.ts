import fc from "fast-check";
import {expect, test} from "vitest";
import {legalChances, tokenAt} from "../../src/lib/regress/constrained.js";
import {
  centralInterval,
  expectedOnGrid,
  rankedProbabilityScore,
  summarizeSamples,
} from "../../src/lib/regress/estimators.js";

const samples = fc.array(fc.integer({min: -40, max: 40}), {minLength: 1, maxLength: 30});

test("the score of samples is their mean distance from the truth less half that from each other", () => {
  fc.assert(
    fc.property(samples, fc.integer({min: -50, max: 50}), (values, truth) => {
      const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
      const apart = values.flatMap((a) => values.map((b) => Math.abs(a - b)));
      const direct = mean(values.map((value) => Math.abs(value - truth))) - mean(apart) / 2;
      expect(rankedProbabilityScore(values, truth)).toBeCloseTo(direct, 9);
    }),
    {seed: 4},
  );
});

test("one wild sample moves the mean, neither median nor mode; what is no number does not count", () => {
  const found = summarizeSamples([3, 3, Number.NaN, 4, 1e9]);
  expect(found.median).toBe(3.5);
  expect(found.mode).toBe(3);
  expect(found.mean).toBeGreaterThan(1e8);
  expect(found.sorted).toHaveLength(4);
  expect(summarizeSamples([1, 2, 9, 10, 11]).mode).toBe(9);
  expect(() => summarizeSamples([Number.NaN])).toThrow("summarizeSamples: at least one value is needed");
});

test("a central interval holds its share", () => {
  fc.assert(
    fc.property(samples, fc.double({min: 0, max: 1, noNaN: true}), (values, share) => {
      const {sorted} = summarizeSamples(values);
      const [low, high] = centralInterval(sorted, share);
      const inside = sorted.filter((value) => value >= low - 1e-9 && value <= high + 1e-9).length;
      expect(inside).toBeGreaterThanOrEqual(Math.floor(share * (sorted.length - 1)));
    }),
    {seed: 5},
  );
});

test("RAFT's estimate of equal chances is the middle of the grid, of one chance its number", () => {
  expect(expectedOnGrid([-900, -900, -900], [1, 2, 6])).toBeCloseTo(3, 12);
  expect(expectedOnGrid([-900, 0, -900], [1, 2, 6])).toBe(2);
});

test("only what is legal has a chance, and all of it together is one", () => {
  const row = fc.array(fc.tuple(fc.double({min: -20, max: 20, noNaN: true}), fc.boolean()), {minLength: 2});
  fc.assert(
    fc.property(row, fc.double({min: 0, max: 1 - 2 ** -53, noNaN: true}), (pairs, uniform) => {
      const legal = pairs.map(([, isLegal], i) => Number(isLegal || i === 0));
      const chances = legalChances(
        pairs.map(([logit]) => logit),
        legal,
        0.7,
      );
      expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12);
      expect(Array.from(chances, (chance) => Number(chance > 0))).toEqual(legal);
      expect(legal[tokenAt(chances, uniform)]).toBe(1);
    }),
    {seed: 6},
  );
  expect(() => legalChances([0], [1], 0)).toThrow("legalChances: temperature must be above 0, got 0");
});
