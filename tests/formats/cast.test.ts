import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  castIndex,
  castTable,
  castValue,
  decodeValue,
  decodeValues,
  encodeValue,
  encodeValues,
  floorLog2,
} from "../../src/lib/formats/cast.js";
import {
  bf16,
  type ElementFormat,
  e2m1,
  e2m3,
  e3m2,
  e3m3,
  e3m4,
  e4m3,
  e4m3fn,
  e4m3fnuz,
  e5m2,
  e8m0,
  f16,
  intElement,
  ue4m3,
} from "../../src/lib/formats/element.js";
import {ROUNDINGS, type Rounding} from "../../src/lib/formats/round.js";
import {floatElements, intElements, naiveCode, neighbour} from "./naive.js";

const small: readonly ElementFormat[] = [...floatElements, ...intElements];
const seeded = {seed: 7, numRuns: 300};
const anyFloat32 = fc.oneof(
  fc.float({noNaN: true}),
  fc.float({noNaN: true, min: -64, max: 64}),
  fc.integer({min: -1200, max: 1200}).map((n) => n / 16),
);

/** Every finite value, every midpoint of neighbours, and the float32 numbers just below and above each. */
function edges(element: ElementFormat): Float32Array {
  const values = element.values.filter(Number.isFinite).sort((a, b) => a - b);
  const middles = values.slice(1).map((value, i) => (value + values[i]) / 2);
  const points = [...values, ...middles].filter((x) => Math.fround(x) === x);
  return Float32Array.from(points.flatMap((x) => [neighbour(x, false), x, neighbour(x, true)]));
}

function disagreements(element: ElementFormat, x: Float32Array, rounding: Rounding): string[] {
  const codes = encodeValues(element, x, {rounding});
  return Array.from(x).flatMap((value, i) => {
    const expected = naiveCode(element, value, rounding);
    const scalar = encodeValue(element, value, {rounding});
    if (codes[i] === expected && scalar === expected) return [];
    return [`${value}: array ${codes[i]}, scalar ${scalar}, expected ${expected}`];
  });
}

describe.each(small.map((element) => [element.id, element] as const))("%s", (_, element) => {
  test("every code survives decode and encode, but for NaNs and zeros that are one", () => {
    const merged = new Map<number, number>();
    const codes = element.values.map((_, code) => code);
    const back = encodeValues(element, Float32Array.from(element.values), {
      overflow: element.kind === "float" && element.infCode !== null ? "inf" : "saturate",
    });
    for (const code of codes) if (back[code] !== code) merged.set(code, back[code]);
    for (const [code, became] of merged) {
      const isNaNCode = Number.isNaN(element.values[code]) && Number.isNaN(element.values[became]);
      const isBelowLowest =
        element.kind === "int" && element.values[code] < element.lowest / 2 ** element.fractionBits;
      expect(isNaNCode || isBelowLowest, `code ${code} became ${became}`).toBe(true);
    }
  });

  test.each(ROUNDINGS)(
    "each value, each midpoint and their float32 neighbours go where %s says",
    (rounding) => {
      expect(disagreements(element, edges(element), rounding)).toEqual([]);
    },
  );

  test("any number goes to the code that a search finds, by every rule", () => {
    fc.assert(
      fc.property(
        fc.array(anyFloat32, {maxLength: 20}),
        fc.constantFrom(...ROUNDINGS),
        (values, rounding) => {
          expect(disagreements(element, Float32Array.from(values), rounding)).toEqual([]);
        },
      ),
      seeded,
    );
  });

  test("casting never changes the order of two numbers", () => {
    fc.assert(
      fc.property(anyFloat32, anyFloat32, fc.constantFrom(...ROUNDINGS), (a, b, rounding) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((x) => castValue(element, x, {rounding}));
        expect(low).toBeLessThanOrEqual(high);
      }),
      seeded,
    );
  });
});

describe("16-bit elements", () => {
  test.each([f16, bf16])("all codes of $id survive, and all midpoints go to the even code", (element) => {
    const wrong: number[] = [];
    for (let code = 0; code < element.maxCode; code++) {
      const [low, high] = [element.values[code], element.values[code + 1]];
      const middle = (low + high) / 2;
      const even = code % 2 === 0 ? code : code + 1;
      const points = [low, middle, neighbour(middle, false), neighbour(middle, true)];
      const expected = [code, even, code, code + 1];
      points.forEach((x, i) => {
        if (encodeValue(element, x) !== expected[i] || encodeValue(element, -x) !== expected[i] + 2 ** 15) {
          wrong.push(x);
        }
      });
    }
    expect(wrong).toEqual([]);
  });

  test("bfloat16 is the upper half of a float32, rounded to even", () => {
    expect(castValue(bf16, 1 + 2 ** -8)).toBe(1);
    expect(castValue(bf16, 1 + 2 ** -8 + 2 ** -23)).toBe(1 + 2 ** -7);
    expect(encodeValue(bf16, 3.4e38, {overflow: "inf"})).toBe(0x7f80);
  });

  test("half precision overflows at 65520", () => {
    expect(castValue(f16, 65519, {overflow: "inf"})).toBe(65504);
    expect(castValue(f16, 65520, {overflow: "inf"})).toBe(Number.POSITIVE_INFINITY);
    expect(castValue(f16, 1e9)).toBe(65504);
  });
});

describe("overflow", () => {
  test("E4M3FN keeps 464, which is midway to the absent 480, and calls anything above it NaN", () => {
    expect(encodeValue(e4m3fn, 464, {overflow: "nan"})).toBe(0x7e);
    expect(encodeValue(e4m3fn, neighbour(464, true), {overflow: "nan"})).toBe(0x7f);
    expect(encodeValue(e4m3fn, -1e9, {overflow: "nan"})).toBe(0xff);
  });

  test("E5M2 makes 61440 infinite, which is midway and odd below", () => {
    expect(encodeValue(e5m2, neighbour(61440, false), {overflow: "inf"})).toBe(0x7b);
    expect(encodeValue(e5m2, 61440, {overflow: "inf"})).toBe(0x7c);
    expect(encodeValue(e5m2, 61440, {overflow: "nan"})).toBe(0x7e);
  });

  test("infinities saturate, or become what the policy says", () => {
    expect(castValue(e2m1, Number.NEGATIVE_INFINITY)).toBe(-6);
    expect(castValue(e4m3fn, Number.POSITIVE_INFINITY)).toBe(448);
    expect(encodeValue(e5m2, Number.NEGATIVE_INFINITY, {overflow: "inf"})).toBe(0xfc);
    expect(encodeValue(e4m3fnuz, Number.NEGATIVE_INFINITY, {overflow: "nan"})).toBe(0x80);
    expect(castValue(intElement({bits: 4}), Number.NEGATIVE_INFINITY)).toBe(-7);
  });

  test("is refused where the element has no such code", () => {
    expect(() => encodeValue(e2m1, 9, {overflow: "inf"})).toThrow(
      "encodeValue: overflow must be saturate, or inf or nan where the format has such a code, got inf for e2m1",
    );
  });
});

describe("NaN", () => {
  test.each([
    [e5m2, 0x7e],
    [e4m3, 0x7c],
    [e3m4, 0x78],
    [e4m3fn, 0x7f],
    [e4m3fnuz, 0x80],
    [e8m0, 0xff],
    [ue4m3, 0x7f],
    [e2m1, 0x8],
    [e2m3, 0x20],
    [e3m2, 0x20],
    [e3m3, 0],
    [intElement({bits: 8}), 0],
  ] as const)("has one code in $id", (element, code) => {
    expect(encodeValue(element, Number.NaN)).toBe(code);
    expect(encodeValues(element, Float32Array.of(Number.NaN))[0]).toBe(code);
  });

  test("keeps the sign of its stored bits where there are two codes for it", () => {
    const negative = new Float32Array(Uint32Array.of(0xffc00000, 0xff800001, 0x7fc00000).buffer);
    expect([...encodeValues(e4m3fn, negative)]).toEqual([0xff, 0xff, 0x7f]);
    expect([...encodeValues(e2m1, negative)]).toEqual([8, 8, 8]);
    expect([...encodeValues(e4m3fnuz, negative)]).toEqual([0x80, 0x80, 0x80]);
  });
});

describe("zeros and the smallest numbers", () => {
  test("negative zero keeps its sign where there is one", () => {
    expect(encodeValue(e2m1, -0)).toBe(8);
    expect(encodeValue(e2m1, -0.25)).toBe(8);
    expect(encodeValue(e4m3fnuz, -0)).toBe(0);
    expect(encodeValue(e4m3fnuz, -1e-20)).toBe(0);
  });

  test("a number just above half the smallest subnormal is not flushed: the sticky bit counts", () => {
    expect(castValue(e2m1, 0.25 + 2 ** -24)).toBe(0.5);
    expect(castValue(e2m1, 0.25)).toBe(0);
    expect(castValue(e4m3fn, neighbour(2 ** -10, true))).toBe(2 ** -9);
  });

  test("float32 subnormals round to zero or stay", () => {
    expect(castValue(e5m2, 2 ** -149)).toBe(0);
    expect(Object.is(castValue(e5m2, -(2 ** -149)), -0)).toBe(true);
    expect(castValue(bf16, 2 ** -133)).toBe(2 ** -133);
  });

  test("numbers are rounded to float32 first", () => {
    expect(castValue(e2m1, 0.25 + 2 ** -40)).toBe(0);
  });
});

describe("E8M0", () => {
  test("holds 2^-127 at 0 and 2^127 at 254", () => {
    expect(decodeValue(e8m0, 0)).toBe(2 ** -127);
    expect(decodeValue(e8m0, 254)).toBe(2 ** 127);
    expect(decodeValue(e8m0, 255)).toBeNaN();
  });

  test("every code survives", () => {
    const back = encodeValues(e8m0, Float32Array.from(e8m0.values));
    expect([...back]).toEqual(e8m0.values.map((_, code) => code));
  });

  test("ties go up, and so does all between the two smallest codes", () => {
    for (let k = -126; k < 127; k++) {
      expect(castValue(e8m0, neighbour(1.5 * 2 ** k, false))).toBe(2 ** k);
      expect(castValue(e8m0, 1.5 * 2 ** k)).toBe(2 ** (k + 1));
    }
    expect(encodeValue(e8m0, neighbour(2 ** -127, true))).toBe(1);
    expect(encodeValue(e8m0, 2 ** -149)).toBe(0);
  });

  test("has no zero and no negative numbers: the smallest code, or NaN", () => {
    for (const x of [0, -0, -1, Number.NEGATIVE_INFINITY]) {
      expect(encodeValue(e8m0, x)).toBe(0);
      expect(encodeValue(e8m0, x, {overflow: "nan"})).toBe(255);
    }
    expect(encodeValue(e8m0, 1.5 * 2 ** 127, {overflow: "nan"})).toBe(255);
    expect(encodeValue(e8m0, 1.5 * 2 ** 127)).toBe(254);
  });
});

describe("properties of the floating-point casts", () => {
  test("scaling by a power of two commutes with rounding, away from the ends", () => {
    const value = fc.float({noNaN: true, min: Math.fround(0.02), max: 400});
    fc.assert(
      fc.property(value, fc.integer({min: -3, max: 3}), (x, k) => {
        const scaled = castValue(bf16, x * 2 ** k);
        expect(scaled).toBe(castValue(bf16, x) * 2 ** k);
        if (x * 2 ** k <= 448 && x * 2 ** k >= 2 ** -6 && x >= 2 ** -6) {
          expect(castValue(e4m3fn, x * 2 ** k)).toBe(Math.min(castValue(e4m3fn, x) * 2 ** k, 448));
        }
      }),
      seeded,
    );
  });

  test("the error is at most half the step at the value", () => {
    for (const element of floatElements) {
      fc.assert(
        fc.property(fc.double({min: 0, max: 1, noNaN: true}), (share) => {
          const x = Math.fround(element.minNormal + share * (element.max - element.minNormal));
          // Without an exponent field all values lie in the lowest binade.
          const exponent = element.exponentBits === 0 ? 1 - element.bias : floorLog2(x);
          const step = 2 ** (exponent - element.mantissaBits);
          expect(Math.abs(castValue(element, x) - x)).toBeLessThanOrEqual(step / 2);
        }),
        {seed: 3, numRuns: 50},
      );
    }
  });
});

describe("castTable", () => {
  test("agrees with the scalar cast on every one of its entries", () => {
    const table = castTable(e4m3fn, {rounding: "half-away"});
    const x = new Float32Array(1);
    const bits = new Uint32Array(x.buffer);
    for (let high = 0; high < 2 ** 16; high += 7) {
      for (const low of [0, 1, 0x7fff, 0x8000, 0xffff]) {
        bits[0] = high * 2 ** 16 + low;
        if (Number.isNaN(x[0])) continue;
        const code = table[castIndex(bits[0])];
        if (code !== encodeValue(e4m3fn, x[0], {rounding: "half-away"})) expect.fail(`${x[0]}: ${code}`);
      }
    }
  });

  test("is refused for elements that are too fine", () => {
    expect(() => castTable(f16)).toThrow("castTable: element must have at most 8 bits");
    expect(() => castTable(intElement({bits: 8, signed: false}))).toThrow("got uint8");
  });
});

test("floorLog2 reads the exponent, also just below a power of two and of subnormals", () => {
  for (let k = -148; k < 128; k++) {
    expect(floorLog2(2 ** k)).toBe(k);
    expect(floorLog2(-neighbour(2 ** k, false))).toBe(k - 1);
  }
  expect(floorLog2(0)).toBe(Number.NEGATIVE_INFINITY);
});

test("a code that does not exist is refused", () => {
  expect(() => decodeValue(e2m1, 16)).toThrow("decodeValue: code must be an integer from 0 to 15, got 16");
  expect(() => decodeValues(e2m1, Uint8Array.of(3, 99))).toThrow("got 99");
});

test("views into a larger buffer and empty arrays are cast as they are", () => {
  const whole = Float32Array.of(9, 1, -2, 9);
  expect([...encodeValues(e2m1, whole.subarray(1, 3))]).toEqual([2, 12]);
  expect(encodeValues(e2m1, new Float32Array(0)).length).toBe(0);
});
