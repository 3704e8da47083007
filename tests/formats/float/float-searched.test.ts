import {describe, expect, test} from "vitest";
import {e2m1, e4m3fn, floatElement} from "../../../src/lib/formats/element.js";
import {scaledFloat} from "../../../src/lib/formats/float/float-scaled.js";
import {biasOfClip, searchedFloat, searchFloat} from "../../../src/lib/formats/float/float-searched.js";
import {roundHalfEven} from "../../../src/lib/formats/round.js";
import {tensorError} from "../../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const stream = randomStream(2, "searched floats");

/** The quantizer as the paper writes it. */
function quantized(x: number, e: number, m: number, c: number): number {
  const b = biasOfClip(e, m, c);
  const cut = Math.min(c, Math.max(-c, x));
  if (cut === 0) return 0;
  const p = Math.max(1, Math.floor(Math.log2(Math.abs(cut)) + b));
  const s = 2 ** (p - b - m);
  return s * roundHalfEven(cut / s);
}

describe("the bias of a clip value", () => {
  test("is that of E4M3 where its highest code were a number, and E4M3's grid appears", () => {
    expect(biasOfClip(4, 3, 480)).toBeCloseTo(7, 12);
    for (const value of e4m3fn.values.filter((v) => v > 0)) expect(quantized(value, 4, 3, 480)).toBe(value);
  });

  test("is 1 for E2M1 to 6, whose grid appears", () => {
    expect(biasOfClip(2, 1, 6)).toBeCloseTo(1, 12);
    const grid = new Set(Array.from({length: 601}, (_, i) => quantized(i / 100, 2, 1, 6)));
    expect([...grid].sort((a, b) => a - b)).toEqual([0, 0.5, 1, 1.5, 2, 3, 4, 6]);
    expect([...new Set(e2m1.values.map(Math.abs))]).toEqual([...grid]);
  });

  test("is a scale in other words", () => {
    const element = floatElement({exponentBits: 3, mantissaBits: 4, specials: "none"});
    for (const x of draws(200, stream.normal)) {
      const c = 2.5;
      const scale = c / element.max;
      const places = element.values.map((value) => Math.abs(value * scale - x));
      const nearest = places.indexOf(places.reduce((a, b) => Math.min(a, b)));
      expect(quantized(x, 3, 4, c)).toBeCloseTo(element.values[nearest] * scale, 6);
    }
  });
});

describe("the search", () => {
  test("finds the element of values that are its own", () => {
    const element = floatElement({exponentBits: 3, mantissaBits: 4, specials: "none"});
    const x = tensor(element.values.map((value) => value * 0.25));
    expect(searchFloat(x, 8)).toEqual({exponentBits: 3, scale: 0.25});
    const format = searchedFloat(8);
    expect(format.decode(format.encode(x)).data.map((v) => v + 0)).toEqual(x.data.map((v) => v + 0));
  });

  test("loses no more than E4M3 or E2M1 with one scale for the tensor", () => {
    const x = tensor(draws(4096, stream.normal), [64, 64]);
    for (const [bits, element] of [
      [8, e4m3fn],
      [4, e2m1],
    ] as const) {
      const errors = [searchedFloat(bits), scaledFloat({element, granularity: "tensor"})].map(
        (format) => tensorError(x.data, format.decode(format.encode(x)).data).mse,
      );
      expect(errors[0]).toBeLessThanOrEqual(errors[1]);
    }
  });

  test("clips values that stand alone", () => {
    const x = tensor([...draws(4000, stream.normal), 40]);
    const {exponentBits, scale} = searchFloat(x, 4);
    const {max} = floatElement({exponentBits, mantissaBits: 3 - exponentBits, specials: "none"});
    expect(max * scale).toBeLessThan(40);
  });
});

test("refuses bits out of range, what is not finite, and exponent bits that it has not", () => {
  expect(() => searchedFloat(2)).toThrow("searchedFloat: bits must be an integer from 3 to 8, got 2");
  expect(() => searchedFloat(8).encode(tensor([Number.NaN]))).toThrow("fp8_searched: x must be finite");
  const packed = searchedFloat(4).encode(tensor([1, 2]));
  expect(() =>
    searchedFloat(4).decode({...packed, parts: {...packed.parts, exponentBits: Uint8Array.of(4)}}),
  ).toThrow("fp4_searched.decode: exponentBits must be 1 to 3, got 4");
});
