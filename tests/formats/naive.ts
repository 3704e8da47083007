import type {ElementFormat, FloatElement, IntElement} from "../../src/lib/formats/element.js";
import * as named from "../../src/lib/formats/element.js";
import {floatElement, intElement} from "../../src/lib/formats/element.js";
import type {Rounding} from "../../src/lib/formats/round.js";

/** The float32 number next above (or below) x. */
export function neighbour(x: number, up: boolean): number {
  const value = Float32Array.of(x);
  const bits = new Int32Array(value.buffer);
  if (x === 0) return up ? 2 ** -149 : -(2 ** -149);
  bits[0] += x > 0 === up ? 1 : -1;
  return value[0];
}

/** Whether the upper of two neighbours is taken by a number that is at, or on which side of, their midpoint. */
function takesUpper(side: number, upperIsEven: boolean, negative: boolean, rounding: Rounding): boolean {
  if (rounding === "toward-zero") return false;
  if (side !== 0) return side > 0;
  switch (rounding) {
    case "half-even":
    case "magic":
      return upperIsEven;
    case "half-away":
      return true;
    case "half-to-zero":
      return false;
    case "half-down":
      return negative;
    case "half-up":
      return !negative;
  }
}

/** The definition of a saturating cast: search all magnitudes, compare with the midpoint. */
function naiveFloat(element: FloatElement, x: number, rounding: Rounding): number {
  const negative = x < 0 || Object.is(x, -0);
  if (negative && !element.signed) return 0;
  const a = Math.abs(x);
  let code = 0;
  while (code < element.maxCode && element.values[code + 1] <= a) code++;
  const [lower, upper] = [element.values[code], element.values[code + 1]];
  const isBetween = code < element.maxCode && a > lower;
  if (isBetween && takesUpper(Math.sign(a - (lower + upper) / 2), code % 2 === 1, negative, rounding)) code++;
  const hasNegative = !(element.specials === "fnuz" && code === 0);
  return negative && hasNegative ? code + element.signBit : code;
}

function naiveInt({bits, fractionBits, lowest, highest}: IntElement, x: number, rounding: Rounding): number {
  const a = Math.min(Math.abs(x) * 2 ** fractionBits, 2 ** 20);
  const floor = Math.floor(a);
  const isEven = floor % 2 === 1;
  const up = a > floor && takesUpper(Math.sign(a - floor - 0.5), isEven, x < 0, rounding);
  const k = Math.min(Math.max(Math.sign(x) * (up ? floor + 1 : floor), lowest), highest);
  return k < 0 ? k + 2 ** bits : k + 0;
}

/** The code of x by the definition, slowly. */
export function naiveCode(element: ElementFormat, x: number, rounding: Rounding): number {
  return element.kind === "int" ? naiveInt(element, x, rounding) : naiveFloat(element, x, rounding);
}

const {e5m2, e4m3fn, e4m3fnuz, e5m2fnuz, e4m3b11fnuz, e4m3, e3m4, e3m2, e2m3, e2m1, e3m3, ue4m3, fp3} = named;

const others = [
  {exponentBits: 1, mantissaBits: 2, specials: "none"},
  {exponentBits: 0, mantissaBits: 3, specials: "none"},
  {exponentBits: 0, mantissaBits: 7, specials: "fnuz"},
  {exponentBits: 4, mantissaBits: 0, specials: "fn"},
  {exponentBits: 1, mantissaBits: 7, specials: "none", signed: false},
  {exponentBits: 2, mantissaBits: 5, specials: "ieee"},
  {exponentBits: 6, mantissaBits: 1, specials: "ieee"},
  {exponentBits: 5, mantissaBits: 2, specials: "ieee", signed: false},
  {exponentBits: 4, mantissaBits: 3, specials: "none", bias: 146},
  {exponentBits: 3, mantissaBits: 2, specials: "none", bias: -100},
  {exponentBits: 6, mantissaBits: 2, specials: "none", signed: false, hasZero: false},
] as const;

/** All named floating-point elements but E8M0, and a choice of others at the edges of what is allowed. */
export const floatElements: readonly FloatElement[] = [
  ...[e5m2, e4m3fn, e4m3fnuz, e5m2fnuz, e4m3b11fnuz, e4m3, e3m4, e3m2, e2m3, e2m1, e3m3, ue4m3, fp3],
  ...others.map((options) => floatElement(options)),
];

/** Integers of 2 to 8 bits: restricted, full, unsigned, and with MX's fraction bits. */
export const intElements: readonly IntElement[] = [2, 3, 4, 5, 6, 7, 8].flatMap((bits) => [
  intElement({bits}),
  intElement({bits, range: "full", id: `int${bits}_full`}),
  intElement({bits, signed: false}),
  intElement({bits, fractionBits: bits - 2, id: `mxint${bits}`}),
]);
