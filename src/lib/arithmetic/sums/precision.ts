/** Rounding after every step of a sum, fast enough for whole decoders. */

const word = new Float32Array(1);
const bits = new Int32Array(word.buffer);
/** The least normal number of float16, and what makes float32 round at float16's last place below it. */
const [LEAST_NORMAL, SUBNORMAL_SHIFT] = [2 ** -14, 0.75];

/** Bits of mantissa that a number keeps: those of float32, float16 and bfloat16. */
export type MantissaBits = 23 | 10 | 7;

/**
 * Rounds to float32, float16 or bfloat16, half to even; float16 for magnitudes below 65,520, bfloat16 for finite numbers. One function for
 * all, so that a loop that calls it stays fast.
 */
export function roundTo(mantissaBits: MantissaBits, x: number): number {
  if (mantissaBits === 23) return Math.fround(x);
  word[0] = x;
  if (mantissaBits === 7) {
    bits[0] = (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) & -0x10000;
    return word[0];
  }
  if (Math.abs(word[0]) < LEAST_NORMAL) {
    return Math.fround(Math.fround(word[0] + SUBNORMAL_SHIFT) - SUBNORMAL_SHIFT);
  }
  bits[0] = (bits[0] + 0xfff + ((bits[0] >>> 13) & 1)) & -0x2000;
  return word[0];
}

/** Storage of weights and rounding of sums. */
export interface SumPrecision {
  readonly id: string;
  readonly name: string;
  /** Mantissas of stored weights. */
  readonly stored: MantissaBits;
  /** Mantissas of products, partial sums and outputs. */
  readonly summed: MantissaBits;
  /** Bytes of a stored weight. */
  readonly bytes: 2 | 4;
}

/**
 * Precisions that are compared. LayerCast stores 16 bits and computes in float32: each layer's weights are widened right before they
 * are used. (arXiv:2506.09501, section 5)
 */
export const sumPrecisions: readonly SumPrecision[] = Object.freeze([
  {id: "bf16", name: "BF16", stored: 7, summed: 7, bytes: 2},
  {id: "fp16", name: "FP16", stored: 10, summed: 10, bytes: 2},
  {id: "fp32", name: "FP32", stored: 23, summed: 23, bytes: 4},
  {id: "layercast", name: "LayerCast", stored: 7, summed: 23, bytes: 2},
] satisfies SumPrecision[]);
