import {describe, expect, test} from "vitest";
import {levelsQuantize} from "../../../src/lib/formats/codebook/levels.js";
import {nf4, nf4Format, nf4Levels} from "../../../src/lib/formats/codebook/nf4.js";
import {e2m1, e3m4, e4m3fn, e5m2, f16} from "../../../src/lib/formats/element.js";
import {bf16, fp8E4m3, fp8E5m2, fp16, fp32, plainFloat} from "../../../src/lib/formats/float/float.js";
import {fp3, fp4, scaledFloat} from "../../../src/lib/formats/float/float-scaled.js";
import type {Format} from "../../../src/lib/formats/format.js";
import {bitsPerElement} from "../../../src/lib/formats/pack.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const roundTrip = (format: Format, values: number[]) => [
  ...format.decode(format.encode(tensor(values))).data,
];

describe("plain floating-point formats", () => {
  test("fp32 keeps every bit, NaN and infinities included", () => {
    const values = [1.1, -0, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** -149].map(Math.fround);
    expect(roundTrip(fp32, values)).toEqual(values);
    expect(() => fp32.decode({format: "fp32", shape: [2], parts: {codes: new Uint8Array(7)}})).toThrow(
      "fp32.decode: codes must hold 8 bytes",
    );
  });

  test("fp16 and bf16 round to even, overflow to infinity and keep NaN", () => {
    expect(roundTrip(fp16, [1 + 2 ** -11, 1 + 3 * 2 ** -11, 65520, Number.NaN])).toEqual([
      1,
      1 + 2 ** -9,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
    expect(roundTrip(bf16, [1 + 2 ** -8, -(1 + 3 * 2 ** -8), Number.NEGATIVE_INFINITY])).toEqual([
      1,
      -(1 + 2 ** -6),
      Number.NEGATIVE_INFINITY,
    ]);
  });

  test("fp8 saturates finite numbers, keeps NaN and refuses infinity, which it could only cut", () => {
    expect(roundTrip(fp8E4m3, [1e6, -1e6, Number.NaN])).toEqual([448, -448, Number.NaN]);
    expect(roundTrip(fp8E5m2, [1e6])).toEqual([57344]);
    expect(() => fp8E4m3.encode(tensor([0, Number.POSITIVE_INFINITY]))).toThrow(
      "fp8_e4m3: values must be finite or NaN, got Infinity at index 1",
    );
    expect(roundTrip(plainFloat(e5m2, {overflow: "inf"}), [1e6, Number.NEGATIVE_INFINITY])).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(roundTrip(plainFloat(e4m3fn, {overflow: "nan"}), [1e6])).toEqual([Number.NaN]);
  });

  test("an element without NaN refuses it", () => {
    expect(() => plainFloat(e2m1).encode(tensor([Number.NaN]))).toThrow("got NaN at index 0");
  });

  test("are named by element and what differs from the default", () => {
    expect(plainFloat(e3m4).id).toBe("fp8_e3m4");
    expect(plainFloat(e2m1).id).toBe("fp4_plain");
    expect(plainFloat(f16, {rounding: "toward-zero"}).id).toBe("fp16_toward_zero");
    expect(plainFloat(e5m2, {overflow: "inf"}).id).toBe("fp8_e5m2_inf");
  });
});

describe("scaled floating-point formats", () => {
  test("send the largest magnitude of a group to the largest value", () => {
    expect(roundTrip(fp4, [12, -6, 1, 0])).toEqual([12, -6, 1, 0]);
    expect(roundTrip(fp3, [8, -4, 3, 0.9])).toEqual([8, -4, 4, 0]);
  });

  test("use the scale as it is stored, not as it was computed", () => {
    const [largest] = roundTrip(fp4, [1, 0.01]);
    const halfScale = f16.values[f16.values.findIndex((v) => v > 1 / 6) - 1];
    expect([halfScale * 6, Math.fround((halfScale + 2 ** -13) * 6)]).toContain(largest);
  });

  test("count their bits", () => {
    expect(bitsPerElement(fp4.encode(tensor(new Float32Array(256))))).toBe(4.125);
    expect(bitsPerElement(fp3.encode(tensor(new Float32Array(256))))).toBe(3.125);
    expect(scaledFloat({element: e4m3fn, granularity: "tensor"}).id).toBe("fp8_e4m3_tensor");
    expect(scaledFloat({groupSize: 32, rounding: "half-away"}).id).toBe("fp4_g32_half_away");
  });

  test("stay finite for the largest numbers and refuse what is not", () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    for (const granularity of ["tensor", "group"] as const) {
      expect(roundTrip(scaledFloat({granularity}), [largest, 1]).every(Number.isFinite)).toBe(true);
    }
    expect(() => fp4.encode(tensor([1, Number.NEGATIVE_INFINITY]))).toThrow("got -Infinity at index 1");
  });
});

describe("nf4", () => {
  test("is the nearest of 16 levels times the largest magnitude", () => {
    expect(roundTrip(nf4Format({scaleType: "f32"}), [2, -2, 0, 0.9])).toEqual(
      [2, -2, 0, 2 * 0.44070982933044434].map(Math.fround),
    );
  });

  test("takes the lower level at a midpoint, or the rule it is given", () => {
    const middle = Math.fround((0.7229568362236023 + 1) / 2);
    const code = (ties: "half-down" | "half-up") =>
      levelsQuantize(nf4Levels, tensor([1, middle]), {ties, scaleType: "f32"}).codes[1];
    expect([code("half-down"), code("half-up")]).toEqual([14, 15]);
  });

  test("keeps zero groups zero and takes 4.25 bits per element", () => {
    expect(roundTrip(nf4, [0, -0, 0]).map((v) => v + 0)).toEqual([0, 0, 0]);
    expect(bitsPerElement(nf4.encode(tensor(new Float32Array(128))))).toBe(4.25);
    expect(nf4Format({groupSize: 16, amaxFloor: 1e-7}).id).toBe("nf4_g16_floor1e-7");
  });

  test("refuses NaN by its index", () => {
    expect(() => nf4.encode(tensor([1, Number.NaN]))).toThrow("nf4: x must be finite, got NaN at index 1");
  });
});
