import {describe, expect, test} from "vitest";
import {bitFields, codeFormula} from "../../../src/components/by-hand/formats/bit-fields.js";
import {
  codebookValues,
  elementCodebooks,
  innerShare,
  largestOf,
  lineCodebooks,
} from "../../../src/components/by-hand/formats/element-codebooks.js";
import {e2m1, e3m3, e4m3fn, e5m2, fp3, intElement} from "../../../src/lib/formats/element.js";
import {mxIntElement} from "../../../src/lib/formats/mx/mx.js";

const all = Object.entries(elementCodebooks).map(([id, {element}]) => [id, element] as const);

test.each(all)("the fields of %s are as many as its bits", (_, element) => {
  expect(bitFields(element)).toHaveLength(element.bits);
});

test("fields stand from the top bit down", () => {
  expect(bitFields(e2m1)).toEqual(["sign", "exponent", "exponent", "mantissa"]);
  expect(bitFields(e3m3)[0]).toBe("exponent");
  expect(bitFields(intElement({bits: 2}))).toEqual(["integer", "integer"]);
});

describe("codeFormula", () => {
  test.each([
    [e2m1, 5, "2^(2 − 1) × (1 + 1/2) = 3"],
    [e2m1, 9, "−2^(1 − 1) × 1/2 = −0.5"],
    [e2m1, 8, "−2^(1 − 1) × 0/2 = −0"],
    [fp3, 3, "2^(3 − 1) × 1 = 4"],
    [e4m3fn, 0x7e, "2^(15 − 7) × (1 + 6/8) = 448"],
  ] as const)("says how a reader computes code %#", (element, code, text) => {
    expect(codeFormula(element, code)).toBe(text);
  });

  test("names what is no number", () => {
    expect(codeFormula(e4m3fn, 0x7f)).toBe("code 127 is kept for NaN");
    expect(codeFormula(e5m2, 0x7c)).toBe("code 124 is kept for infinity");
  });

  test("divides integers by their fraction", () => {
    expect(codeFormula(mxIntElement(4), 7)).toBe("7 / 2^2 = 1.75");
    expect(codeFormula(intElement({bits: 4}), 15)).toBe("−1, the integer itself");
  });

  test.each(all)("computes to the codebook's value for every code of %s", (_, element) => {
    element.values.forEach((value, code) => {
      if (element.kind === "int" || !Number.isFinite(value)) return;
      const [computed] = codeFormula(element, code).split(" = ");
      expect(evaluate(computed)).toBe(value);
    });
  });
});

/** The value of `−2^(a − b) × (1 + c/d)`, as a reader would work it out. */
function evaluate(formula: string): number {
  const [, sign, power, a, b, , plus, c, d, plain] =
    /^(−?)(?:(2\^\((\d+) − (\d+)\))|(1)) × (?:\(?(1 \+ )?(\d+)\/(\d+)\)?|([01]))$/.exec(formula) ?? [];
  const scale = power === undefined ? 1 : 2 ** (Number(a) - Number(b));
  const significand = plain === undefined ? (plus ? 1 : 0) + Number(c) / Number(d) : Number(plain);
  return (sign ? -1 : 1) * scale * significand;
}

test("books count a zero once and leave out what rounding never gives", () => {
  expect(codebookValues(e2m1)).toEqual([-6, -4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 6]);
  expect(codebookValues(intElement({bits: 3}))).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  expect(innerShare({values: codebookValues(e2m1)})).toBeCloseTo(11 / 15, 12);
});

test.each(Object.entries(lineCodebooks))("the line of %s rises to its largest value", (_, book) => {
  expect([...book.values].sort((a, b) => a - b)).toEqual(book.values);
  expect(new Set(book.values).size).toBe(book.values.length);
  expect(largestOf(book)).toBe(Math.max(...book.values));
});
