import type {ElementFormat, FloatElement, IntElement} from "./element.js";
import {mirrorRounding, type Rounding, rounderOf} from "./round.js";

/**
 * What becomes of a number that rounds beyond the largest finite value, and of an infinity: the largest
 * value (OCP SAT), or infinity or NaN where the format has one (OCP NONSAT: E5M2 `inf`, E4M3FN `nan`).
 */
export type Overflow = "saturate" | "inf" | "nan";

/** How to cast; the defaults are those of OCP MX and NVFP4 elements. */
export interface CastOptions {
  readonly rounding?: Rounding;
  readonly overflow?: Overflow;
}

const float32 = new Float32Array(1);
const float32Bits = new Uint32Array(float32.buffer);

/**
 * The exponent of the largest power of two that is not above the float32 number |x|, read from its bits;
 * `-Infinity` for 0. `Math.log2` would be wrong just below a power of two.
 */
export function floorLog2(x: number): number {
  float32[0] = x;
  const magnitude = float32Bits[0]! & 0x7fffffff;
  if (magnitude === 0) return Number.NEGATIVE_INFINITY;
  return magnitude >>> 23 === 0 ? -118 - Math.clz32(magnitude) : (magnitude >>> 23) - 127;
}

/**
 * Where a >= 0 lies on the line of magnitude codes: code c is at c, and between two neighbouring codes the
 * line is straight, so rounding the position to an integer rounds the value to a code, ties and all.
 */
function codePosition({mantissaBits, bias, hasZero}: FloatElement, a: number): number {
  const exponent = Math.max(floorLog2(a), hasZero ? 1 - bias : -bias);
  return (exponent + bias - 1) * 2 ** mantissaBits + a * 2 ** (mantissaBits - exponent);
}

function overflowCode({id, maxCode, infCode, nanCode}: FloatElement, overflow: Overflow): number {
  if (overflow === "saturate") return maxCode;
  const code = overflow === "inf" ? infCode : overflow === "nan" ? nanCode : null;
  if (code === null) {
    throw new RangeError(
      `encodeValue: overflow must be saturate, or inf or nan where the format has such a code, got ${overflow} for ${id}`,
    );
  }
  return code;
}

/** The code that a NaN becomes: NaN, else negative zero, else (where there is neither) zero. */
function nanCodeOf(element: ElementFormat): number {
  if (element.kind === "int") return 0;
  return element.nanCode ?? element.signBit;
}

/**
 * E8M0 has no mantissa bit that could be even. As ml_dtypes casts to it, `half-even` sends the tie 1.5 * 2^k
 * up, and all between the two smallest codes up as well: those float32 numbers are subnormal.
 */
function roundScalePosition(position: number): number {
  return position < 1 ? Math.ceil(position) : Math.floor(position + 0.5);
}

function magnitudeRounder({hasZero, mantissaBits}: FloatElement, rounding: Rounding, negative: boolean) {
  if (!hasZero && mantissaBits === 0 && rounding === "half-even") return roundScalePosition;
  return rounderOf(negative ? mirrorRounding(rounding) : rounding);
}

function encodeFloat(element: FloatElement, x: number, rounding: Rounding, overflow: Overflow): number {
  const {signBit, specials, hasZero, maxCode, nanCode} = element;
  const negative = x < 0 || Object.is(x, -0);
  if (signBit === 0 && (x < 0 || (x === 0 && !hasZero))) {
    return overflow === "saturate" ? 0 : (nanCode ?? 0);
  }
  const a = Math.abs(x);
  const round = magnitudeRounder(element, rounding, negative);
  const code = a === Number.POSITIVE_INFINITY ? maxCode + 1 : round(Math.max(0, codePosition(element, a)));
  const magnitude = code > maxCode ? overflowCode(element, overflow) : code;
  if (specials === "fnuz" && (magnitude === 0 || magnitude === nanCode)) return magnitude;
  return negative ? magnitude + signBit : magnitude;
}

function encodeInt(element: IntElement, x: number, rounding: Rounding): number {
  const {bits, fractionBits, lowest, highest} = element;
  const limited = Math.min(Math.max(x * 2 ** fractionBits, lowest - 1), highest + 1);
  const k = Math.min(Math.max(rounderOf(rounding)(limited), lowest), highest);
  return k & (2 ** bits - 1);
}

/**
 * Casts `x`, rounded to float32 first, to the code of an element. Infinity counts as overflow; integers
 * always saturate. NaN gives the positive NaN code; where there is none the code of negative zero, and where
 * there is none either, zero. An unsigned element has no code for a negative number, nor E8M0 for zero: they
 * become code 0 under `saturate`, else NaN. (OCP FP8 1.0; OCP MX 1.0, section 5)
 * @throws RangeError if the element lacks the infinity or NaN that `overflow` asks for.
 */
export function encodeValue(
  element: ElementFormat,
  x: number,
  {rounding = "half-even", overflow = "saturate"}: CastOptions = {},
): number {
  if (Number.isNaN(x)) return nanCodeOf(element);
  const v = Math.fround(x);
  return element.kind === "int"
    ? encodeInt(element, v, rounding)
    : encodeFloat(element, v, rounding, overflow);
}

/**
 * The value of a code.
 * @throws RangeError if the element has no such code.
 */
export function decodeValue(element: ElementFormat, code: number): number {
  const value = element.values[code];
  if (value === undefined) {
    throw new RangeError(
      `decodeValue: code must be an integer from 0 to ${2 ** element.bits - 1}, got ${code}`,
    );
  }
  return value;
}

/** `x` rounded to a value of the element: `decodeValue` of `encodeValue`. */
export function castValue(element: ElementFormat, x: number, options: CastOptions = {}): number {
  return decodeValue(element, encodeValue(element, x, options));
}

const tables = new Map<ElementFormat, Map<string, Uint8Array>>();

/**
 * The casts of every float32 number to an element of at most 8 bits, by the upper half of its bits and
 * whether the lower half holds anything: `table[castIndex(bits)]`. No rounding boundary of such an element
 * has more than 8 significant bits, so all numbers of one entry share a code. Made once per element and rule.
 * @throws RangeError if the element has more than 8 bits.
 */
export function castTable(element: ElementFormat, options: CastOptions = {}): Uint8Array {
  if (element.bits > 8) {
    throw new RangeError(`castTable: element must have at most 8 bits, got ${element.bits} (${element.id})`);
  }
  const key = `${options.rounding} ${options.overflow}`;
  const ofElement = tables.get(element) ?? new Map<string, Uint8Array>();
  tables.set(element, ofElement);
  const table = ofElement.get(key) ?? makeCastTable(element, options);
  ofElement.set(key, table);
  return table;
}

function makeCastTable(element: ElementFormat, options: CastOptions): Uint8Array {
  const table = new Uint8Array(2 ** 17);
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  for (let index = 0; index < table.length; index++) {
    bits[0] = ((index >>> 1) << 16) | (index & 1);
    const negativeNaN = Number.isNaN(value[0]) && index >= 2 ** 16;
    table[index] = negativeNaN ? negativeNaNCode(element) : encodeValue(element, value[0]!, options);
  }
  return table;
}

function negativeNaNCode(element: ElementFormat): number {
  const code = nanCodeOf(element);
  return element.kind === "float" ? code | element.signBit : code;
}

/** The entry of a `castTable` for the float32 number with these bits. */
export function castIndex(bits: number): number {
  return ((bits >>> 15) & ~1) | ((bits & 0xffff) === 0 ? 0 : 1);
}

function castBits(x: Float32Array, table: Uint8Array): Uint8Array {
  const bits = new Uint32Array(x.buffer, x.byteOffset, x.length);
  const codes = new Uint8Array(x.length);
  for (let i = 0; i < bits.length; i++) codes[i] = table[castIndex(bits[i]!)]!;
  return codes;
}

/**
 * Casts float32 numbers to codes as `encodeValue` does, but a NaN keeps the sign of its stored bits where the
 * element has two NaN codes. Elements of more than 8 bits give 16-bit codes.
 * @throws RangeError if the element lacks the infinity or NaN that `overflow` asks for.
 */
export function encodeValues(
  element: ElementFormat,
  x: Float32Array,
  options: CastOptions = {},
): Uint8Array | Uint16Array {
  if (element.bits <= 8) return castBits(x, castTable(element, options));
  const codes = new Uint16Array(x.length);
  for (let i = 0; i < codes.length; i++) codes[i] = encodeValue(element, x[i]!, options);
  return codes;
}

/**
 * The values of codes, as float32 numbers.
 * @throws RangeError if the element has no such code.
 */
export function decodeValues(element: ElementFormat, codes: ArrayLike<number>): Float32Array {
  const values = Float32Array.from(element.values);
  const x = new Float32Array(codes.length);
  for (let i = 0; i < x.length; i++) {
    const code = codes[i]!;
    x[i] = code < values.length ? values[code]! : decodeValue(element, code);
  }
  return x;
}
