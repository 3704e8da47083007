import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {draws, type RandomStream, randomStream, shuffled} from "../../src/lib/tensor/random.js";

const COUNT = 200_000;

function moments(values: Float32Array) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const central = (power: number) => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / values.length;
  const variance = central(2);
  return {mean, variance, skew: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2};
}

/** The largest distance between the empirical distribution of `values` and the distribution function. */
function kolmogorov(values: Float32Array, cdf: (x: number) => number): number {
  const sorted = values.slice().sort();
  let distance = 0;
  for (let i = 0; i < sorted.length; i++) {
    const p = cdf(sorted[i]);
    distance = Math.max(distance, Math.abs(p - i / sorted.length), Math.abs(p - (i + 1) / sorted.length));
  }
  return distance;
}

/** At the level of 1e-6: a correct sampler fails once in a million seeds, and the seed here is fixed. */
const KOLMOGOROV_LIMIT = 2.69 / Math.sqrt(COUNT);

describe("a random stream", () => {
  test("repeats for the same seed and label", () => {
    const once = draws(100, randomStream(7, "weights").uniform);
    expect(draws(100, randomStream(7, "weights").uniform)).toEqual(once);
  });

  test("gives these numbers for ever", () => {
    const stream = randomStream(42);
    expect([stream.integer(2 ** 32), stream.integer(2 ** 32), stream.integer(1000)]).toMatchInlineSnapshot(`
      [
        606126448,
        2238862616,
        776,
      ]
    `);
    expect([stream.uniform(), stream.normal(), stream.studentT(3), stream.laplace()]).toMatchInlineSnapshot(`
      [
        0.8678624327698454,
        -0.6994164338514836,
        -0.5411617003819217,
        0.3803814205120744,
      ]
    `);
  });

  test("differs for another seed, another label and another order of the label's letters", () => {
    const first = [
      randomStream(1),
      randomStream(2),
      randomStream(2 ** 32 + 1),
      randomStream(1, "a"),
      randomStream(1, "ab"),
      randomStream(1, "ba"),
    ].map((stream) => stream.integer(2 ** 32));
    expect(new Set(first).size).toBe(first.length);
  });

  test("has no two equal starts among 50,000 labels", () => {
    const starts = new Set<string>();
    for (let i = 0; i < 50_000; i++) {
      const stream = randomStream(0, `document/${i}`);
      starts.add(`${stream.integer(2 ** 32)} ${stream.integer(2 ** 32)}`);
    }
    expect(starts.size).toBe(50_000);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses the seed %s", (seed) => {
    expect(() => randomStream(seed)).toThrow(
      new RangeError(`randomStream: seed must be an integer of 0 .. 2^53 - 1, got ${seed}`),
    );
  });
});

describe("integer", () => {
  test.each([0, -3, 1.5, Number.NaN, 2 ** 32 + 1])("refuses n = %s", (n) => {
    expect(() => randomStream(0).integer(n)).toThrow(
      new RangeError(`integer: n must be an integer of 1 .. 2^32, got ${n}`),
    );
  });

  test("stays in 0 .. n - 1 for any n", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 2 ** 32}), fc.nat(), (n, seed) => {
        const value = randomStream(seed).integer(n);
        return Number.isInteger(value) && value >= 0 && value < n;
      }),
      {seed: 1},
    );
  });

  test("is uniform: chi-squared of 10 faces over 200,000 throws is below its 1e-6 quantile", () => {
    const stream = randomStream(3);
    const faces = new Array<number>(10).fill(0);
    for (let i = 0; i < COUNT; i++) faces[stream.integer(10)] += 1;
    const expected = COUNT / 10;
    const chiSquared = faces.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquared).toBeLessThan(45.1);
  });

  test("is unbiased where a plain remainder is not: n = 3 * 2^30", () => {
    const stream = randomStream(4);
    let low = 0;
    for (let i = 0; i < COUNT; i++) if (stream.integer(3 * 2 ** 30) < 2 ** 30) low += 1;
    // A remainder would put half of the draws into the lowest third.
    expect(Math.abs(low / COUNT - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / COUNT));
  });
});

describe("the distributions", () => {
  const sample = (label: string, draw: (stream: RandomStream) => number) => {
    const stream = randomStream(11, label);
    return draws(COUNT, () => draw(stream));
  };

  test("uniform fills [0, 1) evenly", () => {
    const values = sample("uniform", (s) => s.uniform());
    expect(kolmogorov(values, (x) => x)).toBeLessThan(KOLMOGOROV_LIMIT);
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
  });

  test("laplace has its distribution function", () => {
    const cdf = (x: number) => (x < 0 ? Math.exp(x) / 2 : 1 - Math.exp(-x) / 2);
    expect(
      kolmogorov(
        sample("laplace", (s) => s.laplace()),
        cdf,
      ),
    ).toBeLessThan(KOLMOGOROV_LIMIT);
  });

  test("Student's t with one degree is the Cauchy distribution", () => {
    const values = sample("cauchy", (s) => s.studentT(1));
    expect(kolmogorov(values, (x) => 0.5 + Math.atan(x) / Math.PI)).toBeLessThan(KOLMOGOROV_LIMIT);
  });

  test("Student's t with two degrees has its distribution function", () => {
    const values = sample("t2", (s) => s.studentT(2));
    expect(kolmogorov(values, (x) => 0.5 + x / (2 * Math.sqrt(2 + x * x)))).toBeLessThan(KOLMOGOROV_LIMIT);
  });

  test("Student's t of a billion degrees is the normal distribution", () => {
    const wide = randomStream(5);
    const normal = randomStream(5);
    for (let i = 0; i < 1000; i++) {
      const x = normal.normal();
      expect(Math.abs(wide.studentT(1e9) - x)).toBeLessThanOrEqual(1e-6 * Math.abs(x));
    }
  });

  test("normal has mean 0, variance 1, skew 0 and kurtosis 3 within five standard errors", () => {
    const {mean, variance, skew, kurtosis} = moments(sample("normal", (s) => s.normal()));
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(COUNT));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / COUNT));
    expect(Math.abs(skew)).toBeLessThan(5 * Math.sqrt(6 / COUNT));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / COUNT));
  });

  test("normal reaches its tails: the share beyond 3 is 0.0027", () => {
    const share = sample("tails", (s) => s.normal()).filter((x) => Math.abs(x) > 3).length / COUNT;
    expect(Math.abs(share - 0.0026998)).toBeLessThan(5 * Math.sqrt(0.0027 / COUNT));
  });

  test.each([0, -1, Number.NaN])("Student's t refuses %s degrees", (degrees) => {
    expect(() => randomStream(0).studentT(degrees)).toThrow(
      new RangeError(`studentT: degrees must be above 0, got ${degrees}`),
    );
  });
});

describe("draws and shuffled", () => {
  test("draws rounds to float32 and may be empty", () => {
    expect(draws(2, () => 0.1)).toEqual(new Float32Array([0.1, 0.1]));
    expect(draws(0, () => 1)).toEqual(new Float32Array(0));
  });

  test("shuffled keeps the items, leaves its argument alone and puts every item everywhere", () => {
    const items = [0, 1, 2, 3];
    const stream = randomStream(9);
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const order = shuffled(items, stream);
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      seen.add(order.join(""));
    }
    expect(items).toEqual([0, 1, 2, 3]);
    expect(seen.size).toBe(24);
  });
});
