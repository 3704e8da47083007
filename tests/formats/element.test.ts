import {describe, expect, test} from "vitest";
import * as elements from "../../src/lib/formats/element.js";
import {type FloatElement, floatElement, intElement} from "../../src/lib/formats/element.js";

const {e5m2, e4m3fn, e4m3fnuz, e5m2fnuz, e4m3b11fnuz, e4m3, e3m4, e3m2, e2m3, e2m1, e8m0, ue4m3, e3m3, fp3} =
  elements;

describe("limits", () => {
  test.each<[FloatElement, number, number, number, number, number, number]>([
    // element, bits, bias, largest, its code, smallest normal, smallest subnormal
    [e5m2, 8, 15, 57344, 0x7b, 2 ** -14, 2 ** -16],
    [e4m3fn, 8, 7, 448, 0x7e, 2 ** -6, 2 ** -9],
    [e4m3fnuz, 8, 8, 240, 0x7f, 2 ** -7, 2 ** -10],
    [e5m2fnuz, 8, 16, 57344, 0x7f, 2 ** -15, 2 ** -17],
    [e4m3b11fnuz, 8, 11, 30, 0x7f, 2 ** -10, 2 ** -13],
    [e4m3, 8, 7, 240, 0x77, 2 ** -6, 2 ** -9],
    [e3m4, 8, 3, 15.5, 0x6f, 2 ** -2, 2 ** -6],
    [e3m2, 6, 3, 28, 0x1f, 0.25, 0.0625],
    [e2m3, 6, 1, 7.5, 0x1f, 1, 0.125],
    [e2m1, 4, 1, 6, 0x7, 1, 0.5],
    [e8m0, 8, 127, 2 ** 127, 0xfe, 2 ** -127, 2 ** -127],
    [ue4m3, 7, 7, 448, 0x7e, 2 ** -6, 2 ** -9],
    [e3m3, 6, 3, 30, 0x3f, 2 ** -2, 2 ** -5],
    [fp3, 3, 1, 4, 3, 1, 1],
    [elements.f16, 16, 15, 65504, 0x7bff, 2 ** -14, 2 ** -24],
    [elements.bf16, 16, 127, (2 - 2 ** -7) * 2 ** 127, 0x7f7f, 2 ** -126, 2 ** -133],
  ])(
    "of $id are those of its specification",
    (element, bits, bias, max, maxCode, minNormal, minSubnormal) => {
      expect(element).toMatchObject({bits, bias, max, maxCode, minNormal, minSubnormal});
      expect(element.values).toHaveLength(2 ** bits);
      expect(element.values[maxCode]).toBe(max);
      expect(element.emax).toBe(Math.floor(Math.log2(max)));
    },
  );
});

describe("codebooks", () => {
  test("of the small formats are the published tables", () => {
    expect(e2m1.values).toEqual([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6]);
    expect(fp3.values).toEqual([0, 1, 2, 4, -0, -1, -2, -4]);
    expect(e2m3.values.slice(7, 11)).toEqual([0.875, 1, 1.125, 1.25]);
    expect(e2m3.values.slice(28, 33)).toEqual([6, 6.5, 7, 7.5, -0]);
    expect(e3m2.values.slice(0, 6)).toEqual([0, 0.0625, 0.125, 0.1875, 0.25, 0.3125]);
    expect(e3m2.values.slice(27, 32)).toEqual([14, 16, 20, 24, 28]);
  });

  test.each([
    [e5m2, 0x7c, Number.POSITIVE_INFINITY],
    [e5m2, 0xfc, Number.NEGATIVE_INFINITY],
    [e5m2, 0x7d, Number.NaN],
    [e5m2, 0xff, Number.NaN],
    [e4m3fn, 0x7f, Number.NaN],
    [e4m3fn, 0xff, Number.NaN],
    [e4m3fn, 0x78, 256],
    [e4m3fnuz, 0x80, Number.NaN],
    [e4m3fnuz, 0x81, -(2 ** -10)],
    [e4m3, 0x78, Number.POSITIVE_INFINITY],
    [e4m3, 0x79, Number.NaN],
    [e3m4, 0xf0, Number.NEGATIVE_INFINITY],
    [e8m0, 0xff, Number.NaN],
    [ue4m3, 0x7f, Number.NaN],
    [e4m3fn, 0x80, -0],
  ] as const)("%o holds at code %i what the specification says", (element, code, value) => {
    expect(Object.is(element.values[code], value)).toBe(true);
  });

  test("grow with the code", () => {
    for (const element of [e5m2, e4m3fn, e4m3b11fnuz, e3m4, e3m3, ue4m3, e8m0, fp3]) {
      const finite = element.values.slice(0, element.maxCode + 1);
      expect(finite).toEqual([...finite].sort((a, b) => a - b));
      expect(new Set(finite).size).toBe(finite.length);
    }
  });
});

describe("any parameters", () => {
  test("name themselves", () => {
    expect(floatElement({exponentBits: 4, mantissaBits: 3, bias: 11, specials: "fnuz"}).id).toBe(
      "e4m3b11fnuz",
    );
    expect(floatElement({exponentBits: 3, mantissaBits: 2, specials: "none"}).id).toBe("e3m2_finite");
    expect(floatElement({exponentBits: 5, mantissaBits: 6}).id).toBe("e5m6");
    expect(ue4m3.id).toBe("ue4m3fn");
  });

  test("without an exponent field are a fixed-point grid", () => {
    const element = floatElement({exponentBits: 0, mantissaBits: 3, specials: "none"});
    expect(element.values.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((n) => n / 8));
  });

  test("out of range are refused", () => {
    expect(() => floatElement({exponentBits: 9, mantissaBits: 3})).toThrow(
      "floatElement: exponentBits must be an integer from 0 to 8, got 9",
    );
    expect(() => floatElement({exponentBits: 4, mantissaBits: 0})).toThrow(
      "specials must be fn, fnuz or none",
    );
    expect(() => floatElement({exponentBits: 4, mantissaBits: 3, specials: "fnuz", signed: false})).toThrow(
      "specials must be ieee, fn or none if unsigned, got fnuz",
    );
    expect(() => floatElement({exponentBits: 8, mantissaBits: 3, specials: "none"})).toThrow(
      "bias must keep every value within float32, got 127",
    );
    expect(() => floatElement({exponentBits: 4, mantissaBits: 3, bias: 200})).toThrow("within float32");
    expect(() => floatElement({exponentBits: 8, mantissaBits: 10})).toThrow("the number of bits");
  });
});

describe("integers", () => {
  test("are two's complement, restricted or full, or unsigned", () => {
    expect(intElement({bits: 3}).values).toEqual([0, 1, 2, 3, -4, -3, -2, -1]);
    expect(intElement({bits: 3})).toMatchObject({lowest: -3, highest: 3, max: 3, emax: 1});
    expect(intElement({bits: 3, range: "full"}).lowest).toBe(-4);
    expect(intElement({bits: 2, signed: false}).values).toEqual([0, 1, 2, 3]);
  });

  test("of MX have a binary point after the first bit", () => {
    expect(intElement({bits: 8, fractionBits: 6})).toMatchObject({max: 127 / 64, emax: 0});
    expect(intElement({bits: 4, fractionBits: 2}).values[7]).toBe(1.75);
  });

  test("are one record per set of parameters", () => {
    expect(intElement({bits: 5})).toBe(intElement({bits: 5}));
    expect(intElement({bits: 5})).not.toBe(intElement({bits: 5, range: "full"}));
  });

  test("out of range are refused", () => {
    expect(() => intElement({bits: 1})).toThrow("intElement: bits must be an integer from 2 to 16, got 1");
    expect(() => intElement({bits: 4, fractionBits: -1})).toThrow(
      "fractionBits must be an integer from 0 to 16",
    );
  });
});

test("element records cannot be changed", () => {
  expect(Object.isFrozen(e2m1)).toBe(true);
  expect(Object.isFrozen(e2m1.values)).toBe(true);
  expect(Object.isFrozen(intElement({bits: 4}).values)).toBe(true);
});
