import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {int} from "../../../src/lib/formats/int.js";
import {
  applySwitches,
  fitSwitches,
  quantizeInputs,
  quantizeSwitched,
} from "../../../src/lib/formats/switches/quantize-switched.js";
import {switched} from "../../../src/lib/formats/switches/switched-format.js";
import {
  LEVEL_KINDS,
  LEVEL_ROUNDINGS,
  RANGE_RULES,
  type SwitchOptions,
} from "../../../src/lib/formats/switches/switches.js";
import {tensorError} from "../../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const normal = (shape: number[], seed = 1) => {
  const stream = randomStream(seed, "switches");
  return tensor(
    draws(
      shape.reduce((a, b) => a * b),
      stream.normal,
    ),
    shape,
  );
};

const everySetting: SwitchOptions[] = LEVEL_KINDS.flatMap((levels) =>
  RANGE_RULES.flatMap((range) =>
    LEVEL_ROUNDINGS.flatMap((rounding) =>
      (["tensor", "channel", "group"] as const).map((granularity) => ({
        levels,
        range,
        rounding,
        granularity,
        groupSize: 5,
        bits: 3,
      })),
    ),
  ),
);

const sqnr = (x: ReturnType<typeof normal>, options: SwitchOptions) =>
  tensorError(x.data, quantizeSwitched(x, options).values.data).sqnrDb;

describe("quantizeSwitched", () => {
  test("is the integer format where levels are steps over all of the range", () => {
    const x = normal([3, 17]);
    const schemes = {restricted: "symmetric", full: "x2_15", asymmetric: "asym"} as const;
    for (const [levels, scheme] of Object.entries(schemes)) {
      for (const granularity of ["tensor", "channel", "group"] as const) {
        for (const bits of [2, 4, 8]) {
          const shared = {granularity, groupSize: 8, bits};
          const format = int({...shared, scheme});
          const {values, bytes} = quantizeSwitched(x, {...shared, levels: levels as "full"});
          const packed = format.encode(x);
          expect(values).toEqual(format.decode(packed));
          expect(bytes).toBe(Object.values(packed.parts).reduce((sum, {length}) => sum + length, 0));
        }
      }
    }
  });

  test("gains as much as its steps shrink where values are uniform: 6.02 dB for each bit of many", () => {
    const {uniform} = randomStream(2, "uniform");
    const x = tensor(
      draws(2 ** 13, () => 2 * uniform() - 1),
      [2 ** 13],
    );
    for (let bits = 4; bits < 8; bits++) {
      const gained = sqnr(x, {bits: bits + 1, levels: "full"}) - sqnr(x, {bits, levels: "full"});
      const steps = (2 ** (bits + 1) - 1) / (2 ** bits - 1);
      expect(Math.abs(gained - 20 * Math.log10(steps))).toBeLessThan(0.1);
      if (bits === 7) expect(Math.abs(gained - 6.02)).toBeLessThan(0.1);
    }
  });

  test("gives zeros for zeros, something for odd and empty shapes, and codes in range, in every setting", () => {
    const x = normal([1, 7]);
    for (const options of everySetting) {
      const zeros = quantizeSwitched(tensor(new Float32Array(14), [2, 7]), options);
      expect(zeros.values.data.every((value) => value === 0)).toBe(true);
      const {codes, values} = quantizeSwitched(x, options);
      expect(values.shape).toEqual([1, 7]);
      expect(codes.every((code) => code < 8)).toBe(true);
      expect(values.data.every(Number.isFinite)).toBe(true);
      expect(quantizeSwitched(tensor([], [0, 7]), options).values.data).toHaveLength(0);
    }
  });

  test("has scale 1 and codes of zero for a group of zeros, and keeps a constant group", () => {
    const x = tensor(Float32Array.of(0, 0, 3, 3), [2, 2]);
    const {grid} = fitSwitches(x, {granularity: "channel", levels: "asymmetric"});
    expect(grid.scales[0]).toBe(1);
    expect([...quantizeSwitched(x, {granularity: "channel", levels: "asymmetric"}).codes]).toEqual([
      0, 0, 15, 15,
    ]);
    for (const levels of LEVEL_KINDS) {
      const {values} = quantizeSwitched(x, {granularity: "channel", levels, bits: 4});
      expect(Math.abs(values.data[2] - 3)).toBeLessThan(0.25);
    }
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %s by its index", (bad) => {
    const x = tensor(Float32Array.of(1, bad, 2), [3]);
    for (const levels of LEVEL_KINDS) expect(() => quantizeSwitched(x, {levels})).toThrow(/index 1/);
  });

  test("refuses switches that there are not, by name", () => {
    const x = normal([4]);
    expect(() => quantizeSwitched(x, {bits: 1})).toThrow(/bits/);
    expect(() => quantizeSwitched(x, {levels: "ternary" as "full"})).toThrow(/levels must be one of/);
    expect(() => quantizeSwitched(x, {range: "best" as "mse"})).toThrow(/range must be one of/);
    expect(() => quantizeSwitched(x, {rounding: "up" as "nearest"})).toThrow(/rounding must be one of/);
    expect(() => quantizeSwitched(x, {range: "percentile", percentile: 0})).toThrow(/percentile/);
  });

  test("has no larger error with a range searched for it than with the widest, in each group", () => {
    fc.assert(
      fc.property(
        fc.float32Array({minLength: 1, maxLength: 40, noNaN: true, min: -100, max: 100}),
        fc.constantFrom(...LEVEL_KINDS),
        fc.integer({min: 2, max: 8}),
        (data, levels, bits) => {
          const x = tensor(data, [data.length]);
          const error = (range: "mse" | "minmax") =>
            tensorError(data, quantizeSwitched(x, {levels, bits, range}).values.data).mse;
          expect(error("mse")).toBeLessThanOrEqual(error("minmax") * (1 + 1e-12));
        },
      ),
      {seed: 3, numRuns: 60},
    );
  });

  test("clips what a percentile or an entropy leaves out, and no more in a uniform sample than the levels are worth", () => {
    const x = normal([1, 4096]);
    x.data[17] = 60;
    const most = (range: "minmax" | "percentile" | "entropy") =>
      Math.max(...fitSwitches(x, {bits: 8, range}).grid.scales) * 127;
    expect(most("minmax")).toBeCloseTo(60, 4);
    expect(most("percentile")).toBeLessThan(5);
    expect(most("entropy")).toBeLessThan(30);
    expect(sqnr(x, {bits: 8, range: "mse"})).toBeGreaterThanOrEqual(sqnr(x, {bits: 8}));
  });

  test("rounds by chance to the value on average, and to the same for the same seed", () => {
    const x = tensor(new Float32Array(4000).fill(0.3), [4000]);
    x.data[0] = 1;
    for (const levels of ["restricted", "asymmetric", "log2"] as const) {
      const rounded = quantizeSwitched(x, {levels, bits: 3, rounding: "stochastic"}).values.data;
      const mean = rounded.reduce((sum, value) => sum + value, 0) / rounded.length;
      expect(Math.abs(mean - 0.3)).toBeLessThan(0.01);
      expect(quantizeSwitched(x, {levels, bits: 3, rounding: "stochastic"}).values.data).toEqual(rounded);
      const other = quantizeSwitched(x, {levels, bits: 3, rounding: "stochastic", seed: 9});
      expect(other.values.data).not.toEqual(rounded);
    }
  });

  test("takes ties to the even step", () => {
    const x = tensor(Float32Array.of(7, 0.5, 1.5, 2.5, -0.5, -1.5), [6]);
    expect([...quantizeSwitched(x).values.data].map((value) => value + 0)).toEqual([7, 0, 2, 2, 0, -2]);
  });

  test("has zero and signed powers of two of the largest magnitude as its levels of log2", () => {
    const x = tensor(Float32Array.of(8, 3.9, -1.1, 0.1, 0), [5]);
    const {values} = quantizeSwitched(x, {levels: "log2", bits: 3});
    expect([...values.data]).toEqual([8, 4, -2, 0, 0]);
  });

  test("fits static scales to one tensor and rounds another, clipped", () => {
    const seen = normal([16, 8], 5);
    const next = normal([3, 8], 6);
    next.data[0] = 100;
    const found = quantizeInputs(next, seen, {bits: 8});
    expect(found.values).toEqual(applySwitches(next, fitSwitches(seen, {bits: 8})).values);
    expect(found.values.data[0]).toBeLessThan(5);
    expect(quantizeInputs(next, null, {bits: 8}).values).toEqual(quantizeSwitched(next, {bits: 8}).values);
    expect(() => quantizeInputs(next, seen, {granularity: "token"})).toThrow(/granularity must be tensor/);
    expect(() => applySwitches(next, fitSwitches(seen, {granularity: "channel"}))).toThrow(/groups/);
  });
});

describe("switched", () => {
  test("packs into the bytes that the engine counts and back to its values, in every setting", () => {
    const x = normal([1, 7]);
    for (const options of everySetting) {
      const format = switched(options);
      const packed = format.encode(x);
      const {values, bytes} = quantizeSwitched(x, options);
      expect(format.decode(packed)).toEqual(values);
      expect(Object.values(packed.parts).reduce((sum, {length}) => sum + length, 0)).toBe(bytes);
    }
  });

  test("has an id of its own for each setting", () => {
    const ids = new Set(everySetting.map((options) => switched(options).id));
    // Fitted levels have no range.
    expect(ids.size).toBe(4 * 4 * 2 * 3 + 2 * 3);
  });
});
