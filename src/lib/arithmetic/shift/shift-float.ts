const word = new Int32Array(1);
const value = new Float32Array(word.buffer);

const MAGNITUDE = 0x7fffffff;
const SMALLEST_NORMAL = 1 << 23;
const MAX_FINITE = 0x7f7fffff;

/**
 * x 2^shift by one integer addition to the bits of a float32 number: the shift goes to the exponent field. Equal to the
 * product for normal numbers whose product is one; beyond the largest finite number it stays there, and what begins or ends
 * below the smallest normal one is a zero of x's sign. (DenseShift, arXiv:2208.09708, section 3.1)
 */
export function shiftFloat32(x: number, shift: number): number {
  value[0] = x;
  const [sign, magnitude] = [word[0] & ~MAGNITUDE, word[0] & MAGNITUDE];
  const moved = magnitude < SMALLEST_NORMAL ? 0 : magnitude + shift * SMALLEST_NORMAL;
  word[0] = sign | (moved < SMALLEST_NORMAL ? 0 : Math.min(moved, MAX_FINITE));
  return value[0];
}

/** The same on the 16 bits of a float16 number: 10 bits of mantissa, largest 65,504. */
export function shiftFloat16Bits(bits: number, shift: number): number {
  const [sign, magnitude] = [bits & 0x8000, bits & 0x7fff];
  const moved = magnitude < 0x400 ? 0 : magnitude + shift * 0x400;
  return sign | (moved < 0x400 ? 0 : Math.min(moved, 0x7bff));
}
