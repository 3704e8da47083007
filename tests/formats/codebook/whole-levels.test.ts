import {describe, expect, test} from "vitest";
import {bipolar, bipolarValues} from "../../../src/lib/formats/codebook/bipolar.js";
import {shift, shiftValues} from "../../../src/lib/formats/codebook/shift.js";
import {valuesOf} from "../../../src/lib/formats/grouped-levels.js";
import {bitsPerElement, unpackCodes} from "../../../src/lib/formats/pack.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

const stream = randomStream(5, "whole levels");
const x = {shape: [4, 256], data: draws(1024, () => stream.normal())};
const ALL = [...[1, 2, 3, 4, 8].map((bits) => bipolar(bits)), ...[2, 3, 4].map((bits) => shift(bits))];

describe.each(ALL.map((format) => [format.id, format] as const))("%s", (_, format) => {
  const {bits} = format.codebook;

  test("takes its bits and a scale a group", () => {
    expect(bitsPerElement(format.encode(x))).toBe(bits + 16 / 128);
  });

  test("has no zero, and its codes mirror each other", () => {
    expect(format.decode(format.encode(x)).data.some((value) => value === 0)).toBe(false);
    const values = format.codebook.values;
    expect([...values].sort((a, b) => a - b)).toEqual(values.map((value) => -value).sort((a, b) => a - b));
  });

  test("gives a group of zeros back", () => {
    const zeros = {shape: [1, 128], data: new Float32Array(128)};
    expect(format.decode(format.encode(zeros)).data.every((value) => value === 0)).toBe(true);
  });

  test("has its values as whole levels, where a byte holds them", () => {
    const packed = format.encode(x);
    const levels = format.levels?.(packed) ?? null;
    expect(levels === null).toBe(format.codebook.values.some((value) => value > 127 || value < -128));
    if (levels !== null) expect(valuesOf(levels)).toEqual(format.decode(packed).data);
  });
});

test("bipolar integers are the odd ones, 2u - (2^n - 1)", () => {
  expect(bipolarValues(1)).toEqual([-1, 1]);
  expect(bipolarValues(3)).toEqual([-7, -5, -3, -1, 1, 3, 5, 7]);
});

test("bipolar codes are those of the rule, rounded half to even", () => {
  const format = bipolar(3, {granularity: "tensor"});
  const packed = format.encode({shape: [8], data: Float32Array.of(7, 6, 4, 2, 0, -2, -5.5, -7)});
  // (x + 7) / 2 is 7, 6.5, 5.5, 4.5, 3.5, 2.5, 0.75 and 0.
  expect([...unpackCodes(packed.parts.codes, 3, 8)]).toEqual([7, 6, 6, 4, 4, 2, 1, 0]);
});

test("bipolar integers keep what they can hold", () => {
  for (const format of ALL.filter(({family}) => family === "int")) {
    const once = format.decode(format.encode(x));
    expect(format.decode(format.encode(once))).toEqual(once);
  }
});

test("shifts err by at most a third of a number above the smallest power", () => {
  const format = shift(3, {granularity: "tensor"});
  const data = Float32Array.from({length: 400}, (_, i) => (i + 1) / 100);
  const decoded = format.decode(format.encode({shape: [400], data})).data;
  // Powers 1, 2, 4, 8 times 4 / 12: from 1/3 to 8/3.
  for (const [i, value] of data.entries()) {
    if (value >= 1 / 3) expect(Math.abs(decoded[i] - value)).toBeLessThanOrEqual(value / 3 + 1e-6);
  }
});

test("shifts are signed powers of two up to 2^(2^(bits - 1) - 1)", () => {
  expect(shiftValues(2)).toEqual([1, 2, -1, -2]);
  expect(shiftValues(3)).toEqual([1, 2, 4, 8, -1, -2, -4, -8]);
  expect(shiftValues(4).at(7)).toBe(128);
});

test("refuses bits that are no format", () => {
  expect(() => bipolar(9)).toThrow("bipolar: bits must be");
  expect(() => shift(5)).toThrow("shift: bits must be");
});
