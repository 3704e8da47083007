import {shiftFloat32} from "../shift/shift-float.js";

/** Bits of a code of E2M1 beside its sign: two of the exponent, one of the mantissa. */
const SIGN = 8;

/**
 * The product of an E2M1 code with x: its exponent is added to that of x, and where its mantissa bit is set, half of the
 * moved x is added once more. In float32 exact for every x of float16. (MixPE, arXiv:2411.16158, section 3.2, W4A16)
 */
export function shiftedFp4(code: number, x: number): number {
  const [exponent, mantissa] = [(code >> 1) & 3, code & 1];
  const magnitude =
    exponent === 0
      ? mantissa * shiftFloat32(x, -1)
      : shiftFloat32(x, exponent - 1) + mantissa * shiftFloat32(x, exponent - 2);
  return code & SIGN ? -magnitude : magnitude;
}

/** Additions to an exponent field that this product takes: one for a code that is not 0, and one for each half that is added. */
export const fp4Shifts = (code: number): number => ((code & 7) === 0 ? 0 : 1 + halvesAdded(code));

/** Halves that this product adds: one where an exponent has a mantissa bit behind it (1.5, 3 and 6). */
export const halvesAdded = (code: number): number => ((code & 7) > 2 ? code & 1 : 0);

/**
 * The product of a two's complement integer of `bits` bits with x: x moved by its exponent to each bit that is set, the
 * sum in float32, which holds it exactly for every x of float16 and at most 13 bits. (MixPE, arXiv:2411.16158, section 3.2)
 */
export function shiftAddFloat(integer: number, x: number, bits: number): number {
  let sum = 0;
  for (let bit = 0; bit < bits; bit++) {
    if (((integer >> bit) & 1) === 0) continue;
    const moved = shiftFloat32(x, bit);
    sum = Math.fround(bit === bits - 1 ? sum - moved : sum + moved);
  }
  return sum;
}

/** Additions to an exponent field of that product: one for each bit that is set, the lowest beside. */
export function integerShifts(integer: number, bits: number): number {
  let set = 0;
  for (let bit = 1; bit < bits; bit++) set += (integer >> bit) & 1;
  return set;
}
