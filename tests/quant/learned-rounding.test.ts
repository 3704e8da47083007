import {describe, expect, test} from "vitest";
import {calibrate, outputError} from "../../src/lib/engine/calibration/calibration.js";
import {packedBytes} from "../../src/lib/formats/format.js";
import {formats} from "../../src/lib/formats/registry.js";
import {learnedRounding, learnRow, type RoundingRow} from "../../src/lib/quant/learned-rounding.js";
import {roundToNearest} from "../../src/lib/quant/rtn.js";
import {activations, gaussian} from "./helpers.js";

const calibration = calibrate([activations(1, 80, 24)]);
const w = gaussian(2, [6, 24]);

describe("a row", () => {
  const row = (h: number[], w: number[]): RoundingRow => ({
    w: Float64Array.from(w),
    below: Float64Array.from(w, Math.floor),
    above: Float64Array.from(w, (value) => Math.floor(value) + 1),
    h: Float64Array.from(h),
  });

  test("goes to the nearest where inputs have nothing in common", () => {
    const {values, error, nearestError} = learnRow(row([1, 0, 0, 1], [0.3, 1.8]));
    expect([...values]).toEqual([0, 2]);
    expect(error).toBe(nearestError);
  });

  test("lets errors cancel where inputs move together", () => {
    const {values, error, nearestError} = learnRow(row([1, 0.99, 0.99, 1], [0.3, 0.48]));
    expect([...values].sort()).toEqual([0, 1]);
    expect(error).toBeLessThan(nearestError / 5);
  });

  test("on the grid stays there", () => {
    expect([...learnRow(row([1, 0, 0, 1], [3, -2])).values]).toEqual([3, -2]);
  });
});

test.each(["fp4", "int3", "fp8_e4m3", "fp4_searched", "nvfp4", "mxfp4"])(
  "never raises the error on the calibration inputs, in the bytes of %s",
  (id) => {
    const nearest = roundToNearest(w, formats[id]);
    const learned = learnedRounding(w, calibration, formats[id]);
    expect(packedBytes(learned.packed)).toBe(packedBytes(nearest.packed));
    const errors = [learned, nearest].map(({weight}) => outputError(w, weight, calibration));
    expect(errors[0]).toBeLessThanOrEqual(errors[1]);
    if (formats[id].codebook.bits < 8) expect(errors[0]).toBeLessThan(0.95 * errors[1]);
  },
);

test("goes to a neighbour on either side, never further", () => {
  const {weight} = learnedRounding(w, calibration, formats.int3);
  const nearest = roundToNearest(w, formats.int3).weight;
  const apart = weight.data.map((value, i) => Math.abs(value - nearest.data[i]));
  const step = nearest.data.reduce((least, value) => (value > 0 && value < least ? value : least), Infinity);
  expect(apart.every((distance) => distance < 1.5 * step * 4)).toBe(true);
  expect(apart.some((distance) => distance > 0)).toBe(true);
});

test("refuses other inputs", () => {
  expect(() => learnedRounding(gaussian(1, [2, 3]), calibration, formats.fp4)).toThrow(
    "w must have the calibration's 24 inputs, got 3",
  );
});
