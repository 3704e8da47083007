import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {castValue} from "../../../src/lib/formats/cast.js";
import {
  type ElementFormat,
  e2m1,
  e2m3,
  e3m2,
  e3m3,
  e4m3fn,
  e5m2,
  e8m0,
  f16,
} from "../../../src/lib/formats/element.js";
import {
  type MxOptions,
  mx,
  mxfp4,
  mxIntElement,
  mxint4,
  mxint8,
  mxQuantize,
} from "../../../src/lib/formats/mx/mx.js";
import {MX_SCALE_RULES, mxScaleByte} from "../../../src/lib/formats/mx/mx-scale.js";
import {bitsPerElement} from "../../../src/lib/formats/pack.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";
import {neighbour} from "../naive.js";

const elements: readonly ElementFormat[] = [
  e2m1,
  e2m3,
  e3m2,
  e4m3fn,
  e5m2,
  mxIntElement(8),
  mxIntElement(4),
  mxIntElement(2),
  mxIntElement(4, "full"),
];

const normal = (count: number, seed = 1): Float32Array => {
  const stream = randomStream(seed);
  return draws(count, () => stream.normal());
};

const roundTrip = (x: Tensor, options: MxOptions = {}): Float32Array => {
  const format = mx(options);
  return format.decode(format.encode(x)).data;
};

/** The definition for the last axis, block by block: scale from the exponent of amax, cast, scale back. */
function naive(x: Tensor, element: ElementFormat, blockSize: number): number[] {
  const columns = x.shape.at(-1)!;
  return Array.from(x.data, (value, i) => {
    const column = i % columns;
    const start = i - (column % blockSize);
    const end = Math.min(start + blockSize, i - column + columns);
    const amax = Math.max(...x.data.subarray(start, end).map(Math.abs));
    if (amax === 0) return value;
    let exponent = -127;
    while (exponent < 127 && 2 ** (exponent + 1 + element.emax) <= amax) exponent++;
    return Math.fround(castValue(element, value / 2 ** exponent) * 2 ** exponent);
  });
}

describe.each(elements.map((element) => [mx({element}).id, element] as const))("%s", (_, element) => {
  test("equals the definition worked out block by block", () => {
    const x = tensor(normal(3 * 75), [3, 75]);
    for (const blockSize of [1, 16, 32, 7, 100]) {
      expect([...roundTrip(x, {element, blockSize})]).toEqual(naive(x, element, blockSize));
    }
  });

  test("quantizing twice changes nothing", () => {
    // The full range alone may raise a block's maximum to the next binade: -2 for -1.9.
    if (element.id === "int4_full") return;
    const x = tensor(normal(320), [10, 32]);
    const once = roundTrip(x, {element});
    expect(roundTrip(tensor(once, [10, 32]), {element})).toEqual(once);
  });

  test("an all-zero block has scale byte 0 and stays zero", () => {
    const {scales} = mxQuantize(tensor(new Float32Array(40)), {element});
    expect([...scales]).toEqual([0, 0]);
    expect([...roundTrip(tensor(new Float32Array(40)), {element})]).toEqual(new Array(40).fill(0));
  });

  test("a NaN or an infinity makes its whole block NaN, and only that", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const data = normal(64);
      data[40] = value;
      const {codes, scales} = mxQuantize(tensor(data), {element});
      expect([scales[0] === 0xff, scales[1]]).toEqual([false, 0xff]);
      expect(codes.length).toBe(64);
      const decoded = roundTrip(tensor(data), {element});
      expect(decoded.subarray(0, 32).some(Number.isNaN)).toBe(false);
      expect(decoded.subarray(32).every(Number.isNaN)).toBe(true);
    }
  });

  test("is exact on float32 at both ends of the scale", () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    for (const x of [largest, 2 ** 127, 2 ** -126, 2 ** -127, 2 ** -149]) {
      const [decoded] = roundTrip(tensor([x, 0]), {element});
      expect(Number.isFinite(decoded)).toBe(true);
      // The value itself where it is a power of two that the element can reach from scale 2^-127.
      const reachable = x / 2 ** -127 >= 1;
      if (reachable && x !== largest) expect(decoded).toBe(x);
    }
  });

  test("scaling the tensor by a power of two moves the scales and nothing else", () => {
    const x = normal(96);
    fc.assert(
      fc.property(
        fc.integer({min: -60, max: 60}),
        fc.constantFrom("floor", "ceil", "even", "rceil"),
        (k, scaleRule) => {
          const one = mxQuantize(tensor(x), {element, scaleRule});
          const other = mxQuantize(tensor(x.map((value) => value * 2 ** k)), {element, scaleRule});
          expect(other.codes).toEqual(one.codes);
          expect([...other.scales]).toEqual(Array.from(one.scales, (byte) => byte + k));
        },
      ),
      {seed: 4, numRuns: 40},
    );
  });
});

describe("mxfp4", () => {
  test("is what a hand computes", () => {
    const x = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5, 7.9, -0.25, -0.3, 0, -0];
    const {codes, scales} = mxQuantize(tensor(x));
    expect([...scales]).toEqual([127]);
    expect([...codes]).toEqual([0, 2, 2, 4, 4, 6, 6, 7, 8, 9, 0, 8]);
  });

  test("packs 4.25 bits per element: two codes a byte, one scale byte a block", () => {
    const packed = mxfp4.encode(tensor(normal(128), [2, 64]));
    expect(bitsPerElement(packed)).toBe(4.25);
    expect(packed.parts.codes.length).toBe(64);
    expect(packed.parts.scales.length).toBe(4);
    expect([...mxfp4.encode(tensor([1, 2, 3])).parts.codes]).toEqual([0x64, 0x07]);
  });

  test("decodes scale bytes 0, 254 and 255 as 2^-127, 2^127 and NaN", () => {
    const decode = (scale: number, code: number) =>
      mxfp4.decode({
        format: "mxfp4",
        shape: [1],
        parts: {codes: Uint8Array.of(code), scales: Uint8Array.of(scale)},
      }).data[0];
    expect(decode(0, 1)).toBe(2 ** -128);
    expect(decode(254, 2)).toBe(2 ** 127);
    expect(decode(254, 7)).toBe(Number.POSITIVE_INFINITY);
    expect(decode(255, 0)).toBeNaN();
  });

  test("refuses parts that do not fit the shape", () => {
    const packed = mxfp4.encode(tensor(normal(64)));
    expect(() => mxfp4.decode({...packed, shape: [65]})).toThrow("mxfp4.decode: codes must hold 33 bytes");
    const {codes} = packed.parts;
    expect(() => mxfp4.decode({...packed, parts: {codes: codes}})).toThrow("scales must hold 2 bytes");
  });

  test("does not touch what it is given", () => {
    const x = normal(64);
    const copy = x.slice();
    const packed = mxfp4.encode(tensor(x));
    mxfp4.decode(packed);
    expect(x).toEqual(copy);
  });
});

describe("axis", () => {
  const transposed = (x: Float32Array, rows: number, columns: number) =>
    Float32Array.from(x, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]);

  test("0 of a matrix is the last axis of its transpose", () => {
    const x = normal(9 * 20);
    const down = roundTrip(tensor(x, [9, 20]), {axis: 0, blockSize: 4});
    const across = roundTrip(tensor(transposed(x, 9, 20), [20, 9]), {blockSize: 4});
    expect(transposed(down, 9, 20)).toEqual(across);
  });

  test("in the middle, counted from either end, is the same", () => {
    const x = tensor(normal(2 * 35 * 3), [2, 35, 3]);
    expect(roundTrip(x, {axis: 1})).toEqual(roundTrip(x, {axis: -2}));
    expect(mxQuantize(x, {axis: 1}).scales.length).toBe(2 * 2 * 3);
  });

  test("that is not there is refused", () => {
    expect(() => mxQuantize(tensor(normal(4)), {axis: 1})).toThrow(
      "groupsAlong: axis must be from -1 to 0, got 1 for shape [4]",
    );
  });
});

describe("shapes", () => {
  test.each([[[]], [[1]], [[31]], [[33]], [[5, 1]], [[1, 5]], [[2, 3, 4, 5]]])(
    "%j comes back as it went",
    (shape) => {
      const count = shape.reduce((all, dim) => all * dim, 1);
      const x = tensor(normal(count), shape);
      expect(mx().decode(mx().encode(x)).shape).toEqual(shape);
    },
  );

  test.each([[[0]], [[0, 32]], [[4, 0]]])("empty %j packs into no bytes at all", (shape) => {
    const packed = mxfp4.encode(tensor([], shape));
    expect(packed.parts.codes.length + packed.parts.scales.length).toBe(0);
    expect(mxfp4.decode(packed)).toEqual({shape, data: new Float32Array(0)});
  });

  test("a short last block counts as padded with zeros: nothing of it is stored", () => {
    const x = normal(45);
    const padded = new Float32Array(64);
    padded.set(x);
    expect(roundTrip(tensor(x))).toEqual(roundTrip(tensor(padded)).slice(0, 45));
    expect(mxfp4.encode(tensor(x)).parts.codes.length).toBe(23);
  });

  test("the order of blocks does not matter", () => {
    const x = normal(96);
    const swapped = Float32Array.of(...x.subarray(64), ...x.subarray(0, 64));
    const y = roundTrip(tensor(x));
    expect(roundTrip(tensor(swapped))).toEqual(Float32Array.of(...y.subarray(64), ...y.subarray(0, 64)));
  });
});

describe("scale rules", () => {
  const exponents = (element: ElementFormat, amax: number) =>
    Object.fromEntries(MX_SCALE_RULES.map((rule) => [rule, mxScaleByte(rule, element, amax) - 127]));

  test("of E2M1 differ where they should", () => {
    expect(exponents(e2m1, 4)).toEqual({floor: 0, ceil: 0, rceil: 0, even: 0, meta: 0});
    expect(exponents(e2m1, 6)).toEqual({floor: 0, ceil: 1, rceil: 0, even: 0, meta: 0});
    expect(exponents(e2m1, neighbour(7, false))).toEqual({floor: 0, ceil: 1, rceil: 1, even: 0, meta: 0});
    expect(exponents(e2m1, 7)).toEqual({floor: 0, ceil: 1, rceil: 1, even: 1, meta: 1});
    expect(exponents(e2m1, neighbour(8, false))).toEqual({floor: 0, ceil: 1, rceil: 1, even: 1, meta: 1});
  });

  test("read the exponent from the bits, also a last bit below a power of two", () => {
    for (let k = -120; k < 127; k++) {
      expect(mxScaleByte("floor", e2m1, neighbour(2 ** k, false))).toBe(Math.max(0, k - 3 + 127));
      expect(mxScaleByte("floor", e2m1, 2 ** k)).toBe(Math.max(0, k - 2 + 127));
      expect(mxScaleByte("ceil", e2m1, neighbour(2 ** k, true))).toBe(Math.max(0, k - 1 + 127));
    }
  });

  test("rceil and ceil clip nothing, floor does", () => {
    fc.assert(
      fc.property(fc.float({noNaN: true, min: Math.fround(1e-30), max: Math.fround(1e30)}), (amax) => {
        for (const element of elements) {
          expect(amax / e8m0.values[mxScaleByte("rceil", element, amax)]).toBeLessThanOrEqual(
            element.max * (1 + 2 ** -23),
          );
          expect(amax / e8m0.values[mxScaleByte("rceil", element, amax)]).toBeGreaterThan(
            (element.max / 2) * (1 - 2 ** -22),
          );
          const floored = amax / e8m0.values[mxScaleByte("floor", element, amax)];
          expect(floored >= 2 ** element.emax && floored < 2 ** (element.emax + 1)).toBe(true);
        }
      }),
      {seed: 9, numRuns: 300},
    );
    expect(roundTrip(tensor([7.9]))[0]).toBe(6);
    expect(roundTrip(tensor([7.9]), {scaleRule: "rceil"})[0]).toBe(8);
  });

  test("clamp to the range of E8M0", () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    expect(mxScaleByte("ceil", mxIntElement(8), largest)).toBe(254);
    expect(mxScaleByte("even", mxIntElement(8), largest)).toBe(254);
    for (const rule of MX_SCALE_RULES) expect(mxScaleByte(rule, e2m1, 2 ** -149)).toBe(0);
    expect(mxScaleByte("floor", e2m1, Number.POSITIVE_INFINITY)).toBe(255);
  });
});

describe("mxint", () => {
  test("mxint8 never produces -2 and mxint4 stops at 1.75", () => {
    expect(roundTrip(tensor([-1.999]), {element: mxIntElement(8)})[0]).toBe(-127 / 64);
    expect([...mxint4.decode(mxint4.encode(tensor([1.9, -1.9, 0.125, 0.375]))).data]).toEqual([
      1.75, -1.75, 0, 0.5,
    ]);
  });

  test("full range reaches -2", () => {
    expect(roundTrip(tensor([-1.99]), {element: mxIntElement(4, "full")})[0]).toBe(-2);
    expect(roundTrip(tensor([1.99]), {element: mxIntElement(4, "full")})[0]).toBe(1.75);
  });

  test("mxint4 with rceil is the rule ceil(log2(amax / 7)) for k in ±7, which never clips", () => {
    const x = normal(32 * 200, 5);
    const {scales} = mxQuantize(tensor(x), {element: mxIntElement(4), scaleRule: "rceil"});
    scales.forEach((byte, block) => {
      const amax = Math.max(...x.subarray(block * 32, block * 32 + 32).map(Math.abs));
      expect(byte - 127 - 2 - Math.ceil(Math.log2(amax / 7)) + 0).toBe(0);
    });
  });

  test("holds codes in two's complement", () => {
    expect([...mxint8.encode(tensor([1, -1, -1 / 64])).parts.codes]).toEqual([64, 192, 255]);
  });
});

describe("options", () => {
  test("stand in the id, the defaults do not", () => {
    const ids = [
      mx(),
      mx({blockSize: 16}),
      mx({scaleRule: "rceil"}),
      mx({rounding: "half-away", blockSize: 16}),
      mx({axis: 0}),
      mx({axis: -2}),
      mx({element: e4m3fn}),
      mx({element: mxIntElement(4, "full")}),
    ].map(({id}) => id);
    expect(ids).toEqual([
      "mxfp4",
      "mxfp4_b16",
      "mxfp4_rceil",
      "mxfp4_b16_half_away",
      "mxfp4_axis0",
      "mxfp4_axis_minus2",
      "mxfp8_e4m3",
      "mxint4_full",
    ]);
  });

  test("out of range are refused", () => {
    expect(() => mx({blockSize: 0})).toThrow("mx: blockSize must be an integer of at least 1, got 0");
    expect(() => mx({element: e3m3})).toThrow("mx: element must be signed and have at most 8 bits, got e3m3");
    expect(() => mx({element: f16})).toThrow("got f16");
    expect(() => mx({scaleRule: "round" as "floor"})).toThrow("mx: scaleRule must be one of floor, ceil");
    expect(() => mx({scaleRule: "meta", element: e2m3})).toThrow(
      "mx: scaleRule meta must come with the element e2m1",
    );
    expect(() => mx({axis: 0.5})).toThrow("mx: axis must be an integer, got 0.5");
  });

  test.each([
    ["half-even", [0, 1, 1, 2, 2, 4, 4]],
    ["half-away", [0.5, 1, 1.5, 2, 3, 4, 6]],
    ["half-to-zero", [0, 0.5, 1, 1.5, 2, 3, 4]],
    ["toward-zero", [0, 0.5, 1, 1.5, 2, 3, 4]],
  ] as const)(
    "rounding %s sends the midpoints of E2M1 where the specification says",
    (rounding, expected) => {
      const x = tensor([0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5, 4]);
      expect([...roundTrip(x, {rounding})].slice(0, 7)).toEqual(expected);
    },
  );
});
