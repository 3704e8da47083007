import type {ElementFormat, FloatElement, IntElement} from "./element.js";
import {mirrorRounding, type Rounding, rounderOf} from "./round.js";

/**
 * The fate of a number that rounds beyond the largest finite value, and of an infinity: the largest
 * value (OCP SAT), or infinity or NaN where the format has one (OCP NONSAT: E5M2 `inf`, E4M3FN `nan`).
 */
export type Overflow = "saturate" | "inf" | "nan";

/** Options of a cast; the defaults are those of OCP MX and NVFP4 elements. */
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
  const magnitude = float32Bits[0] & 0x7fffffff;
  if (magnitude === 0) return Number.NEGATIVE_INFINITY;
  return magnitude >>> 23 === 0 ? -118 - Math.clz32(magnitude) : (magnitude >>> 23) - 127;
}

const LOWEST_EXPONENT = -149;

/** 2^(m - e) for every exponent e of a float32 number, from -149 to 127. */
function stepsPerUnit(mantissaBits: number): Float64Array {
  return Float64Array.from({length: 277}, (_, i) => 2 ** (mantissaBits - i - LOWEST_EXPONENT));
}

/**
 * Place of a >= 0 on the line of magnitude codes: code c is at c, and between two neighbouring codes the
 * line is straight, so rounding the position to an integer rounds the value to a code, ties and all.
 */
function codePositionOf({mantissaBits, bias, hasZero}: FloatElement): (a: number) => number {
  const smallestExponent = Math.max(hasZero ? 1 - bias : -bias, LOWEST_EXPONENT);
  const codesPerBinade = 2 ** mantissaBits;
  const steps = stepsPerUnit(mantissaBits);
  return (a) => {
    const exponent = Math.max(floorLog2(a), smallestExponent);
    return (exponent + bias - 1) * codesPerBinade + a * steps[exponent - LOWEST_EXPONENT];
  };
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

type Encoder = (x: number) => number;

/** The cast of float32 numbers that are not NaN. */
function floatEncoder(element: FloatElement, rounding: Rounding, overflow: Overflow): Encoder {
  const {signBit, specials, hasZero, maxCode, nanCode} = element;
  const position = codePositionOf(element);
  const roundPositive = magnitudeRounder(element, rounding, false);
  const roundNegative = magnitudeRounder(element, rounding, true);
  const tooLarge = overflowCode(element, overflow);
  const unsayable = overflow === "saturate" ? 0 : (nanCode ?? 0);
  return (x) => {
    if (signBit === 0 && (x < 0 || (x === 0 && !hasZero))) return unsayable;
    const negative = x < 0 || Object.is(x, -0);
    const round = negative ? roundNegative : roundPositive;
    const a = Math.abs(x);
    const code = a === Number.POSITIVE_INFINITY ? maxCode + 1 : round(Math.max(0, position(a)));
    const magnitude = code > maxCode ? tooLarge : code;
    if (specials === "fnuz" && (magnitude === 0 || magnitude === nanCode)) return magnitude;
    return negative ? magnitude + signBit : magnitude;
  };
}

function intEncoder({bits, fractionBits, lowest, highest}: IntElement, rounding: Rounding): Encoder {
  const round = rounderOf(rounding);
  const unit = 2 ** fractionBits;
  const mask = 2 ** bits - 1;
  return (x) => {
    // Limited before rounding as well: `magic` is exact for small numbers only.
    const near = Math.min(Math.max(x * unit, lowest - 1), highest + 1);
    return Math.min(Math.max(round(near), lowest), highest) & mask;
  };
}

function makeEncoder(element: ElementFormat, {rounding, overflow}: Required<CastOptions>): Encoder {
  const encode =
    element.kind === "int" ? intEncoder(element, rounding) : floatEncoder(element, rounding, overflow);
  const nan = nanCodeOf(element);
  return (x) => (Number.isNaN(x) ? nan : encode(x));
}

/** Tables made once for each element and cast rule. */
function memoized<T>(make: (element: ElementFormat, options: Required<CastOptions>) => T) {
  type ByRule = Partial<Record<Rounding, Partial<Record<Overflow, T>>>>;
  const made = new WeakMap<ElementFormat, ByRule>();
  return (element: ElementFormat, {rounding = "half-even", overflow = "saturate"}: CastOptions): T => {
    const before = made.get(element);
    const found = before?.[rounding]?.[overflow];
    if (found !== undefined) return found;
    const result = make(element, {rounding, overflow});
    made.set(element, {...before, [rounding]: {...before?.[rounding], [overflow]: result}});
    return result;
  };
}

const encoderOf = memoized(makeEncoder);

/**
 * Casts `x`, rounded to float32 first, to the code of an element. Infinity counts as overflow; integers
 * always saturate. NaN gives the positive NaN code; where there is none the code of negative zero, and where
 * there is none either, zero. An unsigned element has no code for a negative number, nor E8M0 for zero: they
 * become code 0 under `saturate`, else NaN. (OCP FP8 1.0; OCP MX 1.0, section 5)
 * @throws RangeError if the element lacks the infinity or NaN that `overflow` needs.
 */
export function encodeValue(element: ElementFormat, x: number, options: CastOptions = {}): number {
  return encoderOf(element, options)(Math.fround(x));
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

/**
 * True if the upper half of a float32 number's bits decides every rounding boundary of the element: it has
 * at most 8 significant bits, none of them below 2^-133.
 */
function hasTable(element: ElementFormat): boolean {
  if (element.bits > 8) return false;
  if (element.kind === "int") return element.highest < 128;
  return element.mantissaBits <= 6 && element.minSubnormal >= 2 ** -132;
}

/**
 * The casts of all float32 numbers to an element, by the upper half of their bits and whether the lower half
 * holds anything: `table[castIndex(bits)]`. No two numbers of one entry have a rounding boundary between them.
 * Made once per element and rule.
 * @throws RangeError if the element is too fine for it: more than 8 bits, or 8 bits without sign.
 */
export function castTable(element: ElementFormat, options: CastOptions = {}): Uint8Array {
  if (!hasTable(element)) {
    throw new RangeError(
      `castTable: element must have at most 8 bits, of these at most 7 for the magnitude of an integer and 6 for the mantissa, got ${element.id}`,
    );
  }
  return tableOf(element, options);
}

const tableOf = memoized(makeCastTable);

function makeCastTable(element: ElementFormat, options: CastOptions): Uint8Array {
  const encode = encoderOf(element, options);
  return castTableOf((x, isNegative) =>
    Number.isNaN(x) && isNegative ? negativeNaNCode(element) : encode(x),
  );
}

/** A table as `castTable` of any cast whose rounding boundaries the upper half of a float32 number's bits decides. */
export function castTableOf(encode: (x: number, isNegative: boolean) => number): Uint8Array {
  const table = new Uint8Array(2 ** 17);
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  for (let index = 0; index < table.length; index++) {
    bits[0] = ((index >>> 1) << 16) | (index & 1);
    table[index] = encode(value[0], index >= 2 ** 16);
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
  for (let i = 0; i < bits.length; i++) codes[i] = table[castIndex(bits[i])];
  return codes;
}

/**
 * Casts float32 numbers to codes as `encodeValue` does, but a NaN keeps the sign of its stored bits where the
 * element has two NaN codes. Elements of more than 8 bits give 16-bit codes.
 * @throws RangeError if the element lacks the infinity or NaN that `overflow` needs.
 */
export function encodeValues(
  element: ElementFormat,
  x: Float32Array,
  options: CastOptions = {},
): Uint8Array | Uint16Array {
  if (hasTable(element)) return castBits(x, tableOf(element, options));
  const codes = element.bits <= 8 ? new Uint8Array(x.length) : new Uint16Array(x.length);
  const encode = encoderOf(element, options);
  for (let i = 0; i < codes.length; i++) codes[i] = encode(x[i]);
  return codes;
}

const decodeTables = new WeakMap<ElementFormat, Float32Array>();

function decodeTable(element: ElementFormat): Float32Array {
  const table = decodeTables.get(element) ?? Float32Array.from(element.values);
  decodeTables.set(element, table);
  return table;
}

/**
 * The values of codes, as float32 numbers.
 * @throws RangeError if the element has no such code.
 */
export function decodeValues(element: ElementFormat, codes: Uint8Array | Uint16Array): Float32Array {
  // A loop for each type of array: one that has seen two is several times slower.
  return codes instanceof Uint8Array ? decodeBytes(element, codes) : decodeWords(element, codes);
}

function decodeBytes(element: ElementFormat, codes: Uint8Array): Float32Array {
  const values = decodeTable(element);
  const x = new Float32Array(codes.length);
  for (let i = 0; i < x.length; i++) {
    const code = codes[i];
    x[i] = code < values.length ? values[code] : decodeValue(element, code);
  }
  return x;
}

function decodeWords(element: ElementFormat, codes: Uint16Array): Float32Array {
  const values = decodeTable(element);
  const x = new Float32Array(codes.length);
  for (let i = 0; i < x.length; i++) {
    const code = codes[i];
    x[i] = code < values.length ? values[code] : decodeValue(element, code);
  }
  return x;
}
