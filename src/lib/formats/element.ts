import {requireInteger} from "../tensor/require.js";
import type {Codebook} from "./format.js";

/**
 * Meanings of the topmost codes of a floating-point element:
 * - `ieee`: the largest exponent field holds infinity and NaNs (E5M2, E4M3, E3M4, FP16, BF16);
 * - `fn`: finite but for NaN, which is the code with all magnitude bits set (E4M3FN, UE4M3, E8M0);
 * - `fnuz`: NaN is the code of negative zero, which does not exist (E4M3FNUZ, E5M2FNUZ, E4M3B11FNUZ);
 * - `none`: every code is a finite number (E3M2, E2M3, E2M1, E3M3, FP3).
 */
export type Specials = "ieee" | "fn" | "fnuz" | "none";

/**
 * A floating-point element: sign, exponent field E, mantissa field M, from the top bit down. A code is
 * worth `2^(E - bias) * (1 + M / 2^m)`, and for E = 0 `2^(1 - bias) * M / 2^m`. (OCP FP8 and OCP MX 1.0)
 */
export interface FloatElement extends Codebook {
  readonly kind: "float";
  readonly id: string;
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  readonly signed: boolean;
  readonly specials: Specials;
  /** False for E8M0 alone, whose codes all are powers of two: E = 0 is 2^-bias, not zero. */
  readonly hasZero: boolean;
  /** Largest finite value and its code. */
  readonly max: number;
  readonly maxCode: number;
  /** Exponent of the largest power of two that is not above `max`. */
  readonly emax: number;
  readonly minNormal: number;
  /** Smallest positive value; `minNormal` where there are no subnormals. */
  readonly minSubnormal: number;
  /** The sign bit within a code; 0 if unsigned. */
  readonly signBit: number;
  readonly infCode: number | null;
  /** Positive NaN: of several, the one with only the top mantissa bit set. */
  readonly nanCode: number | null;
}

/**
 * An integer element: the code is the two's complement (or, unsigned, plain binary) of an integer k, worth
 * `k / 2^fractionBits`. MXINT8 is 8 bits with 6 fraction bits. (OCP MX 1.0)
 */
export interface IntElement extends Codebook {
  readonly kind: "int";
  readonly id: string;
  readonly fractionBits: number;
  readonly signed: boolean;
  /** The integers that rounding may produce, both inclusive. */
  readonly lowest: number;
  readonly highest: number;
  /** Largest value and the exponent of the largest power of two that is not above it. */
  readonly max: number;
  readonly emax: number;
}

/** An element format: what the code of one number stands for, before any scale. `values[code]` is its codebook. */
export type ElementFormat = FloatElement | IntElement;

/** The parameters of any floating-point element; see `floatElement`. */
export interface FloatElementOptions {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias?: number;
  readonly specials?: Specials;
  readonly signed?: boolean;
  readonly hasZero?: boolean;
  readonly id?: string;
}

function defaultBias(exponentBits: number, specials: Specials): number {
  const ieee = exponentBits === 0 ? 1 : 2 ** (exponentBits - 1) - 1;
  return specials === "fnuz" ? ieee + 1 : ieee;
}

function defaultId({exponentBits, mantissaBits, specials, signed, bias}: FloatElement): string {
  const suffix = specials === "ieee" ? "" : specials === "none" ? "_finite" : specials;
  const offset = bias === defaultBias(exponentBits, specials) ? "" : `b${bias}`;
  return `${signed ? "" : "u"}e${exponentBits}m${mantissaBits}${offset}${suffix}`;
}

function specialCodes(specials: Specials, magnitudeBits: number, mantissaBits: number) {
  const top = 2 ** magnitudeBits - 1;
  const inf = top + 1 - 2 ** mantissaBits;
  switch (specials) {
    case "ieee":
      return {maxCode: inf - 1, infCode: inf, nanCode: inf + 2 ** (mantissaBits - 1)};
    case "fn":
      return {maxCode: top - 1, infCode: null, nanCode: top};
    case "fnuz":
      return {maxCode: top, infCode: null, nanCode: top + 1};
    case "none":
      return {maxCode: top, infCode: null, nanCode: null};
  }
}

function magnitudeOf(element: Omit<FloatElement, "values">, code: number): number {
  const {mantissaBits: m, bias, hasZero} = element;
  const E = code >> m;
  const M = code & (2 ** m - 1);
  return E === 0 && hasZero ? 2 ** (1 - bias - m) * M : 2 ** (E - bias) * (1 + M / 2 ** m);
}

function codebookOf(element: Omit<FloatElement, "values">): readonly number[] {
  const {bits, signBit, specials, maxCode, infCode, nanCode} = element;
  return Array.from({length: 2 ** bits}, (_, code) => {
    const negative = (code & signBit) !== 0;
    const magnitude = negative ? code - signBit : code;
    const isNaNCode = specials === "fnuz" ? code === nanCode : magnitude > maxCode && magnitude !== infCode;
    if (isNaNCode) return Number.NaN;
    const value = magnitude === infCode ? Number.POSITIVE_INFINITY : magnitudeOf(element, magnitude);
    return negative ? -value : value;
  });
}

/**
 * The element `ExMy` of any parameters. `bias` defaults to 2^(x-1) - 1 (one more for `fnuz`), `specials`
 * to `ieee`, `signed` and `hasZero` to true. All its values are float32 numbers.
 * @throws RangeError if a parameter is out of range, or if a value would not be a float32 number.
 */
export function floatElement({
  exponentBits,
  mantissaBits,
  specials = "ieee",
  bias = defaultBias(exponentBits, specials),
  signed = true,
  hasZero = true,
  id,
}: FloatElementOptions): FloatElement {
  requireInteger("floatElement", "exponentBits", exponentBits, 0, 8);
  requireInteger("floatElement", "mantissaBits", mantissaBits, 0, 10);
  requireInteger("floatElement", "bias", bias, -127, 254);
  checkSpecials(specials, exponentBits, mantissaBits, signed);
  const magnitudeBits = exponentBits + mantissaBits;
  const bits = magnitudeBits + (signed ? 1 : 0);
  requireInteger("floatElement", "the number of bits", bits, 1, 16);
  const codes = specialCodes(specials, magnitudeBits, mantissaBits);
  const shared = {kind: "float" as const, bits, exponentBits, mantissaBits, bias, signed, specials, hasZero};
  const partial = {...shared, id: "", ...codes, signBit: signed ? 2 ** magnitudeBits : 0};
  const limits = floatLimits({...partial, max: 0, emax: 0, minNormal: 0, minSubnormal: 0});
  const element = {...partial, ...limits};
  let values: readonly number[] | undefined;
  return Object.freeze({
    ...element,
    id: id ?? defaultId({...element, values: []}),
    // Made when first asked for: 16-bit elements have 65 536 values that few callers need.
    get values() {
      values ??= Object.freeze(codebookOf(element));
      return values;
    },
  });
}

function checkSpecials(
  specials: Specials,
  exponentBits: number,
  mantissaBits: number,
  signed: boolean,
): void {
  if (specials === "ieee" && (exponentBits === 0 || mantissaBits === 0)) {
    throw new RangeError(
      `floatElement: specials must be fn, fnuz or none for E${exponentBits}M${mantissaBits}, got ieee. Infinity and NaN need an exponent field and a mantissa bit.`,
    );
  }
  if (specials === "fnuz" && !signed) {
    throw new RangeError("floatElement: specials must be ieee, fn or none if unsigned, got fnuz");
  }
}

function floatLimits(element: Omit<FloatElement, "values">) {
  const {exponentBits, mantissaBits, bias, hasZero, maxCode} = element;
  const max = magnitudeOf(element, maxCode);
  const minNormal = hasZero && exponentBits > 0 ? 2 ** (1 - bias) : magnitudeOf(element, hasZero ? 1 : 0);
  const minSubnormal = hasZero ? 2 ** (1 - bias - mantissaBits) : minNormal;
  if (!(max > 0) || Math.fround(max) !== max || Math.fround(minSubnormal) !== minSubnormal) {
    throw new RangeError(
      `floatElement: bias must keep every value within float32, got ${bias} (values from ${minSubnormal} to ${max})`,
    );
  }
  return {max, emax: Math.floor(Math.log2(max)), minNormal, minSubnormal};
}

/** The parameters of an integer element; see `intElement`. */
export interface IntElementOptions {
  readonly bits: number;
  readonly fractionBits?: number;
  readonly signed?: boolean;
  readonly range?: "full" | "restricted";
  readonly id?: string;
}

/**
 * An integer element of `bits` bits. `range` `restricted` (the default) is the symmetric
 * [-(2^(bits-1) - 1), 2^(bits-1) - 1], `full` begins at -2^(bits-1); an unsigned element is [0, 2^bits - 1].
 * @throws RangeError if a parameter is out of range.
 */
export function intElement({
  bits,
  fractionBits = 0,
  signed = true,
  range = "restricted",
  id = `${signed ? "" : "u"}int${bits}`,
}: IntElementOptions): IntElement {
  requireInteger("intElement", "bits", bits, signed ? 2 : 1, 16);
  requireInteger("intElement", "fractionBits", fractionBits, 0, 16);
  // One record per set of parameters, since the tables of a cast hang on the record.
  const key = `${id} ${bits} ${fractionBits} ${signed} ${range}`;
  const element = intElements.get(key) ?? makeIntElement({bits, fractionBits, signed, range, id});
  intElements.set(key, element);
  return element;
}

const intElements = new Map<string, IntElement>();

function makeIntElement({bits, fractionBits, signed, range, id}: Required<IntElementOptions>): IntElement {
  const count = 2 ** bits;
  const highest = signed ? count / 2 - 1 : count - 1;
  const lowest = signed ? -highest - (range === "full" ? 1 : 0) : 0;
  const max = highest / 2 ** fractionBits;
  const values = Array.from(
    {length: count},
    (_, code) => (code > highest ? code - count : code) / 2 ** fractionBits,
  );
  return Object.freeze({
    kind: "int",
    id,
    bits,
    fractionBits,
    signed,
    lowest,
    highest,
    max,
    emax: Math.floor(Math.log2(max)),
    values: Object.freeze(values),
  });
}

/** OCP FP8 E5M2: max 57344. */
export const e5m2 = floatElement({exponentBits: 5, mantissaBits: 2});
/** OCP FP8 E4M3: max 448, NaN at 0x7F, no infinity. */
export const e4m3fn = floatElement({exponentBits: 4, mantissaBits: 3, specials: "fn"});
/** E4M3FNUZ: bias 8, max 240. */
export const e4m3fnuz = floatElement({exponentBits: 4, mantissaBits: 3, specials: "fnuz"});
/** E5M2FNUZ: bias 16, max 57344. */
export const e5m2fnuz = floatElement({exponentBits: 5, mantissaBits: 2, specials: "fnuz"});
/** E4M3B11FNUZ: bias 11, max 30. */
export const e4m3b11fnuz = floatElement({exponentBits: 4, mantissaBits: 3, specials: "fnuz", bias: 11});
/** E4M3 as IEEE 754 would have it: max 240, infinity at 0x78. */
export const e4m3 = floatElement({exponentBits: 4, mantissaBits: 3});
/** E3M4 as IEEE 754 would have it: max 15.5. */
export const e3m4 = floatElement({exponentBits: 3, mantissaBits: 4});
/** OCP FP6 E3M2: max 28. */
export const e3m2 = floatElement({exponentBits: 3, mantissaBits: 2, specials: "none", id: "e3m2"});
/** OCP FP6 E2M3: max 7.5. */
export const e2m3 = floatElement({exponentBits: 2, mantissaBits: 3, specials: "none", id: "e2m3"});
/** OCP FP4 E2M1: 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives. */
export const e2m1 = floatElement({exponentBits: 2, mantissaBits: 1, specials: "none", id: "e2m1"});
/** FP3 of BitMoD and RaZeR v1: 0, 1, 2, 4 and their negatives. There is no standard FP3. */
export const fp3 = floatElement({exponentBits: 2, mantissaBits: 0, specials: "none", id: "fp3"});
/** Unsigned E3M3, the weight scale of RaZeR v2: by the bits up to 30. */
export const e3m3 = floatElement({
  exponentBits: 3,
  mantissaBits: 3,
  specials: "none",
  signed: false,
  id: "e3m3",
});
/** UE4M3, the block scale of NVFP4: E4M3FN without its sign bit. */
export const ue4m3 = floatElement({exponentBits: 4, mantissaBits: 3, specials: "fn", signed: false});
/** E8M0, the block scale of OCP MX: powers of two from 2^-127 to 2^127, NaN at 0xFF, no zero. */
export const e8m0 = floatElement({
  exponentBits: 8,
  mantissaBits: 0,
  bias: 127,
  specials: "fn",
  signed: false,
  hasZero: false,
  id: "e8m0",
});
/** IEEE 754 binary16. */
export const f16 = floatElement({exponentBits: 5, mantissaBits: 10, id: "f16"});
/** bfloat16: the upper half of a float32. */
export const bf16 = floatElement({exponentBits: 8, mantissaBits: 7, id: "bf16"});
