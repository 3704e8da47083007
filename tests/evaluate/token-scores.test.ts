import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {scorePair, scoreTokens} from "../../src/lib/evaluate/token-scores.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {ln, logitsOf, randomLogits, randomTargets} from "./logits.js";

describe("scoreTokens", () => {
  test("gives ln p of the target and the top token", () => {
    const {logProbs, topTokens} = scoreTokens(logitsOf([0.5, 0.25, 0.25], [0.1, 0.2, 0.7]), [1, 2]);
    expect(logProbs[0]).toBeCloseTo(ln(0.25), 6);
    expect(logProbs[1]).toBeCloseTo(ln(0.7), 6);
    expect([...topTokens]).toEqual([0, 2]);
  });

  test("takes the lowest id where several logits are the largest", () => {
    expect(scoreTokens(tensor([1, 3, 3, 3], [1, 4]), [0]).topTokens[0]).toBe(1);
  });

  test("leaves out positions whose target is -1", () => {
    const {logProbs} = scoreTokens(logitsOf([0.5, 0.5], [0.9, 0.1]), [-1, 0]);
    expect(logProbs).toHaveLength(1);
    expect(logProbs[0]).toBeCloseTo(ln(0.9), 6);
  });

  test("does not overflow or underflow far from zero, and shifting all logits changes nothing", () => {
    const near = scoreTokens(tensor([1, 2, 4], [1, 3]), [0]).logProbs[0];
    for (const shift of [1e4, -1e4]) {
      expect(scoreTokens(tensor([1 + shift, 2 + shift, 4 + shift], [1, 3]), [0]).logProbs[0]).toBeCloseTo(
        near,
        9,
      );
    }
    expect(scoreTokens(tensor([0, 3e38], [1, 2]), [0]).logProbs[0]).toBeCloseTo(-3e38, -33);
  });

  test("a logit of -Infinity is a token without probability", () => {
    const {logProbs} = scoreTokens(tensor([0, Number.NEGATIVE_INFINITY, 0, 0], [2, 2]), [1, 0]);
    expect(logProbs[0]).toBe(Number.NEGATIVE_INFINITY);
    expect(logProbs[1]).toBeCloseTo(-Math.LN2, 12);
  });

  test("names the position of a row that has no softmax", () => {
    const infinite = Number.POSITIVE_INFINITY;
    for (const bad of [
      [Number.NaN, 0],
      [0, Number.NaN],
      [infinite, 0],
      [-infinite, -infinite],
    ]) {
      expect(() => scoreTokens(tensor([0, 0, ...bad], [2, 2]), [0, 0])).toThrow(
        /without a softmax at position 1/,
      );
    }
  });

  test("refuses targets outside the vocabulary and lengths that disagree", () => {
    expect(() => scoreTokens(tensor([0, 0], [1, 2]), [2])).toThrow(
      "scoreTokens: targets must be ids of 0 .. 1, or -1 for none, got 2 at position 0",
    );
    expect(() => scoreTokens(tensor([0, 0], [1, 2]), [0.5])).toThrow(RangeError);
    expect(() => scoreTokens(tensor([0, 0], [1, 2]), [0, 1])).toThrow(
      "one id for each of 1 positions, got 2",
    );
  });
});

describe("KL divergence", () => {
  test("worked by hand: (3/4, 1/4) against (1/2, 1/2)", () => {
    const {kl} = scorePair(logitsOf([0.75, 0.25]), logitsOf([0.5, 0.5]), [0]);
    expect(kl[0]).toBeCloseTo(0.75 * ln(1.5) + 0.25 * ln(0.5), 6);
  });

  test("is zero for equal models, never negative, and blind to a shift of the logits", () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: 999}), fc.integer({min: 1, max: 9}), (seed, vocabulary) => {
        const baseline = randomLogits(seed, 4, vocabulary);
        const model = randomLogits(seed + 1000, 4, vocabulary);
        const targets = randomTargets(seed, 4, vocabulary);
        const {kl} = scorePair(baseline, model, targets);
        expect(kl.every((value) => value >= 0)).toBe(true);
        expect(scorePair(baseline, baseline, targets).kl).toEqual(new Float64Array(4));
        const shifted = tensor(
          model.data.map((value) => value + 8),
          model.shape,
        );
        // Adding 8 to a float32 logit rounds it by up to 2^-20.
        scorePair(baseline, shifted, targets).kl.forEach((value, t) => {
          expect(Math.abs(value - kl[t])).toBeLessThan(2 ** -18);
        });
      }),
      {seed: 4},
    );
  });

  test("is infinite where only the model rules a token out, finite where only the baseline does", () => {
    const some = tensor([0, 0], [1, 2]);
    const none = tensor([0, Number.NEGATIVE_INFINITY], [1, 2]);
    expect(scorePair(some, none, [0]).kl[0]).toBe(Number.POSITIVE_INFINITY);
    expect(scorePair(none, some, [0]).kl[0]).toBeCloseTo(Math.LN2, 12);
    expect(scorePair(none, none, [0]).kl[0]).toBe(0);
  });

  test("refuses logits of another shape", () => {
    expect(() => scorePair(tensor([0, 0], [1, 2]), tensor([0, 0], [2, 1]), [0])).toThrow(
      "scorePair: model must have the shape of baseline, [1, 2], got [2, 1]",
    );
  });
});
