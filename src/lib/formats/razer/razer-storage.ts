import {encodeValue} from "../cast.js";
import {e2m1, f16} from "../element.js";

/**
 * How other kernels store RaZeR codes. All take the canonical code: E2M1, with 8 as the special value and 0 as zero.
 * (RaZeR v1 and v2, inference code; number formats spec, 4.5)
 */

const SPECIAL = 8;

/** The v1 GEMV kernel's code by canonical code: sign in bit 0, biased exponent and mantissa in bits 3 … 1. */
const GEMV_CODES = Uint8Array.of(2, 0, 4, 6, 8, 10, 12, 14, 3, 1, 5, 7, 9, 11, 13, 15);

/** Canonical codes as the v1 GEMV kernel stores them: 2 is zero and 3 the special value. */
export function gemvCodes(codes: Uint8Array): Uint8Array {
  return codes.map((code) => GEMV_CODES[code]);
}

/** Undoes {@link gemvCodes}. */
export function codesFromGemv(codes: Uint8Array): Uint8Array {
  return codes.map((code) => GEMV_CODES.indexOf(code));
}

/**
 * The value of a v1 GEMV code: the bits of a float32 are made by two shifts, except for zero and the special value,
 * whose places would be +-0.75.
 */
export function gemvValue(code: number, special: number): number {
  if (code === 2) return 0;
  if (code === 3) return special;
  const bits = new Uint32Array([((0x1f8 + (code & 0xe)) << 21) | (code << 31)]);
  return new Float32Array(bits.buffer)[0];
}

/**
 * Special-value indices as the v1 GEMV kernel stores them: 4 bits a group, eight groups a 32-bit word, the first
 * lowest; the last word is filled with zeros.
 */
export function gemvIndexWords(indices: Uint8Array): Int32Array {
  const words = new Int32Array(Math.ceil(indices.length / 8));
  indices.forEach((index, i) => {
    words[i >> 3] |= index << (4 * (i & 7));
  });
  return words;
}

/** A group as the Marlin-style tensor-core kernel stores it. */
export interface MarlinGroup {
  /** Canonical codes, all but zero and the special value with the sign flipped where the special value is negative. */
  readonly codes: Uint8Array;
  /** Float16 bits: sign that of the special value, lowest mantissa bit its magnitude (0: 5, 1: 8). */
  readonly scaleBits: number;
}

/**
 * Stores a group for the Marlin-style kernel. The flag takes the lowest mantissa bit of the scale, which is rounded
 * to the 15 bits that remain.
 * @throws RangeError unless special is 5, -5, 8 or -8 and scale is at least 0 and within float16.
 */
export function marlinGroup(codes: Uint8Array, scale: number, special: number): MarlinGroup {
  if (![5, -5, 8, -8].includes(special)) {
    throw new RangeError(`marlinGroup: special must be one of 5, -5, 8, -8, got ${special}`);
  }
  if (!(scale >= 0 && scale <= f16.max)) {
    throw new RangeError(`marlinGroup: scale must be from 0 to ${f16.max}, got ${scale}`);
  }
  const flag = Math.abs(special) === 8 ? 1 : 0;
  const sign = special < 0 ? 0x8000 : 0;
  const scaleBits = sign | evenScaleBits(scale) | flag;
  return {codes: special < 0 ? flipped(codes) : codes.slice(), scaleBits};
}

/** The float16 number nearest to scale whose lowest mantissa bit is 0, ties to the lower one. */
function evenScaleBits(scale: number): number {
  const bits = encodeValue(f16, scale);
  const below = bits & ~1;
  const above = Math.min(below + 2, f16.maxCode & ~1);
  return scale - f16.values[below] <= f16.values[above] - scale ? below : above;
}

/** Undoes {@link marlinGroup}: canonical codes, the rounded scale, the special value. */
export function fromMarlinGroup({codes, scaleBits}: MarlinGroup): {
  readonly codes: Uint8Array;
  readonly scale: number;
  readonly special: number;
} {
  const magnitude = 5 + 3 * (scaleBits & 1);
  const negative = (scaleBits & 0x8000) !== 0;
  return {
    codes: negative ? flipped(codes) : codes.slice(),
    scale: f16.values[scaleBits & 0x7ffe],
    special: negative ? -magnitude : magnitude,
  };
}

const flipped = (codes: Uint8Array): Uint8Array =>
  codes.map((code) => (code === 0 || code === SPECIAL ? code : code ^ 8));

/**
 * A RaZeR matrix as two NVFP4 operands whose products add up, for tensor cores that know E2M1 alone: `main` has +-4
 * at the special values, `correction` what is missing there (1 for 5, 4 for 8) and 0 elsewhere.
 * @param specials the special value of every element's block.
 * @throws RangeError naming the index where special - sign(special) 4 is no E2M1 value.
 */
export function splitForTwoGemms(
  codes: Uint8Array,
  specials: ArrayLike<number>,
): {readonly main: Uint8Array; readonly correction: Uint8Array} {
  const main = codes.slice();
  const correction = new Uint8Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] !== SPECIAL) continue;
    const special = specials[i];
    const rest = special - Math.sign(special) * 4;
    const code = e2m1.values.indexOf(rest);
    if (code < 0) {
      throw new RangeError(
        `splitForTwoGemms: specials must be 4 more than an E2M1 value, such as 5 or 8, got ${special} at index ${i}`,
      );
    }
    main[i] = encodeValue(e2m1, Math.sign(special) * 4);
    correction[i] = code;
  }
  return {main, correction};
}
