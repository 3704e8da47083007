import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {e2m1, ue4m3} from "../../../src/lib/formats/element.js";
import {packedBytes} from "../../../src/lib/formats/format.js";
import {
  nvfp4,
  nvfp4Dequantize,
  nvfp4Quantize,
  nvfp4TensorScale,
} from "../../../src/lib/formats/nvfp4/nvfp4.js";
import type {Rounding} from "../../../src/lib/formats/round.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";

const roundTrip = (values: ArrayLike<number>, options = {}) => {
  const format = nvfp4(options);
  return [...format.decode(format.encode(tensor(values))).data];
};

const normal = (count: number, seed = 1): Tensor => {
  const stream = randomStream(seed, "nvfp4 test");
  return tensor(Float32Array.from({length: count}, () => stream.normal()));
};

const neighbour = (x: number, by: 1 | -1): number => {
  const bits = new Int32Array(Float32Array.of(x).buffer);
  bits[0] += x < 0 ? -by : by;
  return new Float32Array(bits.buffer)[0];
};

/** Two values of 2688 make g = 1 and, in their own block, leave the other block's scale to its 6. */
const withUnitScales = (values: readonly number[]): Tensor =>
  tensor([2688, ...new Array(15).fill(0), 6, ...values]);

describe("nvfp4", () => {
  test("shows one block by hand", () => {
    const {codes, scaleCodes, tensorScale} = nvfp4Quantize(withUnitScales([0.5, -1.5, 3, -4, 0.2, 5.2]));
    expect(tensorScale).toBe(1);
    expect([...scaleCodes]).toEqual([0x7e, 0x38]);
    expect([...codes.subarray(16)]).toEqual([7, 1, 11, 5, 14, 0, 7]);
  });

  test.each<[Rounding, number[]]>([
    ["half-even", [0, 2, 2, 4, 4, 6, 6]],
    ["half-away", [1, 2, 3, 4, 5, 6, 7]],
    ["half-to-zero", [0, 1, 2, 3, 4, 5, 6]],
  ])("takes midpoints %s, and the next float32 on either side to its own", (rounding, onTie) => {
    const midpoints = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5];
    const codesOf = (values: readonly number[]) => [
      ...nvfp4Quantize(withUnitScales(values), {rounding}).codes.subarray(17),
    ];
    expect(codesOf(midpoints)).toEqual(onTie);
    expect(codesOf(midpoints.map((m) => -m))).toEqual(onTie.map((code) => code + 8));
    expect(codesOf(midpoints.map((m) => neighbour(m, -1)))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(codesOf(midpoints.map((m) => neighbour(m, 1)))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("reproduces every code under every block scale", () => {
    for (let scaleCode = 1; scaleCode <= ue4m3.maxCode; scaleCode++) {
      const scale = ue4m3.values[scaleCode];
      const block = e2m1.values.map((value) => value * scale);
      const q = nvfp4Quantize(tensor([2688, ...new Array(15).fill(0), ...block]));
      expect(q.scaleCodes[1]).toBe(scaleCode);
      expect([...q.codes.subarray(16)]).toEqual(Array.from({length: 16}, (_, code) => code));
    }
  });

  test("is 4.5 bits per element and four bytes more", () => {
    expect(packedBytes(nvfp4().encode(normal(1024)))).toBe((1024 * 4.5) / 8 + 4);
    expect(packedBytes(nvfp4({tensorScale: "none"}).encode(normal(1024)))).toBe((1024 * 4.5) / 8);
    expect(packedBytes(nvfp4({blockSize: 32}).encode(normal(1024)))).toBe((1024 * 4.25) / 8 + 4);
  });

  test("packs the even index in the low nibble, E4M3 scale bytes and a little-endian tensor scale", () => {
    const {parts} = nvfp4().encode(withUnitScales([0.5, -1.5, 3]));
    expect([...parts.codes]).toEqual([7, 0, 0, 0, 0, 0, 0, 0, 0x17, 0x5b]);
    expect([...parts.scales]).toEqual([0x7e, 0x38]);
    expect([...parts.tensorScale]).toEqual([0, 0, 0x80, 0x3f]);
  });

  test("cuts rows that are no multiple of 16 into shorter last blocks", () => {
    const x = tensor([...normal(2 * 19).data], [2, 19]);
    const packed = nvfp4().encode(x);
    expect(packed.parts.scales).toHaveLength(4);
    expect(packed.parts.codes).toHaveLength(19);
    expect(nvfp4().decode(packed).shape).toEqual([2, 19]);
    const lastOfRow = tensor([...x.data.subarray(16, 19)]);
    const alone = nvfp4({tensorScale: "none"});
    const both = alone.decode(alone.encode(x)).data.subarray(16, 19);
    expect([...both]).toEqual([...alone.decode(alone.encode(lastOfRow)).data]);
  });

  test("gives scale 2^-9 and signed zeros for zero blocks and zero tensors", () => {
    const q = nvfp4Quantize(tensor([0, -0, 0, 0]));
    expect(q).toMatchObject({tensorScale: 0});
    expect([...q.scaleCodes]).toEqual([1]);
    expect([...q.codes]).toEqual([0, 8, 0, 0]);
    expect(roundTrip([0, -0, 0])).toEqual([0, -0, 0]);
    expect(roundTrip([...new Array(16).fill(0), 1])).toEqual([...new Array(16).fill(0), 1]);
  });

  test("keeps the sign of a negative number that rounds to zero", () => {
    expect(roundTrip([6, -0.1])).toEqual([6, -0]);
  });

  test("turns a tensor too small for its scale into zeros", () => {
    expect(roundTrip([2 ** -149, -(2 ** -149)])).toEqual([0, -0]);
  });

  test("stays finite at the largest float32", () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    expect(roundTrip([largest, -largest])).toEqual([largest, -largest]);
  });

  test("keeps a tiny block beside a large one off scale 0", () => {
    const values = [1000, ...new Array(15).fill(0), 1e-6, -1e-6];
    expect(nvfp4Quantize(tensor(values)).scaleCodes[1]).toBe(1);
    expect(roundTrip(values).every(Number.isFinite)).toBe(true);
    expect(nvfp4Quantize(tensor(values), {order: "modelopt"}).scaleCodes[1]).toBe(0);
  });

  test("takes empty tensors and scalars", () => {
    const format = nvfp4();
    const empty = tensor([], [0, 16]);
    expect(format.decode(format.encode(empty))).toEqual(empty);
    expect(format.decode(format.encode(tensor([-3], [])))).toEqual(tensor([-3], []));
  });

  test("refuses NaN and infinities by index", () => {
    expect(() => nvfp4().encode(tensor([1, Number.NaN]))).toThrow(/nvfp4: .* finite, got NaN at index 1/);
    expect(() => nvfp4().encode(tensor([Number.NEGATIVE_INFINITY]))).toThrow(/got -Infinity at index 0/);
  });

  test("refuses options that are out of range", () => {
    expect(() => nvfp4({blockSize: 0})).toThrow("nvfp4: blockSize must be an integer of at least 1, got 0.");
    expect(() => nvfp4({order: "other" as "direct"})).toThrow(
      "nvfp4: order must be one of direct, modelopt, prescaled, got other",
    );
  });

  test("refuses parts that do not fit the shape", () => {
    const packed = nvfp4().encode(normal(32));
    const cut = {...packed, parts: {...packed.parts, scales: Uint8Array.of(1)}};
    expect(() => nvfp4().decode(cut)).toThrow(/scales must hold 2 bytes/);
  });

  test("names every parameter that is not the default", () => {
    expect(nvfp4().id).toBe("nvfp4");
    expect(nvfp4({tensorScale: "none"}).id).toBe("nvfp4_single_level");
    expect(nvfp4({blockSize: 32, order: "prescaled", rounding: "half-to-zero"}).id).toBe(
      "nvfp4_b32_prescaled_half_to_zero",
    );
  });
});

describe("nvfp4 properties", () => {
  const values = fc.array(fc.float({min: -1000, max: 1000, noNaN: true}), {minLength: 1, maxLength: 70});

  test("scaling by a power of two scales what comes back", () => {
    const large = fc.array(fc.integer({min: -4096, max: 4096}), {minLength: 1, maxLength: 40});
    fc.assert(
      fc.property(large, fc.integer({min: -8, max: 8}), (x, k) => {
        expect(roundTrip(x.map((v) => v * 2 ** k))).toEqual(roundTrip(x).map((v) => v * 2 ** k));
      }),
      {seed: 2},
    );
  });

  test("packing is lossless: decode gives what quantize chose", () => {
    fc.assert(
      fc.property(values, (x) => {
        expect(roundTrip(x)).toEqual([...nvfp4Dequantize(nvfp4Quantize(tensor(x))).data]);
      }),
      {seed: 3},
    );
  });

  test("the order of blocks does not matter", () => {
    const blocks = fc.array(
      fc.array(fc.float({min: -9, max: 9, noNaN: true}), {minLength: 16, maxLength: 16}),
      {
        minLength: 2,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(blocks, (x) => {
        const forward = roundTrip(x.flat());
        const backward = roundTrip([...x].reverse().flat());
        expect(x.flatMap((_, b) => backward.slice(16 * (x.length - 1 - b), 16 * (x.length - b)))).toEqual(
          forward,
        );
      }),
      {seed: 4},
    );
  });

  test("no error exceeds half of the widest step and the rounding of the scale", () => {
    fc.assert(
      fc.property(values, (x) => {
        const g = nvfp4TensorScale(tensor(x));
        roundTrip(x).forEach((value, i) => {
          const start = 16 * Math.floor(i / 16);
          const amax = Math.max(...x.slice(start, start + 16).map(Math.abs));
          // Half of the gap from 4 to 6 on a scale at most 1/16 off, or half the smallest step.
          const bound = Math.max((amax / 6) * (1 + 2 ** -4), 2 ** -9 * g);
          expect(Math.abs(value - x[i])).toBeLessThanOrEqual(bound);
        });
      }),
      {seed: 5},
    );
  });
});
