import {describe, expect, test} from "vitest";
import {groupAbsMax} from "../../../src/lib/formats/groups.js";
import {int} from "../../../src/lib/formats/int.js";
import {nupes} from "../../../src/lib/formats/power/nupes.js";
import {
  exponentGradient,
  learnExponent,
  type PowerProblem,
  powerError,
  searchExponent,
} from "../../../src/lib/formats/power/power-search.js";
import {scaleGroups, sharedScale} from "../../../src/lib/formats/scaled.js";
import {unpackTensorScale} from "../../../src/lib/formats/tensor-scale.js";
import {tensorError} from "../../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";

const stream = randomStream(6, "nupes");
const WIDTH = 4096;
const x = tensor(draws(4 * WIDTH, stream.normal), [4, WIDTH]);
const many = tensor(draws(32 * WIDTH, stream.normal), [32, WIDTH]);

function problemOf(bits: number, x: Tensor): PowerProblem {
  const groups = scaleGroups(x.shape, sharedScale("test", {groupSize: WIDTH}));
  return {
    x: x.data,
    groups,
    amax: groupAbsMax(x.data, groups),
    bits,
    scaleOf: (amax, {magnitudes}) => Math.fround(amax / magnitudes[magnitudes.length - 1]),
  };
}

describe("the exponent", () => {
  test.each([2, 3, 4, 5, 8])("1 is plain integers of %i bits, ties and all", (bits) => {
    const ties = tensor([7, 0.5, 1.5, -2.5, 3, 6.5, -6.5, 0, -0.5]);
    for (const values of [x, ties]) {
      const [power, plain] = [nupes({bits, exponent: 1}), int({bits})];
      expect(power.decode(power.encode(values)).data).toEqual(plain.decode(plain.encode(values)).data);
    }
  });

  test.each([
    [4, 0.01819, 0.0247],
    [8, 5.53e-5, 7.49e-5],
  ])("of least error on normal values at %i bits is near 0.7", (bits, least, uniform) => {
    const problem = problemOf(bits, many);
    expect(searchExponent(problem)).toBeGreaterThanOrEqual(Math.fround(0.66));
    expect(searchExponent(problem)).toBeLessThanOrEqual(Math.fround(0.74));
    // The squares of 32 largest magnitudes differ by a seventh each: 6 % is two standard errors of their mean.
    expect(Math.abs(powerError(problem, Math.fround(0.7)) / many.data.length / least - 1)).toBeLessThan(0.06);
    expect(Math.abs(powerError(problem, 1) / many.data.length / uniform - 1)).toBeLessThan(0.06);
  });

  test("that is searched has the least error of all that are listed", () => {
    const problem = problemOf(4, x);
    const all = Array.from({length: 36}, (_, i) => Math.fround((15 + i) / 50));
    const errors = all.map((a) => powerError(problem, a));
    expect(powerError(problem, searchExponent(problem))).toBe(errors.reduce((a, b) => Math.min(a, b)));
  });

  test("that is learned from 1 is as good within a hundredth as the best that is listed", () => {
    const problem = problemOf(4, x);
    const learned = learnExponent(problem);
    expect(learned).toBeLessThan(0.8);
    expect(powerError(problem, learned)).toBeLessThan(1.01 * powerError(problem, searchExponent(problem)));
  });

  test("has a gradient that points down the valley from both sides", () => {
    const shares = x.data.map((value) => value / 4.5);
    expect(exponentGradient(shares, 4, 1)).toBeGreaterThan(0);
    expect(exponentGradient(shares, 4, 0.35)).toBeLessThan(0);
    expect(exponentGradient(new Float32Array(4), 4, 0.5)).toBe(0);
    expect(exponentGradient(Float32Array.of(1e-9, 1), 4, 0.5)).toBeCloseTo(0, 12);
  });
});

describe("the format", () => {
  test("1/2 has squares for levels, which products take as integers", () => {
    const format = nupes({exponent: 0.5});
    const {levels, scales} = format.levels!(format.encode(tensor([49, 1, -4, 9.2, -36, 0], [1, 6])))!;
    expect([...levels]).toEqual([49, 1, -4, 9, -36, 0]);
    expect([...scales]).toEqual([1]);
    expect(nupes().levels).toBeUndefined();
  });

  test("keeps products in the power domain: the product of two codes is the code of the product", () => {
    const format = nupes({exponent: 0.5, groupSize: 8});
    const [a, b] = [4, 9];
    const code = (value: number) => format.levels!(format.encode(tensor([49, value], [1, 2])))!.levels[1];
    expect(Math.sqrt(code(a)) * Math.sqrt(code(b))).toBe(Math.sqrt(a * b));
  });

  test("stores its exponent, holds zeros and one value, and loses less than plain integers", () => {
    const format = nupes();
    const packed = format.encode(x);
    expect(unpackTensorScale(packed.parts.exponent)).toBeLessThan(1);
    const back = tensorError(x.data, format.decode(packed).data).mse;
    const plain = int({bits: 4});
    expect(back).toBeLessThan(tensorError(x.data, plain.decode(plain.encode(x)).data).mse);
    expect([...format.decode(format.encode(tensor([0, 0]))).data]).toEqual([0, 0]);
    expect(format.decode(format.encode(tensor([-2]))).data[0]).toBeCloseTo(-2, 2);
  });

  test("refuses options out of range and what is not finite", () => {
    expect(() => nupes({bits: 9})).toThrow("nupes: bits must be an integer from 2 to 8, got 9");
    expect(() => nupes({exponent: 0})).toThrow(
      "nupes: exponent must be search, learn or a number from 0.1 to 2, got 0",
    );
    expect(() => nupes().encode(tensor([Number.NaN]))).toThrow(
      "nupes4: x must be finite, got NaN at index 0",
    );
  });
});
