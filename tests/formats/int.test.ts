import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type IntOptions, int, intDequantize, intQuantize, intRules} from "../../src/lib/formats/int.js";
import {bitsPerElement} from "../../src/lib/formats/pack.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../src/lib/tensor/tensor.js";

const normal = (count: number, seed = 3): Float32Array => {
  const stream = randomStream(seed);
  return draws(count, () => stream.normal());
};

const roundTrip = (x: Tensor, options: IntOptions): Float32Array => {
  const format = int(options);
  return format.decode(format.encode(x)).data;
};

const widths = [2, 3, 4, 5, 6, 7, 8];

describe.each(widths)("%i bits", (bits) => {
  test("symmetric codes are round(x / s) for s = amax / qmax, worked out by hand", () => {
    const x = normal(64);
    const qmax = 2 ** (bits - 1) - 1;
    const {codes, scales} = intQuantize(tensor(x), {bits, granularity: "tensor"});
    const scale = Math.fround(Math.max(...x.map(Math.abs)) / qmax);
    expect([...scales]).toEqual([scale]);
    const signed = Array.from(codes, (code) => (code > qmax ? code - 2 ** bits : code));
    expect(signed).toEqual(Array.from(x, (value) => Math.round(Math.fround(value / scale)) + 0));
    expect(Math.max(...signed.map(Math.abs))).toBe(qmax);
  });

  test("asymmetric groups use all codes, keep 0 exact and err by at most half a step", () => {
    const x = normal(256).map((value) => value + 1);
    const options: IntOptions = {bits, scheme: "asym", groupSize: 64, scaleType: "f32"};
    const {codes, scales, zeroPoints} = intQuantize(tensor(x), options);
    const y = roundTrip(tensor(x), options);
    x.forEach((value, i) => {
      const scale = scales[Math.floor(i / 64)];
      expect(Math.abs(y[i] - value)).toBeLessThanOrEqual(scale * (1 + 1e-5));
    });
    expect(Math.max(...codes)).toBe(2 ** bits - 1);
    expect(zeroPoints!.every((zero) => zero >= 0 && zero < 2 ** bits)).toBe(true);
    expect(roundTrip(tensor([0, 1, 5]), options)[0]).toBe(0);
  });

  test("packed bytes are the bits it claims", () => {
    const x = tensor(normal(2 * 256), [2, 256]);
    expect(bitsPerElement(int({bits}).encode(x))).toBe(bits + 16 / 128);
    expect(bitsPerElement(int({bits, scheme: "asym"}).encode(x))).toBeCloseTo(bits + (16 + bits) / 128, 1);
    expect(bitsPerElement(int({bits, granularity: "token"}).encode(x))).toBe(bits + 32 / 256);
  });

  test("any tensor errs by at most half a step, and quantizing twice changes nothing", () => {
    const values = fc.array(fc.float({noNaN: true, min: -1000, max: 1000}), {minLength: 1, maxLength: 40});
    fc.assert(
      fc.property(values, (list) => {
        const options: IntOptions = {bits, groupSize: 8, scaleType: "f32"};
        // Where the scale itself is subnormal its own rounding is more than half a step.
        const x = tensor(list.map((value) => (Math.abs(value) < 1e-30 ? 0 : value)));
        const {scales} = intQuantize(x, options);
        const y = roundTrip(x, options);
        x.data.forEach((value, i) => {
          expect(Math.abs(y[i] - value)).toBeLessThanOrEqual(scales[Math.floor(i / 8)] * (0.5 + 1e-4));
        });
        const again = roundTrip(tensor(y), options);
        again.forEach((value, i) => {
          expect(value).toBeCloseTo(y[i], 3);
        });
      }),
      {seed: 6, numRuns: 60},
    );
  });
});

describe("granularity", () => {
  const x = tensor([1, -2, 3, 40, 50, -60], [2, 3]);
  const scalesOf = (options: IntOptions) => [
    ...intQuantize(x, {bits: 8, scaleType: "f32", ...options}).scales,
  ];
  const over127 = (...amax: number[]) => amax.map((a) => Math.fround(a / 127));

  test("is what shares a scale", () => {
    expect(scalesOf({granularity: "tensor"})).toEqual(over127(60));
    expect(scalesOf({granularity: "channel"})).toEqual(over127(3, 60));
    expect(scalesOf({granularity: "token"})).toEqual(over127(3, 60));
    expect(scalesOf({granularity: "channel", axis: 0})).toEqual(over127(40, 50, 60));
    expect(scalesOf({groupSize: 2})).toEqual(over127(2, 3, 50, 60));
    expect(scalesOf({groupSize: 2, axis: 0})).toEqual(over127(40, 50, 60));
  });

  test("comes back from packed bytes the same for every granularity and shape", () => {
    for (const granularity of ["tensor", "channel", "token", "group"] as const) {
      for (const scheme of ["symmetric", "asym"] as const) {
        for (const shape of [[60], [4, 15], [15, 4], [3, 4, 5]]) {
          const t = tensor(normal(60), shape);
          const options: IntOptions = {bits: 3, granularity, groupSize: 7, scheme};
          expect(roundTrip(t, options)).toEqual(intDequantize(intQuantize(t, options), shape, options).data);
        }
      }
    }
  });
});

describe("schemes", () => {
  test("x2_15 is the rule of Quamba2: 7.5 steps to the maximum, which clips on one side", () => {
    const {codes, scales} = intQuantize(tensor([15, -15, 2, -3]), {scheme: "x2_15", scaleType: "f32"});
    expect(scales[0]).toBe(2);
    expect([...codes]).toEqual([7, 8, 1, 14]);
  });

  test("full may use the lowest code where the amax is clipped, restricted never does", () => {
    const options = {granularity: "tensor", clipRatio: 0.5} as const;
    expect([...intQuantize(tensor([-8, 8]), {...options, scheme: "full"}).codes]).toEqual([8, 7]);
    expect([...intQuantize(tensor([-8, 8]), {...options, scheme: "symmetric"}).codes]).toEqual([9, 7]);
  });

  test("a group far from 0 survives the plain rule; AWQ's own loses it", () => {
    const x = tensor([5, 5, 5, 5]);
    const plain = roundTrip(x, {scheme: "asym", scaleType: "f32"});
    for (const value of plain) expect(value).toBeCloseTo(5, 5);
    const awq = roundTrip(x, {scheme: "asym", scaleType: "f32", rule: intRules.awq});
    expect(awq[0]).toBeCloseTo(1e-5, 8);
  });

  test("bitmod keeps the scale within its limits", () => {
    expect(intQuantize(tensor([1e-9]), {rule: intRules.bitmod, scaleType: "f32"}).scales[0]).toBe(
      Math.fround(1e-5),
    );
    expect(intQuantize(tensor([1e9]), {rule: intRules.bitmod, scaleType: "f32"}).scales[0]).toBe(1e4);
  });

  test("smoothquant floors amax at 1e-5", () => {
    const {scales} = intQuantize(tensor([0]), {bits: 8, rule: intRules.smoothquant, scaleType: "f32"});
    expect(scales[0]).toBe(Math.fround(Math.fround(1e-5) / 127));
  });
});

describe("edge cases", () => {
  test("zero groups decode to zeros in every scheme", () => {
    for (const scheme of ["symmetric", "full", "x2_15", "asym"] as const) {
      expect([...roundTrip(tensor([0, -0, 0]), {scheme})].map((x) => x + 0)).toEqual([0, 0, 0]);
    }
  });

  test("the smallest and largest float32 numbers do not become NaN or infinite", () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    for (const scheme of ["symmetric", "x2_15", "asym"] as const) {
      for (const scaleType of ["f16", "f32"] as const) {
        for (const value of [2 ** -149, 2 ** -126, largest]) {
          const y = roundTrip(tensor([value, -value, 0]), {scheme, scaleType});
          expect(y.every(Number.isFinite)).toBe(true);
        }
      }
    }
    expect(roundTrip(tensor([2 ** -149]), {scaleType: "f32"})[0]).toBe(2 ** -149);
  });

  test("empty tensors pack into no bytes but a scale where the tensor has one", () => {
    for (const scheme of ["symmetric", "asym"] as const) {
      const format = int({scheme});
      const packed = format.encode(tensor([], [3, 0]));
      expect(Object.values(packed.parts).every((part) => part.length === 0)).toBe(true);
      expect(format.decode(packed).shape).toEqual([3, 0]);
    }
    const whole = int({granularity: "tensor"});
    expect(whole.decode(whole.encode(tensor([], [0]))).data.length).toBe(0);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "%f is refused by its index",
    (value) => {
      expect(() => int().encode(tensor([1, 2, value]))).toThrow(`x must be finite, got ${value} at index 2`);
    },
  );

  test("a cut or missing zero point is refused", () => {
    const format = int({scheme: "asym"});
    const packed = format.encode(tensor(normal(256)));
    const {zeroPoints, ...parts} = packed.parts;
    expect(zeroPoints.length).toBe(1);
    expect(() => format.decode({...packed, parts})).toThrow("zeroPoints must hold 1 bytes");
  });
});

describe("options", () => {
  test("stand in the id, the defaults do not", () => {
    const ids = (
      [
        {},
        {bits: 8, granularity: "tensor"},
        {scheme: "asym", groupSize: 32},
        {scheme: "x2_15", scaleType: "f32"},
        {bits: 8, granularity: "channel", scaleType: "f16"},
        {rule: intRules.awq, scheme: "asym", rounding: "half-away"},
        {clipRatio: 0.9, axis: 0},
      ] satisfies IntOptions[]
    ).map((options) => int(options).id);
    expect(ids).toEqual([
      "int4",
      "int8_tensor",
      "int4_g32_asym",
      "int4_f32_x2_15",
      "int8_channel_f16",
      "int4_asym_awq_half_away",
      "int4_axis0_clip0.9",
    ]);
  });

  test("out of range are refused", () => {
    expect(() => int({bits: 9})).toThrow("int: bits must be an integer from 2 to 8, got 9");
    expect(() => int({scheme: "sym" as "asym"})).toThrow(
      "int: scheme must be one of symmetric, full, x2_15, asym, got sym",
    );
    expect(() => int({groupSize: 0})).toThrow("int: groupSize must be an integer of at least 1, got 0");
    expect(() => int({granularity: "row" as "token"})).toThrow(
      "granularity must be one of tensor, channel, token, group",
    );
    expect(() => int({scaleType: "f8" as "f16"})).toThrow("int: scaleType must be one of f16, f32, got f8");
    expect(() => int({clipRatio: 0})).toThrow("int: clipRatio must be above 0 and at most 1, got 0");
  });
});
