/** Multiplication of an integer sum by a real number, in integers alone. */
import {requirePositive} from "../../tensor/require.js";

/** A number b / 2^c, 2^30 <= b < 2^31. */
export interface Dyadic {
  readonly multiplier: number;
  readonly shift: number;
}

/** Bits of the multiplier. */
const MULTIPLIER_BITS = 31;
/** Numbers from here on would need a shift to the left. */
const BELOW = 2 ** 14;
/** Bits of a sum that are multiplied apart, so that every product is exact. */
const LOW = 2 ** 16;

/**
 * The dyadic number nearest to `value`: its relative error is at most 2^-31. (Jacob et al., arXiv 1712.05877, section 2.2; arXiv
 * 2103.13630, section 4.1)
 * @throws RangeError unless `value` is above 0 and below 2^14.
 */
export function dyadicOf(value: number): Dyadic {
  requirePositive("dyadicOf", "value", value);
  if (value >= BELOW) throw new RangeError(`dyadicOf: value must be below ${BELOW}, got ${value}`);
  let shift = MULTIPLIER_BITS - 1 - Math.floor(Math.log2(value));
  let multiplier = Math.round(value * 2 ** shift);
  // The logarithm of a number just below a power of two may be rounded up to it, and so may the product.
  if (multiplier < 2 ** (MULTIPLIER_BITS - 1)) multiplier = Math.round(value * 2 ** ++shift);
  if (multiplier >= 2 ** MULTIPLIER_BITS) multiplier = Math.round(value * 2 ** --shift);
  return {multiplier, shift};
}

/** The number that it stands for. */
export const dyadicValue = ({multiplier, shift}: Dyadic): number => multiplier / 2 ** shift;

/**
 * A 32-bit sum times a dyadic number, rounded to the nearest integer, halves up: (sum * b + 2^(c - 1)) >> c, exact. The product
 * has up to 62 bits, so the multiplier is taken in two halves.
 */
export function requantize(sum: number, {multiplier, shift}: Dyadic): number {
  const low = sum * (multiplier % LOW);
  const high = sum * Math.floor(multiplier / LOW) + Math.floor(low / LOW);
  // What is left of the low half is less than one unit of the high half, and the half to add is whole units of it.
  const unit = 2 ** (shift - 16);
  return Math.floor((high + unit / 2) / unit);
}
