import {describe, expect, test} from "vitest";
import {arithmetics} from "../../src/lib/arithmetic/registry.js";
import {shiftAdd} from "../../src/lib/arithmetic/shift-add/shift-add.js";
import {
  fp4Shifts,
  halvesAdded,
  integerShifts,
  shiftAddFloat,
  shiftedFp4,
} from "../../src/lib/arithmetic/shift-add/shift-add-float.js";
import {decodeValues} from "../../src/lib/formats/cast.js";
import {e2m1, f16} from "../../src/lib/formats/element.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

/** Every finite number of float16. */
const HALVES = decodeValues(
  f16,
  Uint16Array.from({length: 2 ** 16}, (_, code) => code),
).filter(Number.isFinite);
const CODES = Array.from({length: 16}, (_, code) => code);
const INTEGERS = CODES.map((code) => code - 8);
const same = (a: number, b: number) => a === b;

describe("a product of W4A16", () => {
  test("with E2M1 is the product of the decoded value, for every code and every finite float16", () => {
    for (const code of CODES) {
      const value = e2m1.values[code];
      expect(HALVES.every((x) => same(shiftedFp4(code, x), value * x))).toBe(true);
    }
  });

  test("with an integer of 4 bits is the product, for all of them and every finite float16", () => {
    for (const integer of INTEGERS)
      expect(HALVES.every((x) => same(shiftAddFloat(integer, x, 4), integer * x))).toBe(true);
  });

  test("adds a half to 1.5, 3 and 6 alone, and moves an exponent once a term", () => {
    const withHalf = CODES.filter((code) => halvesAdded(code) === 1).map((code) =>
      Math.abs(e2m1.values[code]),
    );
    expect(new Set(withHalf)).toEqual(new Set([1.5, 3, 6]));
    expect(CODES.map(fp4Shifts).reduce((sum, count) => sum + count, 0)).toBe(2 * (7 + 3));
    expect([integerShifts(0, 4), integerShifts(1, 4), integerShifts(7, 4), integerShifts(-8, 4)]).toEqual([
      0, 0, 2, 1,
    ]);
  });

  test("of integers alone is that of W4A8", () => {
    for (const integer of INTEGERS)
      for (let x = -128; x < 128; x++) expect(shiftAddFloat(integer, x, 4)).toBe(shiftAdd(integer, x, 4) + 0);
  });
});

const [TOKENS, OUTPUTS, WIDTH, GROUP] = [3, 4, 70, 32];
const stream = randomStream(5, "float products");
const weights = {shape: [OUTPUTS, WIDTH], data: draws(OUTPUTS * WIDTH, () => stream.normal())};
const inputs = {shape: [TOKENS, WIDTH], data: draws(TOKENS * WIDTH, () => 3 * stream.normal())};

describe("a matrix product of W4A16", () => {
  test("with E2M1 is bit for bit that of multiplied values whose sums are float32 in the same order", () => {
    const run = arithmetics.byId("shifted-fp4").product(weights, inputs);
    for (let t = 0; t < TOKENS; t++) {
      for (let o = 0; o < OUTPUTS; o++) {
        let sum = 0;
        for (let from = 0; from < WIDTH; from += GROUP) {
          const [w, x] = [o, t].map((row, i) =>
            (i === 0 ? run.weights : run.inputs).subarray(
              row * WIDTH + from,
              row * WIDTH + Math.min(from + GROUP, WIDTH),
            ),
          );
          // The scale is what makes the group's largest magnitude a 6.
          const scale = w.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 6;
          let products = 0;
          for (const [k, value] of w.entries()) products = Math.fround(products + (value / scale) * x[k]);
          sum = Math.fround(sum + Math.fround(scale * products));
        }
        expect(run.output[t * OUTPUTS + o]).toBe(sum);
      }
    }
  });

  test("with integers is exact where inputs are whole numbers and scales powers of two, zero points as well", () => {
    const whole = {shape: [TOKENS, WIDTH], data: draws(TOKENS * WIDTH, () => stream.integer(41) - 20)};
    // Each group reaches from -2 to 5.5 in steps of a half: scale 0.5, zero point 4.
    const spread = draws(OUTPUTS * WIDTH, () => (stream.integer(16) - 4) / 2);
    for (let i = 0; i < OUTPUTS * WIDTH; i++) if ((i % WIDTH) % GROUP < 2) spread[i] = i % 2 === 0 ? -2 : 5.5;
    const run = arithmetics.byId("shifted-floats").product({shape: [OUTPUTS, WIDTH], data: spread}, whole);
    expect(Array.from(run.weights)).toEqual(Array.from(spread));
    for (let t = 0; t < TOKENS; t++) {
      for (let o = 0; o < OUTPUTS; o++) {
        let exact = 0;
        for (let k = 0; k < WIDTH; k++) exact += spread[o * WIDTH + k] * whole.data[t * WIDTH + k];
        expect(run.output[t * OUTPUTS + o]).toBe(exact);
      }
    }
  });
});
