import {describe, expect, test} from "vitest";
import {
  binaryPoint,
  castBigInt,
  castSlopes,
  FIXED_ROUNDINGS,
  type FixedPoint,
  fixedCast,
  fixedInteger,
  wordRange,
} from "../../src/lib/arithmetic/fixed-point/fixed-point.js";
import {hotProduct, hotValue, kHot} from "../../src/lib/arithmetic/fixed-point/k-hot.js";
import {shiftAdd, shiftAddAdditions} from "../../src/lib/arithmetic/shift-add/shift-add.js";
import {int, intRules} from "../../src/lib/formats/int.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const stream = randomStream(6, "fixed point");
const plain = {rounding: "nearest", overflow: "saturate"} as const;
const FORMATS: readonly FixedPoint[] = FIXED_ROUNDINGS.flatMap((rounding) =>
  (["saturate", "wrap"] as const).flatMap((overflow) => [
    {word: 8, fraction: 5, rounding, overflow},
    {word: 4, fraction: -2, rounding, overflow},
    {word: 6, fraction: 9, rounding, overflow},
  ]),
);

describe("a cast to fixed point", () => {
  test("lands on the grid, within the word, and stays there", () => {
    for (const format of FORMATS) {
      const [least, most] = wordRange(format.word);
      for (let i = 0; i < 200; i++) {
        const x = 8 * stream.normal();
        const once = fixedCast(x, format);
        const steps = once * 2 ** format.fraction;
        expect(Number.isInteger(steps) && steps >= least && steps <= most).toBe(true);
        expect(fixedCast(once, format)).toBe(once);
      }
    }
  });

  test("rounds and overflows by its rules", () => {
    const of = (x: number, format: Partial<FixedPoint>) =>
      fixedInteger(x, {word: 4, fraction: 0, ...plain, ...format});
    expect([2.5, -2.5, 2.4].map((x) => of(x, {}))).toEqual([3, -2, 2]);
    expect([2.5, -2.5].map((x) => of(x, {rounding: "truncate"}))).toEqual([2, -3]);
    expect([2.5, 3.5].map((x) => of(x, {rounding: "convergent"}))).toEqual([2, 4]);
    expect([9, -9].map((x) => of(x, {}))).toEqual([7, -8]);
    expect([9, -9].map((x) => of(x, {overflow: "wrap"}))).toEqual([-7, 7]);
  });

  test("has the slopes of its definition: straight through inside, the end of the word beyond", () => {
    const format = {word: 4, fraction: 2, ...plain};
    expect(castSlopes(0.6, format)).toEqual({
      byX: 1,
      byFraction: expect.closeTo(-Math.LN2 * 0.25 * (2 - 2.4), 12),
    });
    expect(castSlopes(9, format)).toEqual({byX: 0, byFraction: expect.closeTo(-Math.LN2 * 0.25 * 7, 12)});
    expect(castSlopes(-9, format)).toEqual({byX: 0, byFraction: expect.closeTo(Math.LN2 * 0.25 * 8, 12)});
  });

  test("is trained by these slopes from a point off by three to one that loses as little as the best", () => {
    const data = draws(512, () => stream.normal());
    const loss = (fraction: number) =>
      data.reduce((sum, x) => sum + (x - fixedCast(x, {word: 6, fraction, ...plain})) ** 2, 0);
    const best = Math.min(...Array.from({length: 12}, (_, i) => loss(i - 2)));
    for (const off of [-3, 3]) {
      let point = binaryPoint(3, 6) + off;
      let least = loss(Math.round(point));
      for (let step = 0; step < 60; step++) {
        const format = {word: 6, fraction: Math.round(point), ...plain};
        const slope = data.reduce(
          (sum, x) => sum + 2 * (fixedCast(x, format) - x) * castSlopes(x, format).byFraction,
          0,
        );
        point -= 0.2 * Math.sign(slope);
        least = Math.min(least, loss(Math.round(point)));
      }
      expect(least).toBeLessThanOrEqual(1.001 * best);
    }
  });

  test("is the fixed-point format of the registry, one point for the tensor", () => {
    const format = int({bits: 8, granularity: "tensor", scheme: "full", rule: intRules.fixed});
    const x = {shape: [64], data: draws(64, () => stream.normal())};
    const amax = x.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const cast = {word: 8, fraction: binaryPoint(amax, 8), ...plain, rounding: "convergent"} as const;
    expect([...format.decode(format.encode(x)).data]).toEqual(
      Array.from(x.data, (value) => fixedCast(value, cast)),
    );
    expect(format.id).toBe("int8_tensor_full_fixed");
  });
});

test("a forward pass whose every operation casts is the same in whole numbers of any length, bit for bit", () => {
  const [inputs, hidden] = [12, 8];
  for (const format of FORMATS.filter(({fraction}) => fraction === 5)) {
    const acts: FixedPoint = {...format, word: 10, fraction: 6};
    const codes = (count: number) => Array.from({length: count}, () => fixedInteger(stream.normal(), format));
    const [x, first, second] = [codes(inputs), codes(inputs * hidden), codes(hidden)];
    const floats = (values: readonly number[]) => values.map((value) => value / 2 ** 5);
    const dot = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, value, i) => sum + value * b[i], 0);
    const row = <T>(w: readonly T[], h: number) => w.slice(h * inputs, (h + 1) * inputs);
    const h = Array.from({length: hidden}, (_, i) =>
      Math.max(0, fixedCast(dot(floats(x), floats(row(first, i))), acts)),
    );
    const y = fixedCast(dot(h, floats(second)), acts);
    const bigDot = (a: readonly bigint[], b: readonly number[]) =>
      a.reduce((sum, value, i) => sum + value * BigInt(b[i]), 0n);
    const bigH = Array.from({length: hidden}, (_, i) => {
      const sum = castBigInt(bigDot(x.map(BigInt), row(first, i)), 10, acts);
      return sum < 0n ? 0n : sum;
    });
    expect(bigH.map(Number)).toEqual(h.map((value) => value * 2 ** 6));
    expect(Number(castBigInt(bigDot(bigH, second), 11, acts))).toBe(y * 2 ** 6);
    expect(castBigInt(3n, 0, acts)).toBe(192n);
  }
});

describe("K-hot integers", () => {
  test("hold seven in two powers, and every integer of a byte in four", () => {
    expect(kHot(7, 2)).toEqual([
      {sign: 1, exponent: 3},
      {sign: -1, exponent: 0},
    ]);
    for (let integer = -128; integer < 128; integer++) expect(hotValue(kHot(integer, 4))).toBe(integer);
    expect(kHot(0, 3)).toEqual([]);
  });

  test("never lose by one power more, and multiply by shifts and additions", () => {
    for (let integer = -128; integer < 128; integer++) {
      const errors = [1, 2, 3].map((terms) => Math.abs(integer - hotValue(kHot(integer, terms))));
      expect(errors[1]).toBeLessThanOrEqual(errors[0]);
      expect(errors[2]).toBeLessThanOrEqual(errors[1]);
      for (const x of [-128, -3, 0, 77]) expect(hotProduct(x, kHot(integer, 4)) + 0).toBe(integer * x + 0);
    }
  });
});

describe("shifts and additions", () => {
  test("are the product for every weight of 4 bits and input of 8, with at most three additions", () => {
    for (let q = -8; q < 8; q++) {
      expect(shiftAddAdditions(q, 4)).toBeLessThanOrEqual(3);
      for (let x = -128; x < 128; x++) expect(shiftAdd(q, x, 4) + 0).toBe(q * x + 0);
    }
  });
});
