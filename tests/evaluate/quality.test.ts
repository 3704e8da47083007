import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  compareScores,
  concatPairs,
  distribution,
  overSeeds,
  pairedDifference,
  pairedShare,
  perplexity,
  recovery,
  scorePair,
  scoreTokens,
  wilson,
} from "../../src/lib/evaluate/quality.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {tensor} from "../../src/lib/tensor/tensor.js";

const ln = Math.log;
/** Logits whose softmax is exactly the given probabilities (up to float32). */
const logitsOf = (...rows: number[][]) => tensor(rows.flat().map(ln), [rows.length, rows[0].length]);

function randomLogits(seed: number, tokens: number, vocabulary: number, spread = 3) {
  const stream = randomStream(seed, "logits");
  return tensor(
    Float32Array.from({length: tokens * vocabulary}, () => spread * stream.normal()),
    [tokens, vocabulary],
  );
}
function randomTargets(seed: number, tokens: number, vocabulary: number) {
  const stream = randomStream(seed, "targets");
  return Int32Array.from({length: tokens}, () => stream.integer(vocabulary));
}

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

describe("perplexity", () => {
  test("of a uniform guess over V is V, without error", () => {
    const {perplexity: value, nll, tokens} = perplexity([-ln(8), -ln(8), -ln(8)]);
    expect(value.value).toBeCloseTo(8, 12);
    expect(value.standardError).toBe(0);
    expect(nll.value).toBeCloseTo(ln(8), 12);
    expect(tokens).toBe(3);
  });

  test("and its error worked by hand: nll 1, 2, 3 has mean 2 and error 1 / sqrt(3)", () => {
    const {nll, perplexity: value} = perplexity([-1, -2, -3]);
    expect(nll).toEqual({value: 2, standardError: Math.sqrt(1 / 3)});
    expect(value.value).toBe(Math.exp(2));
    expect(value.standardError).toBeCloseTo(Math.exp(2) / Math.sqrt(3), 12);
  });

  test("has no known error from one token and is refused for none", () => {
    expect(perplexity([-1]).perplexity.standardError).toBeNaN();
    expect(() => perplexity([])).toThrow("perplexity: at least one value is needed, got none");
  });

  test("is infinite, not NaN, where a token had no probability", () => {
    expect(perplexity([-1, Number.NEGATIVE_INFINITY]).perplexity.value).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("pairedDifference", () => {
  test("of a constant shift has no error, however noisy the tokens", () => {
    const baseline = [-1, -5, -0.5, -9];
    const {nll, ratio} = pairedDifference(
      baseline.map((value) => value - 0.25),
      baseline,
    );
    expect(nll).toEqual({value: 0.25, standardError: 0});
    expect(ratio).toEqual({value: Math.exp(0.25), standardError: 0});
  });

  test("equals the delta method with the covariance written out", () => {
    const a = [-1.5, -0.2, -3.1, -0.9, -2.2];
    const b = [-1.4, -0.3, -2.5, -1.0, -2.0];
    const n = a.length;
    const average = (x: number[]) => x.reduce((sum, value) => sum + value, 0) / n;
    const covariance = (x: number[], y: number[]) =>
      x.reduce((sum, value, i) => sum + (value - average(x)) * (y[i] - average(y)), 0) / (n - 1) / n;
    const p = Math.exp(-average(a));
    const p0 = Math.exp(-average(b));
    const variance = p * p * covariance(a, a) + p0 * p0 * covariance(b, b) - 2 * p * p0 * covariance(a, b);
    const {perplexity: difference} = pairedDifference(a, b);
    expect(difference.value).toBeCloseTo(p - p0, 12);
    expect(difference.standardError).toBeCloseTo(Math.sqrt(variance), 12);
  });

  test("is antisymmetric in nll and reciprocal in the ratio", () => {
    const there = pairedDifference([-1, -2.5], [-1.5, -2]);
    const back = pairedDifference([-1.5, -2], [-1, -2.5]);
    expect(back.nll.value).toBeCloseTo(-there.nll.value, 12);
    expect(back.ratio.value * there.ratio.value).toBeCloseTo(1, 12);
  });

  test("refuses lengths that differ", () => {
    expect(() => pairedDifference([-1], [-1, -2])).toThrow("must hold the baseline's 2 tokens, got 1");
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

describe("distribution", () => {
  test("of 0 .. 100 has median 50 and 99th percentile 99", () => {
    const values = Array.from({length: 101}, (_, i) => (i * 37) % 101);
    const {mean, median, percentile99, max} = distribution(values);
    expect([mean.value, median, percentile99, max]).toEqual([50, 50, 99, 100]);
  });

  test("interpolates between order statistics and keeps infinities out of the middle", () => {
    expect(distribution([1, 2]).median).toBe(1.5);
    expect(distribution([1, 2, Number.POSITIVE_INFINITY]).median).toBe(2);
    expect(distribution([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]).median).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test("refuses nothing and NaN", () => {
    expect(() => distribution([])).toThrow("distribution: values must not be empty");
    expect(() => distribution([0, Number.NaN])).toThrow("distribution: values must not hold NaN");
  });
});

describe("pairedShare", () => {
  const trials = (both: number, won: number, lost: number, neither: number) =>
    [
      [true, true, both],
      [true, false, won],
      [false, true, lost],
      [false, false, neither],
    ].flatMap(([a, b, n]) => Array.from({length: n as number}, () => [a, b] as [boolean, boolean]));

  test("is the difference of the shares, in an interval from where the two part", () => {
    const {value, low, high} = pairedShare(trials(50, 5, 15, 30));
    expect(value).toBeCloseTo(-0.1, 12);
    const half = (1.959963984540054 * Math.sqrt(21 - 100 / 102)) / 102;
    expect([low, high]).toEqual([-10 / 102 - half, -10 / 102 + half]);
  });

  test("is narrower than two shares apart, and never of no width", () => {
    const same = pairedShare(trials(80, 0, 0, 20));
    expect(same.value).toBe(0);
    expect(same.high).toBeGreaterThan(0);
    expect(same.high).toBeLessThan(wilson(80, 100).high - 0.8);
    expect(pairedShare([[true, false]])).toMatchObject({value: 1, high: 1});
    expect(() => pairedShare([])).toThrow("pairedShare: trials must be at least one, got none");
  });
});

describe("wilson", () => {
  test("gives the textbook interval for 8 of 10", () => {
    const {share, low, high} = wilson(8, 10);
    expect(share).toBe(0.8);
    expect(low).toBeCloseTo(0.490162, 6);
    expect(high).toBeCloseTo(0.943318, 6);
  });

  test("holds the share, stays in 0 .. 1, mirrors, and narrows with more trials", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 500}), fc.nat(500), (trials, n) => {
        const successes = n % (trials + 1);
        const {share, low, high} = wilson(successes, trials);
        expect(0 <= low && low <= share && share <= high && high <= 1).toBe(true);
        const mirrored = wilson(trials - successes, trials);
        expect(mirrored.low).toBeCloseTo(1 - high, 12);
        const wider = wilson(successes * 4, trials * 4);
        expect(wider.high - wider.low).toBeLessThan(high - low);
      }),
      {seed: 5},
    );
  });

  test("is one-sided at the ends", () => {
    expect(wilson(0, 10).low).toBe(0);
    expect(wilson(10, 10).high).toBe(1);
    expect(wilson(10, 10).low).toBeCloseTo(1 / (1 + 1.959963984540054 ** 2 / 10), 12);
  });

  test("refuses shares above one and no trials", () => {
    expect(() => wilson(3, 2)).toThrow(
      "wilson: successes must be 0 .. trials and trials at least 1, got 3 of 2",
    );
    expect(() => wilson(0, 0)).toThrow(RangeError);
    expect(() => wilson(Number.NaN, 5)).toThrow(RangeError);
  });
});

describe("compareScores", () => {
  test("of a model with itself finds nothing", () => {
    const logits = randomLogits(1, 20, 7);
    const found = compareScores(scorePair(logits, logits, randomTargets(1, 20, 7)));
    expect(found.difference.nll).toEqual({value: 0, standardError: 0});
    expect(found.difference.perplexity).toEqual({value: 0, standardError: 0});
    expect(found.kl.max).toBe(0);
    expect(found.sameTop.share).toBe(1);
    expect(found.rmsProbabilityChange).toBe(0);
    expect(found.model).toEqual(found.baseline);
  });

  test("worked by hand on two positions", () => {
    const baseline = logitsOf([0.5, 0.3, 0.2], [0.6, 0.3, 0.1]);
    const model = logitsOf([0.4, 0.5, 0.1], [0.7, 0.2, 0.1]);
    const found = compareScores(scorePair(baseline, model, [0, 1]));
    expect(found.sameTop.share).toBe(0.5);
    expect(found.rmsProbabilityChange).toBeCloseTo(0.1, 6);
    expect(found.model.nll.value).toBeCloseTo(-(ln(0.4) + ln(0.2)) / 2, 6);
    expect(found.difference.ratio.value).toBeCloseTo(Math.sqrt((0.5 * 0.3) / (0.4 * 0.2)), 6);
  });

  test("grows with the noise on the logits", () => {
    const baseline = randomLogits(2, 400, 11);
    const targets = randomTargets(2, 400, 11);
    const stream = randomStream(3, "noise");
    const noise = baseline.data.map(() => stream.normal());
    const [small, large] = [0.05, 0.5].map((size) => {
      const noisy = tensor(
        baseline.data.map((value, i) => value + size * noise[i]),
        baseline.shape,
      );
      return compareScores(scorePair(baseline, noisy, targets));
    });
    expect(large!.kl.mean.value).toBeGreaterThan(10 * small!.kl.mean.value);
    expect(large!.sameTop.share).toBeLessThan(small!.sameTop.share);
    expect(large!.rmsProbabilityChange).toBeGreaterThan(small!.rmsProbabilityChange);
  });

  test("texts scored apart and joined equal the texts scored at once", () => {
    const baseline = randomLogits(4, 6, 5);
    const model = randomLogits(5, 6, 5);
    const targets = [0, -1, 4, 2, 1, 3];
    const part = (from: number, to: number) =>
      scorePair(
        tensor(baseline.data.slice(from * 5, to * 5), [to - from, 5]),
        tensor(model.data.slice(from * 5, to * 5), [to - from, 5]),
        targets.slice(from, to),
      );
    expect(concatPairs([part(0, 2), part(2, 6)])).toEqual(scorePair(baseline, model, targets));
  });
});

describe("overSeeds", () => {
  test("of 1, 2, 3: mean 2, deviation 1, and t with two degrees of freedom", () => {
    const found = overSeeds([3, 1, 2]);
    expect(found.value).toBe(2);
    expect(found.standardDeviation).toBeCloseTo(1, 12);
    expect(found.halfWidth95).toBeCloseTo(4.30265273 / Math.sqrt(3), 6);
    expect([found.min, found.max, found.seeds]).toEqual([1, 3, 3]);
  });

  test("uses the t quantiles of the tables beyond ten degrees too", () => {
    const t = (seeds: number) => {
      const found = overSeeds(Array.from({length: seeds}, (_, i) => i));
      return found.halfWidth95 / found.standardError;
    };
    expect(t(12)).toBeCloseTo(2.200985, 4);
    expect(t(31)).toBeCloseTo(2.042272, 4);
    expect(t(1001)).toBeCloseTo(1.962339, 4);
  });

  test("never calls the spread of one seed zero", () => {
    const found = overSeeds([5]);
    expect(found.value).toBe(5);
    expect(found.standardDeviation).toBeNaN();
    expect(found.halfWidth95).toBeNaN();
  });

  test("refuses no seeds and NaN", () => {
    expect(() => overSeeds([])).toThrow("overSeeds: at least one value is needed, got none");
    expect(() => overSeeds([1, Number.NaN])).toThrow("overSeeds: values must not hold NaN");
  });
});

test("recovery is the share of the baseline that is left, and unknown without one", () => {
  expect(recovery(0.45, 0.9)).toBe(0.5);
  expect(recovery(0.45, 0)).toBeNaN();
});
