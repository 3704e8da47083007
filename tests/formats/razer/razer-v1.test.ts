import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {razerZeroPoint} from "../../../src/cli/conformance/released/razer-zero-point.js";
import {e2m1, fp3} from "../../../src/lib/formats/element.js";
import {packedBytes} from "../../../src/lib/formats/format.js";
import {mxfp4} from "../../../src/lib/formats/mx/mx.js";
import {
  mxfp4Razer,
  mxfp4RazerQuantize,
  nvfp4Razer,
  nvfp4RazerQuantize,
} from "../../../src/lib/formats/razer/razer-blog.js";
import {dequantizeSpecials, specialCodebook} from "../../../src/lib/formats/razer/razer-search.js";
import {razerV1, razerV1Block, razerV1Quantize} from "../../../src/lib/formats/razer/razer-v1.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";

const normal = (shape: readonly number[], seed = 1): Tensor => {
  const stream = randomStream(seed, "razer v1 test");
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({length: count}, () => stream.normal()),
    shape,
  );
};

const squaredError = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0);

const roundTrip = (format: ReturnType<typeof razerV1>, x: Tensor) => format.decode(format.encode(x));

describe("specialCodebook", () => {
  test("has sixteen levels in order, the special value at code 8", () => {
    const {levels, codes, largest} = specialCodebook(e2m1, -5);
    expect([...levels]).toEqual([-6, -5, -4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 6]);
    expect(codes[1]).toBe(8);
    expect(largest).toBe(6);
  });

  test("of FP3 has eight", () => {
    expect([...specialCodebook(fp3, 6).levels.subarray(0, 8)]).toEqual([-4, -2, -1, 0, 1, 2, 4, 6]);
    expect(specialCodebook(fp3, -6).largest).toBe(6);
  });

  test("adds no level for a value that is one, or for none", () => {
    expect(new Set(specialCodebook(e2m1, 4).levels).size).toBe(15);
    expect(new Set(specialCodebook(e2m1, null).levels).size).toBe(15);
  });

  test("refuses wide bases and values that are not finite", () => {
    expect(() => specialCodebook({bits: 5, values: []}, 1)).toThrow(
      "specialCodebook: base must have at most 4 bits, got 5",
    );
    expect(() => specialCodebook(e2m1, Number.POSITIVE_INFINITY)).toThrow(
      "specialCodebook: special must be a finite number, got Infinity",
    );
  });
});

describe("razerV1", () => {
  test("chooses the special value by hand-checkable error", () => {
    const candidates = razerV1Block(Float32Array.of(5, 6, -6, 1));
    expect(candidates.map(({special}) => special)).toEqual([5, -5, 8, -8]);
    expect(candidates.map(({scale}) => scale)).toEqual([1, 1, 0.75, 0.75]);
    expect(candidates[0]).toMatchObject({error: 0, chosen: true});
    expect([...candidates[0].codes]).toEqual([8, 7, 15, 2]);
    expect([...candidates[1].values]).toEqual([4, 6, -6, 1]);
    expect(candidates[1].error).toBe(0.25);
  });

  test.each([
    [e2m1, [5, -5, 8, -8]],
    [fp3, [3, -3, 6, -6]],
  ] as const)("loses nothing on the scaled levels of each special value", (base, specials) => {
    for (const special of specials) {
      const levels = [...specialCodebook(base, special).levels];
      const format = razerV1({base});
      const x = tensor(levels.map((level) => level * 0.5));
      expect([...roundTrip(format, x).data]).toEqual([...x.data]);
    }
  });

  test("is 4.140625 bits per element, and 3.140625 for FP3", () => {
    const x = normal([64, 128]);
    expect((8 * packedBytes(razerV1().encode(x))) / 8192).toBe(4.140625);
    expect((8 * packedBytes(razerV1({base: fp3}).encode(x))) / 8192).toBe(3.140625);
  });

  test("chooses codes for the scale that is stored", () => {
    const x = normal([8, 128]);
    const q = razerV1Quantize(x, {scaleType: "f16"});
    expect([...roundTrip(razerV1(), x).data]).toEqual([...dequantizeSpecials(q).data]);
    expect([...roundTrip(razerV1({scaleType: "f32"}), x).data]).toEqual([
      ...dequantizeSpecials(razerV1Quantize(x)).data,
    ]);
  });

  test("with the asymmetric range lets 8 serve one side alone", () => {
    const x = tensor([8, -6, 4, 1, 0.5, -3]);
    const q = razerV1Quantize(x, {range: "asymmetric"});
    expect([...q.scales]).toEqual([1]);
    expect([...dequantizeSpecials(q).data]).toEqual([...x.data]);
    const flipped = razerV1Quantize(tensor(x.data.map((v) => -v)), {range: "asymmetric"});
    expect(flipped.specialIndex[0]).toBe(3);
  });

  test("takes zeros, odd rows and empty tensors", () => {
    const q = razerV1Quantize(tensor([0, -0, 0]));
    expect([...q.codes, ...q.scales, ...q.specialIndex]).toEqual([0, 0, 0, 0, 0]);
    for (const base of [e2m1, fp3]) {
      const format = razerV1({base, blockSize: 10});
      const x = normal([3, 23]);
      expect(roundTrip(format, x).shape).toEqual([3, 23]);
      expect(format.encode(x).parts.scales).toHaveLength(9 * 2);
      expect(roundTrip(format, tensor([], [0, 7]))).toEqual(tensor([], [0, 7]));
      expect([...roundTrip(format, tensor([0, 0, 0])).data]).toEqual([0, 0, 0]);
    }
  });

  test("keeps scales within float16", () => {
    expect(roundTrip(razerV1(), tensor([1e30, 1e-30])).data.every(Number.isFinite)).toBe(true);
    expect([...roundTrip(razerV1(), tensor([2 ** -40])).data]).toEqual([0]);
  });

  test("names its variants and refuses what it cannot pack", () => {
    expect(razerV1().id).toBe("razer_v1");
    expect(razerV1({base: fp3}).id).toBe("razer_v1_fp3");
    expect(razerV1({blockSize: 64, range: "asymmetric", specials: [5, -5], scaleType: "f32"}).id).toBe(
      "razer_v1_sv_5_m5_b64_asymmetric_f32",
    );
    expect(() => razerV1({base: {bits: 4, values: []}})).toThrow(
      "razerV1: base must be e2m1 or fp3, got another",
    );
    expect(() => razerV1({range: "wide" as "symmetric"})).toThrow(
      "razerV1: range must be symmetric or asymmetric, got wide",
    );
    expect(() => razerV1().encode(tensor([1, Number.NaN]))).toThrow(/razerV1: .* got NaN at index 1/);
  });

  test("never loses more than FP4 without special values", () => {
    fc.assert(
      fc.property(fc.array(fc.float({min: -9, max: 9, noNaN: true}), {minLength: 1, maxLength: 40}), (x) => {
        const error = (specials: readonly number[]) =>
          squaredError(dequantizeSpecials(razerV1Quantize(tensor(x), {specials})).data, x);
        expect(error([5, -5, 8, -8])).toBeLessThanOrEqual(error([6]) * (1 + 1e-6) + 1e-30);
      }),
      {seed: 1},
    );
  });

  test("scaling by a power of two scales what comes back", () => {
    const integers = fc.array(fc.integer({min: -4096, max: 4096}), {minLength: 1, maxLength: 40});
    fc.assert(
      fc.property(integers, fc.integer({min: -6, max: 3}), (x, k) => {
        const back = (values: number[]) => [...roundTrip(razerV1(), tensor(values)).data];
        expect(back(x.map((v) => v * 2 ** k))).toEqual(back(x).map((v) => v * 2 ** k));
      }),
      {seed: 2},
    );
  });
});

describe("razerZeroPoint", () => {
  test("lays a shifted range on the levels", () => {
    const {values, zeroPoints} = razerZeroPoint(tensor([100, 101, 102, 104, 106, 112]), {blockSize: 6});
    expect(zeroPoints[0]).toBeGreaterThan(0);
    const symmetric = dequantizeSpecials(razerV1Quantize(tensor([100, 101, 102, 104, 106, 112])));
    const x = [100, 101, 102, 104, 106, 112];
    expect(squaredError(values.data, x)).toBeLessThan(squaredError(symmetric.data, x));
  });

  test("keeps its scale at 1e-5 for a constant block and gives the constant back within a step", () => {
    const {values, scales} = razerZeroPoint(tensor(new Float32Array(128).fill(0.25)));
    expect(scales[0]).toBe(Math.fround(1e-5));
    expect(Math.abs(values.data[0] - 0.25)).toBeLessThanOrEqual(1e-5);
  });

  test("takes zeros and empty tensors, and refuses NaN", () => {
    expect([...razerZeroPoint(tensor([0, 0])).values.data]).toEqual([0, 0]);
    expect(razerZeroPoint(tensor([], [0, 2])).values).toEqual(tensor([], [0, 2]));
    expect(() => razerZeroPoint(tensor([Number.NaN]))).toThrow(/razerZeroPoint: .* got NaN at index 0/);
  });
});

describe("MXFP4 and NVFP4 blocks with special values", () => {
  test("count 4.3125 and 4.625 bits", () => {
    const x = normal([32, 64]);
    expect((8 * packedBytes(mxfp4Razer().encode(x))) / 2048).toBe(4.3125);
    expect(packedBytes(nvfp4Razer().encode(x))).toBe((2048 * 4.625) / 8 + 4);
  });

  test("give back what the search chose", () => {
    const x = normal([5, 50], 3);
    expect([...roundTrip(mxfp4Razer(), x).data]).toEqual([...dequantizeSpecials(mxfp4RazerQuantize(x)).data]);
    expect([...roundTrip(nvfp4Razer(), x).data]).toEqual([...dequantizeSpecials(nvfp4RazerQuantize(x)).data]);
  });

  test("reach the values between 6 and 8 that MXFP4 clips", () => {
    const x = tensor([7.75, 4, -2, 1]);
    expect([...roundTrip(mxfp4, x).data]).toEqual([6, 4, -2, 1]);
    expect([...roundTrip(mxfp4Razer(), x).data]).toEqual([8, 4, -2, 1]);
  });

  test("take zeros, tiny and huge numbers, and refuse NaN", () => {
    const zeros = tensor(new Float32Array(40));
    for (const format of [mxfp4Razer(), nvfp4Razer()]) {
      expect([...roundTrip(format, zeros).data]).toEqual([...zeros.data]);
      expect(roundTrip(format, tensor([], [0]))).toEqual(tensor([], [0]));
      expect(() => format.encode(tensor([Number.NaN]))).toThrow(/got NaN at index 0/);
    }
    expect([...mxfp4Razer().encode(zeros).parts.scales]).toEqual([0, 0]);
    const extremes = tensor([2 ** -149, 3 * 2 ** -140]);
    expect([...roundTrip(mxfp4Razer(), extremes).data].every(Number.isFinite)).toBe(true);
    expect([...roundTrip(mxfp4Razer(), tensor([6 * 2 ** 125])).data]).toEqual([6 * 2 ** 125]);
  });

  test("name their variants", () => {
    expect(mxfp4Razer().id).toBe("mxfp4_razer");
    expect(mxfp4Razer({blockSize: 16, specials: [5, -5]}).id).toBe("mxfp4_razer_sv_5_m5_b16");
    expect(nvfp4Razer().id).toBe("nvfp4_razer");
  });
});
