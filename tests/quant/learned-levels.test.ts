import {describe, expect, test} from "vitest";
import {calibrate, outputError} from "../../src/lib/engine/calibration/calibration.js";
import {packedBytes} from "../../src/lib/formats/format.js";
import {int} from "../../src/lib/formats/int.js";
import {isPowerFormat, nupes, packedExponent} from "../../src/lib/formats/power/nupes.js";
import {formats} from "../../src/lib/formats/registry.js";
import {learnedLevels} from "../../src/lib/quant/learned-levels/method.js";
import {learnLevels, placeOf} from "../../src/lib/quant/learned-levels/row.js";
import {learnedRounding} from "../../src/lib/quant/learned-rounding.js";
import {roundToNearest} from "../../src/lib/quant/rtn.js";
import {activations, gaussian} from "./helpers.js";

const calibration = calibrate([activations(1, 80, 24)]);
const w = gaussian(2, [6, 24]);
const DESCENT = {steps: 60, rate: 0.4};

describe("a row", () => {
  const integers = Float64Array.from({length: 9}, (_, i) => i - 4);
  const row = (h: number[], own: number[]) => ({
    w: Float64Array.from(own),
    levels: own.map(() => integers),
    h: Float64Array.from(h),
  });

  test("has places between levels by the share of the gap, and none beyond them", () => {
    expect([-9, -4, 0.25, 3.5, 4, 7].map((value) => placeOf(integers, value))).toEqual([
      0, 0, 4.25, 7.5, 8, 8,
    ]);
  });

  test("goes to the nearest where inputs have nothing in common", () => {
    const {values, error, nearestError} = learnLevels(row([1, 0, 0, 1], [0.3, 1.8]), DESCENT);
    expect([...values]).toEqual([0, 2]);
    expect(error).toBe(nearestError);
  });

  test("lets errors cancel where inputs move together, over more than the neighbours", () => {
    // The first weight lies beyond its levels: the second makes up for it, four levels away from its own value.
    const {values, error, nearestError} = learnLevels(row([1, 0.999, 0.999, 1], [7.9, -3.1]), {
      steps: 200,
      rate: 0.2,
    });
    expect([...values]).toEqual([4, 1]);
    expect(error).toBeLessThan(nearestError / 5);
  });
});

test.each(["nupes3", "nupes4_a0.5", "int3", "nvfp4"])(
  "never raises the error on the calibration inputs, in the bytes of %s",
  (id) => {
    const nearest = roundToNearest(w, formats[id]);
    const learned = learnedLevels(w, calibration, formats[id]);
    expect(packedBytes(learned.packed)).toBe(packedBytes(nearest.packed));
    expect(formats[id].decode(learned.packed)).toEqual(learned.weight);
    const errors = [learned, nearest].map(({weight}) => outputError(w, weight, calibration));
    expect(errors[0]).toBeLessThan(0.97 * errors[1]);
  },
);

test("is that of integers where the exponent is one", () => {
  const [power, plain] = [nupes({bits: 4, exponent: 1}), int({bits: 4})].map((format) =>
    learnedLevels(w, calibration, format),
  );
  expect(power.weight).toEqual(plain.weight);
});

test("learns an exponent that loses no more than the format's own, even without its levels", () => {
  const format = formats.nupes3;
  if (!isPowerFormat(format)) throw new Error("nupes3 has an exponent");
  const {packed} = learnedLevels(w, calibration, format);
  const under = format.under(packedExponent(packed));
  const errors = [under, format].map((each) => outputError(w, each.decode(each.encode(w)), calibration));
  expect(errors[0]).toBeLessThanOrEqual(errors[1]);
  expect(isPowerFormat(nupes({exponent: 0.5}))).toBe(false);
  expect(() => format.under(3)).toThrow("a number from 0.1 to 2, got 3");
});

test("finds more than choices between neighbours", () => {
  const errors = [learnedLevels, learnedRounding].map((method) =>
    outputError(w, method(w, calibration, formats.int3).weight, calibration),
  );
  expect(errors[0]).toBeLessThan(errors[1]);
});

test("refuses other inputs", () => {
  expect(() => learnedLevels(gaussian(1, [2, 3]), calibration, formats.nupes4)).toThrow(
    "w must have the calibration's 24 inputs, got 3",
  );
});
