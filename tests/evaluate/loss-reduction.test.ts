import {describe, expect, test} from "vitest";
import {lossReduction, meanReduction, perplexityGap} from "../../src/lib/evaluate/loss-reduction.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const of = (...values: number[]) => Float64Array.from(values);

/** Documents that are hard or easy for all models alike, and what a model adds to each. */
function documents(count: number, seed: number, ...losses: readonly number[]): Float64Array[] {
  const stream = randomStream(seed, "loss-reduction test");
  const hard = Float64Array.from({length: count}, () => 1.9 + 0.3 * stream.normal());
  return losses.map((loss) => hard.map((base) => base + loss + 0.02 * stream.normal()));
}

/** The standard deviation over redrawn samples of documents, an estimate that shares no formula with the delta method. */
function bootstrap(statistic: (...all: Float64Array[]) => number, all: readonly Float64Array[]): number {
  const stream = randomStream(7, "bootstrap");
  const n = all[0].length;
  const values = Array.from({length: 2000}, () => {
    const picks = Array.from({length: n}, () => stream.integer(n));
    return statistic(...all.map((values) => Float64Array.from(picks, (i) => values[i])));
  });
  const middle = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

const standardError = (found: {standardError: number}) => found.standardError;

describe("perplexityGap", () => {
  test("is the difference of the exponentials of the means", () => {
    const {value} = perplexityGap(of(2, 4), of(1, 3));
    expect(value).toBeCloseTo(Math.exp(3) - Math.exp(2), 12);
  });

  test("has no width for models that are equal on every document", () => {
    const same = of(1, 2, 3, 4, 5, 6);
    expect(perplexityGap(same, same)).toEqual({value: 0, standardError: 0, low: 0, high: 0});
  });

  test("is Student's interval: of six documents that differ by 1 or 3, the quantile of five degrees of freedom", () => {
    const {low, high, standardError} = perplexityGap(of(1, 3, 1, 3, 1, 3), of(0, 0, 0, 0, 0, 0));
    expect(standardError).toBeCloseTo(Math.exp(2) * Math.sqrt(6 / 5 / 6), 12);
    expect((high - low) / 2 / standardError).toBeCloseTo(2.5705818, 6);
  });

  test("is not given below six documents", () => {
    const {value, low, high, standardError} = perplexityGap(of(1, 3, 1, 3, 1), of(0, 0, 0, 0, 0));
    expect(value).toBeGreaterThan(0);
    expect([low, high, standardError]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  test("knows its error as well as resampling documents does", () => {
    const [a, b] = documents(120, 1, 0.05, 0);
    const error = bootstrap((x, y) => perplexityGap(x, y).value, [a, b]);
    expect(Math.abs(standardError(perplexityGap(a, b)) / error - 1)).toBeLessThan(0.1);
  });

  test("is sharper than two intervals that do not know of each other", () => {
    const [a, b] = documents(120, 2, 0.05, 0);
    const alone = bootstrap(
      (x) =>
        perplexityGap(
          x,
          x.map(() => 0),
        ).value,
      [a],
    );
    expect(standardError(perplexityGap(a, b))).toBeLessThan(alone / 3);
  });
});

describe("lossReduction", () => {
  test("is the share of the loss that is saved", () => {
    const base = of(1, 1);
    const perplexity = (p: number) => of(Math.log(p), Math.log(p));
    const {value} = lossReduction(perplexity(Math.E + 0.6), perplexity(Math.E + 1), base);
    expect(value).toBeCloseTo(0.4, 12);
  });

  test("knows its error as well as resampling documents does", () => {
    const all = documents(150, 3, 0.04, 0.06, 0) as [Float64Array, Float64Array, Float64Array];
    const error = bootstrap((a, b, c) => lossReduction(a, b, c).value, all);
    expect(Math.abs(standardError(lossReduction(...all)) / error - 1)).toBeLessThan(0.15);
  });

  test.each([8, 80])("covers the truth in 95 of 100 samples of %i documents, give or take", (count) => {
    const truth = 1 - (Math.exp(0.04) - 1) / (Math.exp(0.08) - 1);
    const covered = Array.from({length: 200}, (_, seed) => {
      const [a, b, c] = documents(count, 100 + seed, 0.04, 0.08, 0);
      const {low, high} = lossReduction(a, b, c);
      return low <= truth && truth <= high;
    }).filter(Boolean).length;
    // Three standard deviations of a binomial of 200 at 0.95 are 9.2.
    expect(Math.abs(covered - 190)).toBeLessThanOrEqual(10);
  });
});

describe("meanReduction", () => {
  test("is how much smaller a mean is", () => {
    expect(meanReduction(of(1, 2), of(2, 4)).value).toBeCloseTo(0.5, 12);
    expect(meanReduction(of(1, 2, 3, 1, 2, 3), of(2, 4, 6, 2, 4, 6)).high).toBeCloseTo(0.5, 12);
  });

  test("knows its error as well as resampling documents does", () => {
    const [a, b] = documents(150, 5, 0, 1);
    const error = bootstrap((x, y) => meanReduction(x, y).value, [a, b]);
    expect(Math.abs(standardError(meanReduction(a, b)) / error - 1)).toBeLessThan(0.15);
  });
});

test.each([
  [of(1), of(1), "at least 2, got 1 and 1"],
  [of(1, 2), of(1, 2, 3), "at least 2, got 2 and 3"],
])("all refuse what is not measured on the same documents, at least two", (a, b, message) => {
  expect(() => perplexityGap(a, b)).toThrow(
    `perplexityGap: both models must be measured on the same documents, ${message}`,
  );
  expect(() => lossReduction(a, b, a)).toThrow("lossReduction: both models");
  expect(() => meanReduction(a, b)).toThrow("meanReduction: both models");
});
