import {describe, expect, test} from "vitest";
import {
  acceptanceRate,
  acceptChances,
  emittedLaw,
  residualLaw,
} from "../../src/lib/decoding/speculative/acceptance.js";
import {chainSpeedup, expectedTokens} from "../../src/lib/decoding/speculative/expected-tokens.js";
import {drawAt, verifyChain} from "../../src/lib/decoding/speculative/verify-chain.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** A random law; some ids have none of it. */
function randomLaw(size: number, seed: number, label: string): Float64Array {
  const stream = randomStream(seed, label);
  const weights = Float64Array.from({length: size}, () =>
    stream.uniform() < 0.3 ? 0 : stream.uniform() ** 4,
  );
  weights[stream.integer(size)] += 0.1;
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / sum);
}

const laws = Array.from({length: 200}, (_, seed) => {
  const size = 2 + (seed % 17);
  return {p: randomLaw(size, seed, "p"), q: randomLaw(size, seed, "q")};
});
const worst = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

describe("acceptance", () => {
  test("accepted and replaced together have the target's law, to 1e-12", () => {
    for (const {p, q} of laws) expect(worst(emittedLaw(p, q), p)).toBeLessThan(1e-12);
  });

  test("the rate is 1 less the total variation, and the chance of acceptance under the draft's law", () => {
    for (const {p, q} of laws) {
      const variation = Array.from(p).reduce((sum, value, id) => sum + Math.abs(value - q[id]) / 2, 0);
      const chance = Array.from(acceptChances(p, q)).reduce((sum, value, id) => sum + value * q[id], 0);
      expect(acceptanceRate(p, q)).toBeCloseTo(1 - variation, 12);
      expect(acceptanceRate(p, q)).toBeCloseTo(chance, 12);
    }
  });

  test("equal laws reject nothing; laws without a common id accept nothing and leave p", () => {
    const p = Float64Array.of(0.2, 0, 0.8, 0);
    expect(residualLaw(p, p)).toEqual(p);
    const apart = Float64Array.of(0, 1, 0, 0);
    expect(acceptanceRate(p, apart)).toBe(0);
    expect(residualLaw(p, apart)).toEqual(p);
    expect(() => residualLaw(p, Float64Array.of(1))).toThrow("the same length, got 4 and 1");
  });
});

describe("a chain", () => {
  /** Law of the first token that comes out, by a fine grid of uniforms instead of luck. */
  function firstLaw(p: Float64Array, q: Float64Array, steps: number): Float64Array {
    const law = new Float64Array(p.length);
    for (let token = 0; token < q.length; token++) {
      for (let i = 0; i < steps; i++) {
        const accept = (i + 0.5) / steps;
        for (let j = 0; j < steps; j++) {
          const draw = (j + 0.5) / steps;
          const verified = verifyChain([token], [p, p], [q], {accept: () => accept, draw: () => draw});
          law[verified.accepted === 1 ? token : verified.token] += q[token] / steps ** 2;
        }
      }
    }
    return law;
  }

  test("emits the target's law as its first token", () => {
    for (const {p, q} of laws.slice(0, 8)) expect(worst(firstLaw(p, q, 60), p)).toBeLessThan(0.02);
  });

  test("of sampled tokens has the target's law: chi-square at 1 in 1000", () => {
    const p = Float64Array.of(0.5, 0.3, 0.15, 0.05);
    const q = Float64Array.of(0.1, 0.2, 0.3, 0.4);
    const stream = randomStream(7, "chain");
    const uniforms = {accept: () => stream.uniform(), draw: () => stream.uniform()};
    const counts = [0, 0, 0, 0];
    const draws = 20_000;
    for (let n = 0; n < draws; n++) {
      const token = drawAt(q, stream.uniform());
      const verified = verifyChain([token], [p, p], [q], uniforms);
      counts[verified.accepted === 1 ? token : verified.token]++;
    }
    const chiSquare = counts.reduce(
      (sum, count, id) => sum + (count - draws * p[id]) ** 2 / (draws * p[id]),
      0,
    );
    expect(chiSquare).toBeLessThan(16.27);
  });

  test("takes a law for each drafted token and one more of the target", () => {
    const law = Float64Array.of(1);
    expect(() => verifyChain([0], [law], [law], {accept: () => 0, draw: () => 0})).toThrow("2 target laws");
    expect(verifyChain([], [law], [], {accept: () => 0, draw: () => 0})).toEqual({accepted: 0, token: 0});
  });

  test("draws the last id where rounding leaves none", () => {
    expect(drawAt(Float64Array.of(0.1, 0.1, 0), 0.999)).toBe(1);
    expect(() => drawAt(Float64Array.of(0, 0), 0.5)).toThrow("must give some id a probability");
  });
});

describe("expected tokens", () => {
  test("are the mean of the geometric law, cut off at γ", () => {
    for (const alpha of [0, 0.1, 0.7, 0.99]) {
      for (const gamma of [0, 1, 5, 40]) {
        let mean = 0;
        for (let i = 0; i <= gamma; i++) mean += alpha ** i;
        expect(expectedTokens(alpha, gamma)).toBeCloseTo(mean, 9);
      }
    }
    expect(expectedTokens(1, 7)).toBe(8);
  });

  test("never fall with more drafts; a free draft that is always right is γ + 1 times as fast", () => {
    for (let gamma = 1; gamma < 30; gamma++)
      expect(expectedTokens(0.8, gamma)).toBeGreaterThan(expectedTokens(0.8, gamma - 1));
    expect(chainSpeedup(1, 6, 0)).toBe(7);
    expect(() => expectedTokens(1.1, 2)).toThrow("in [0, 1], got 1.1");
    expect(() => chainSpeedup(0.5, 2, -1)).toThrow("cost must be");
  });
});
