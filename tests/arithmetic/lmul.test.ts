import {describe, expect, test} from "vitest";
import {
  addedBits,
  lmul,
  lmulDot,
  lmulFormula,
  offsetPlaces,
  roundMantissas,
} from "../../src/lib/arithmetic/lmul/lmul.js";
import {lmulMultiplier, multiplierBackend} from "../../src/lib/arithmetic/lmul/multiplier.js";
import {referenceBackend} from "../../src/lib/engine/backend.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

/** Relative errors over a grid of mantissas, equally many in each cell. */
function errorsAt(places: number | null): {mean: number; worst: number} {
  const count = 256;
  const factors = Array.from({length: count}, (_, i) => Math.fround(1 + (i + 0.5) / count));
  let sum = 0;
  let worst = 0;
  for (const a of factors) {
    for (const b of factors) {
      const error = lmul(a, b, places) / (a * b) - 1;
      sum += error;
      worst = Math.max(worst, Math.abs(error));
    }
  }
  return {mean: sum / count ** 2, worst};
}

describe("L-Mul", () => {
  test.each([
    [1, 0.36],
    [2, 0.143],
    [3, 0.0485],
    [4, 0.0041],
    [5, -0.0174],
  ])("errs with l = %i by %f on average", (places, mean) => {
    expect(errorsAt(places).mean).toBeCloseTo(mean, 3);
  });

  test("errs by at most 0.073 with l = 4", () => {
    const {worst} = errorsAt(4);
    expect(worst).toBeLessThanOrEqual(0.0735);
    expect(worst).toBeGreaterThan(0.07);
  });

  test("is Mitchell's product without its constant: 1/9 too small at most, at halves", () => {
    expect(errorsAt(null).mean).toBeCloseTo(-0.0385, 3);
    expect(errorsAt(null).worst).toBeLessThanOrEqual(1 / 9);
    expect(1 - lmul(1.5, 1.5, null) / 2.25).toBeCloseTo(1 / 9, 12);
  });

  test("has the signs of the product, zeros and the ends of float32", () => {
    expect(lmul(-2, 4, null)).toBe(-8);
    expect(lmul(-2, -4, null)).toBe(8);
    expect(Object.is(lmul(-0, 3, 4), -0)).toBe(true);
    expect(lmul(0, 3, 4)).toBe(0);
    expect(lmul(1e38, -1e38, 4)).toBe(-3.4028234663852886e38);
    expect(lmul(1e-38, 1e-38, 4)).toBe(0);
  });

  test("is the formula where the mantissas do not carry, and less where they do", () => {
    expect(lmul(1.25, 1.125, 4)).toBe(lmulFormula(1.25, 1.125, 4));
    // 1 + 0.75 + 0.75 + 0.0625 by the formula; the carry gives 2 (1 + 0.5625 / 2) less the half that is lost.
    expect(lmulFormula(1.75, 1.75, 4)).toBe(2.5625);
    expect(lmul(1.75, 1.75, 4)).toBe(3.125);
    expect(lmulFormula(0, 3, 4)).toBe(0);
  });

  test("takes the constant of the paper for each width of mantissa", () => {
    expect([1, 2, 3, 4, 5, 7, 23].map(offsetPlaces)).toEqual([1, 2, 3, 3, 4, 4, 4]);
    expect(() => lmul(1, 1, 24)).toThrow("lmul: places must be");
  });

  test("reads mantissas rounded to nearest even", () => {
    const rounded = (x: number, bits: number) =>
      new Float32Array(roundMantissas(Float32Array.of(x), bits).buffer)[0];
    expect(rounded(1.0625, 3)).toBe(1);
    expect(rounded(1.1875, 3)).toBe(1.25);
    expect(rounded(-1.99, 3)).toBe(-2);
    expect(rounded(0.3, 23)).toBe(Math.fround(0.3));
  });

  test("sums products one by one", () => {
    const stream = randomStream(1, "l-mul");
    const [a, b] = [draws(40, () => stream.normal()), draws(40, () => stream.normal())];
    const [x, y] = [a, b].map((values) => roundMantissas(values, 23));
    let sum = 0;
    for (let i = 0; i < 40; i++) sum += lmul(a[i], b[i], 4);
    expect(lmulDot(x, 0, y, 0, 40, addedBits(4))).toBe(sum);
  });

  test("takes over the products of a backend, attention's alone or all", () => {
    const stream = randomStream(2, "l-mul");
    const weight = {shape: [3, 8], data: draws(24, () => stream.normal())};
    const x = draws(16, () => stream.normal());
    const by = (reach: "attention" | "all") =>
      multiplierBackend(referenceBackend, lmulMultiplier(23, 4), reach);
    expect(by("attention").linear(weight, null)(x)).toEqual(referenceBackend.linear(weight, null)(x));
    const expected = Math.fround(
      lmulDot(roundMantissas(x, 23), 8, roundMantissas(weight.data, 23), 16, 8, addedBits(4)),
    );
    expect(by("all").linear(weight, null)(x)[3 + 2]).toBe(expected);
  });

  test("gives attention over powers of two as it is", () => {
    // Products of powers of two are exact without the constant.
    const powers = Float32Array.from({length: 12}, (_, i) => 2 ** ((i % 3) - 1));
    const call = {
      ...{layer: 0, q: powers.slice(0, 4), keys: powers.slice(0, 8), values: powers.slice(4)},
      ...{heads: 2, kvHeads: 1, headDim: 2, window: null},
      ...{queryPositions: Int32Array.of(3), keyPositions: Int32Array.of(0, 1, 2, 3)},
    };
    const exact = referenceBackend.attention(call);
    const other = multiplierBackend(referenceBackend, lmulMultiplier(23, null), "attention").attention(call);
    // The probabilities are no powers of two: each of their products errs by a ninth at most.
    for (const [i, value] of other.entries()) expect(Math.abs(value / exact[i] - 1)).toBeLessThan(1 / 9);
  });
});
