import {describe, expect, test} from "vitest";
import {
  compareScores,
  distribution,
  overSeeds,
  pairedDifference,
  perplexity,
  recovery,
} from "../../src/lib/evaluate/quality.js";
import {scorePair} from "../../src/lib/evaluate/token-scores.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {ln, logitsOf, randomLogits, randomTargets} from "./logits.js";

describe("perplexity", () => {
  test("of a uniform guess over V is V, without error", () => {
    const {perplexity: value, nll, tokens, documents} = perplexity(Array(6).fill([-ln(8), -ln(8)]));
    expect(value.value).toBeCloseTo(8, 12);
    expect(value.standardError).toBeCloseTo(0, 12);
    expect(nll.value).toBeCloseTo(ln(8), 12);
    expect([tokens, documents]).toEqual([12, 6]);
  });

  test("and its error worked by hand: documents of nll 1, 2, 3, 1, 2, 3 have mean 2 and error sqrt(4 / 5 / 6)", () => {
    const {nll, perplexity: value} = perplexity([
      [-1, -1],
      [-2, -2],
      [-3, -3],
      [0, -2],
      [-1, -3],
      [-3, -3],
    ]);
    expect(nll.value).toBe(2);
    expect(nll.standardError).toBeCloseTo(Math.sqrt(4 / 5 / 6), 12);
    expect(value.value).toBe(Math.exp(2));
    expect(value.standardError).toBeCloseTo(Math.exp(2) * Math.sqrt(4 / 5 / 6), 12);
    // Student's quantile of five degrees of freedom.
    expect((value.high - value.value) / value.standardError).toBeCloseTo(2.5705818, 6);
  });

  test("does not narrow when the tokens of a document are read twice", () => {
    const once = [[-1], [-2, -5], [-3], [-1], [-2], [-4]];
    const error = (documents: number[][]) => perplexity(documents).perplexity.standardError;
    expect(error(once.map((tokens) => [...tokens, ...tokens]))).toBeCloseTo(error(once), 12);
  });

  test("has no known error from five documents and is refused for none", () => {
    expect(perplexity([[-1], [-2], [-3], [-4], [-5]]).perplexity).toMatchObject({
      standardError: Number.NaN,
      low: Number.NaN,
      high: Number.NaN,
    });
    expect(() => perplexity([])).toThrow("tokenMean: sizes must hold a token, got 0");
  });

  test("is infinite, not NaN, where a token had no probability", () => {
    expect(perplexity([[-1, Number.NEGATIVE_INFINITY]]).perplexity.value).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("pairedDifference", () => {
  test("of a constant shift has no error, however noisy the documents", () => {
    const baseline = [[-1], [-5], [-0.5], [-9], [-2], [-4]];
    const {nll, ratio} = pairedDifference(
      baseline.map(([value]) => [value - 0.25]),
      baseline,
    );
    expect(nll).toEqual({value: 0.25, standardError: 0, low: 0.25, high: 0.25});
    expect(ratio.standardError).toBe(0);
    expect(ratio.value).toBe(Math.exp(0.25));
  });

  test("equals the delta method with the covariance of documents written out", () => {
    const a = [-1.5, -0.2, -3.1, -0.9, -2.2, -1.1];
    const b = [-1.4, -0.3, -2.5, -1.0, -2.0, -1.3];
    const n = a.length;
    const average = (x: number[]) => x.reduce((sum, value) => sum + value, 0) / n;
    const covariance = (x: number[], y: number[]) =>
      x.reduce((sum, value, i) => sum + (value - average(x)) * (y[i] - average(y)), 0) / (n - 1) / n;
    const p = Math.exp(-average(a));
    const p0 = Math.exp(-average(b));
    const variance = p * p * covariance(a, a) + p0 * p0 * covariance(b, b) - 2 * p * p0 * covariance(a, b);
    // Two tokens a document, whose mean is the document's.
    const documents = (of: number[]) => of.map((value) => [value - 1, value + 1]);
    const {perplexity: difference} = pairedDifference(documents(a), documents(b));
    expect(difference.value).toBeCloseTo(p - p0, 12);
    expect(difference.standardError).toBeCloseTo(Math.sqrt(variance), 12);
  });

  test("is antisymmetric in nll and reciprocal in the ratio", () => {
    const there = pairedDifference([[-1, -2.5]], [[-1.5, -2]]);
    const back = pairedDifference([[-1.5, -2]], [[-1, -2.5]]);
    expect(back.nll.value).toBeCloseTo(-there.nll.value, 12);
    expect(back.ratio.value * there.ratio.value).toBeCloseTo(1, 12);
  });

  test("refuses lengths that differ", () => {
    expect(() => pairedDifference([[-1]], [[-1, -2]])).toThrow("must have the baseline's tokens, 2, got 1");
    expect(() => pairedDifference([[-1], [-2]], [[-1, -2]])).toThrow("tokens, 2, got 1, 1");
  });
});

describe("distribution", () => {
  test("of 0 .. 100 has median 50 and 99th percentile 99", () => {
    const values = Array.from({length: 101}, (_, i) => (i * 37) % 101);
    const {mean, median, percentile99, max} = distribution([values]);
    expect([mean.value, median, percentile99, max]).toEqual([50, 50, 99, 100]);
  });

  test("interpolates between order statistics and keeps infinities out of the middle", () => {
    expect(distribution([[1], [2]]).median).toBe(1.5);
    expect(distribution([[1, 2], [Number.POSITIVE_INFINITY]]).median).toBe(2);
    expect(distribution([[Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]]).median).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test("refuses nothing and NaN", () => {
    expect(() => distribution([])).toThrow("distribution: values must not be empty");
    expect(() => distribution([[0, Number.NaN]])).toThrow("distribution: values must not hold NaN");
  });
});

describe("compareScores", () => {
  test("of a model with itself finds nothing", () => {
    const logits = randomLogits(1, 20, 7);
    const found = compareScores(
      Array.from({length: 6}, () => scorePair(logits, logits, randomTargets(1, 20, 7))),
    );
    expect(found.difference.nll).toMatchObject({value: 0, standardError: 0});
    expect(found.difference.perplexity).toMatchObject({value: 0, standardError: 0});
    expect(found.kl.max).toBe(0);
    expect(found.sameTop.share).toBe(1);
    expect(found.rmsProbabilityChange).toBe(0);
    expect(found.model).toEqual(found.baseline);
  });

  test("worked by hand on two positions", () => {
    const baseline = logitsOf([0.5, 0.3, 0.2], [0.6, 0.3, 0.1]);
    const model = logitsOf([0.4, 0.5, 0.1], [0.7, 0.2, 0.1]);
    const found = compareScores([scorePair(baseline, model, [0, 1])]);
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
      return compareScores([scorePair(baseline, noisy, targets)]);
    });
    expect(large.kl.mean.value).toBeGreaterThan(10 * small.kl.mean.value);
    expect(large.sameTop.share).toBeLessThan(small.sameTop.share);
    expect(large.rmsProbabilityChange).toBeGreaterThan(small.rmsProbabilityChange);
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
