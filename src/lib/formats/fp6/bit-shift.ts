import {decodeValue} from "../cast.js";
import {f16} from "../element.js";

/**
 * The exponent bias of half precision less that of E3M2, 15 - 3: a code placed among the bits of a half stands for its value
 * over 2 to this power, also where it is subnormal.
 */
const BIAS_DIFFERENCE = 12;

/** The factor that a scale takes up, so that the placed bits need no arithmetic of their own. */
export const SHIFT_FACTOR = 2 ** BIAS_DIFFERENCE;

/**
 * The 16 bits of a half that an E3M2 code `s eee mm` is placed in: `s 00eee mm 00000000`. The sign moves to the top, all
 * other bits by one distance. (ZeroQuant(4+2), arXiv 2312.08583, section 5)
 */
export const placedBits = (code: number): number => ((code & 32) << 10) | ((code & 31) << 8);

/** The values of the 64 codes of E3M2 by their bits alone: the half in which they are placed, times 2^12. */
export const SHIFTED_VALUES: Float32Array = Float32Array.from(
  {length: 64},
  (_, code) => decodeValue(f16, placedBits(code)) * SHIFT_FACTOR,
);
