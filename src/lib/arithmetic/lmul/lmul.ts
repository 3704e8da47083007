import {requireInteger} from "../../tensor/require.js";

/** Mantissa bits of float32. */
const MANTISSA = 23;
/** Bits of 1 in float32: the exponent's bias. */
const ONE = 127 << MANTISSA;
const SIGN = 0x80000000;
const MAGNITUDE = 0x7fffffff;
const MAX_FINITE = 0x7f7fffff;

const bits = new Int32Array(1);
const value = new Float32Array(bits.buffer);

const bitsOf = (x: number): number => {
  value[0] = x;
  return bits[0];
};

/**
 * Places l of the constant 2^-l that stands for the product of two mantissas of m bits: m up to 3, 3 for 4, 4 beyond.
 * (L-Mul, arXiv:2410.00907, equation 1)
 */
export const offsetPlaces = (mantissaBits: number): number =>
  mantissaBits <= 3 ? mantissaBits : mantissaBits === 4 ? 3 : 4;

/** Bits that are added to the bits of both factors: 2^-l of a mantissa, less the bias that would count twice; null adds no 2^-l. */
export function addedBits(places: number | null): number {
  if (places === null) return -ONE;
  requireInteger("lmul", "places", places, 1, MANTISSA);
  return (1 << (MANTISSA - places)) - ONE;
}

/**
 * Bits of the product of two float32 numbers given by their bits: one integer addition, a carry of the mantissas goes into
 * the exponent by itself. A factor 0 gives 0; what leaves the range is 0 or the largest finite number.
 */
export function lmulBits(a: number, b: number, added: number): number {
  const [x, y] = [a & MAGNITUDE, b & MAGNITUDE];
  const sign = (a ^ b) & SIGN;
  if (x === 0 || y === 0) return sign;
  const sum = x + y + added;
  return sign | (sum < 0 ? 0 : Math.min(sum, MAX_FINITE));
}

/**
 * The product of two float32 numbers by an addition of their bits.
 * (L-Mul, arXiv:2410.00907, section 2.3; without the constant: Mitchell, 1962)
 * @param places l of the constant 2^-l; null for none, which is Mitchell's product
 * @throws RangeError if `places` is no integer from 1 to 23.
 */
export function lmul(a: number, b: number, places: number | null): number {
  const product = lmulBits(bitsOf(a), bitsOf(b), addedBits(places));
  bits[0] = product;
  return value[0];
}

/** Sign, exponent and mantissa fraction of a normal number. */
function partsOf(x: number): {exponent: number; fraction: number} {
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  return {exponent, fraction: Math.abs(x) / 2 ** exponent - 1};
}

/**
 * The same by the formula, (1 + x + y + 2^-l) 2^e for fractions x and y: where these sum to 1 or more it is not the integer
 * addition, whose carry doubles the exponent and halves what is left. (arXiv:2410.00907, equation 1)
 */
export function lmulFormula(a: number, b: number, places: number | null): number {
  if (a === 0 || b === 0) return 0;
  const [x, y] = [partsOf(a), partsOf(b)];
  const constant = places === null ? 0 : 2 ** -places;
  const magnitude = (1 + x.fraction + y.fraction + constant) * 2 ** (x.exponent + y.exponent);
  return Math.sign(a) * Math.sign(b) * magnitude;
}

/**
 * Bits of float32 numbers whose mantissas are rounded to so many bits, half to even; exponents stay.
 * @throws RangeError if `mantissaBits` is no integer from 1 to 23.
 */
export function roundMantissas(x: Float32Array, mantissaBits: number): Int32Array {
  requireInteger("roundMantissas", "mantissaBits", mantissaBits, 1, MANTISSA);
  const dropped = MANTISSA - mantissaBits;
  const from = new Int32Array(x.buffer, x.byteOffset, x.length);
  if (dropped === 0) return from.slice();
  const half = 2 ** (dropped - 1) - 1;
  return from.map((word) => {
    const odd = (word >>> dropped) & 1;
    return (((word & MAGNITUDE) + half + odd) & (MAGNITUDE << dropped) & MAGNITUDE) | (word & SIGN);
  });
}

/**
 * The sum, in float64, of the products by addition of `length` bit patterns of a from `aFrom` on with as many of b.
 * @param added as {@link addedBits} makes it
 */
export function lmulDot(
  a: Int32Array,
  aFrom: number,
  b: Int32Array,
  bFrom: number,
  length: number,
  added: number,
): number {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    bits[0] = lmulBits(a[aFrom + i], b[bFrom + i], added);
    sum += value[0];
  }
  return sum;
}

/** Float32 numbers of bit patterns. */
export const valuesOfBits = (words: Int32Array): Float64Array =>
  Float64Array.from(new Float32Array(words.buffer, words.byteOffset, words.length));
