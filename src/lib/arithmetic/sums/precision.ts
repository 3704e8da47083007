/** Rounding after every step of a sum, fast enough for whole decoders. */

const word = new Float32Array(1);
const bits = new Int32Array(word.buffer);
/** The least normal number of float16, and what makes float32 round at float16's last place below it. */
const [LEAST_NORMAL, SUBNORMAL_SHIFT] = [2 ** -14, 0.75];

/** Rounds a finite number to bfloat16, half to even. */
export function toBf16(x: number): number {
  word[0] = x;
  bits[0] = (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) & -0x10000;
  return word[0];
}

/** Rounds a number below 65,520 in magnitude to float16, half to even. */
export function toFp16(x: number): number {
  word[0] = x;
  if (Math.abs(word[0]) < LEAST_NORMAL) {
    return Math.fround(Math.fround(word[0] + SUBNORMAL_SHIFT) - SUBNORMAL_SHIFT);
  }
  bits[0] = (bits[0] + 0xfff + ((bits[0] >>> 13) & 1)) & -0x2000;
  return word[0];
}

/** How weights are stored and sums are rounded. */
export interface SumPrecision {
  readonly id: string;
  readonly name: string;
  /** A number as the weights are stored. */
  readonly store: (x: number) => number;
  /** A number as products, partial sums and outputs are held. */
  readonly round: (x: number) => number;
  /** Bytes of a stored weight. */
  readonly bytes: 2 | 4;
}

/**
 * Precisions that are compared. LayerCast stores 16 bits and computes in float32: each layer's weights are widened right before they
 * are used. (arXiv:2506.09501, section 5)
 */
export const sumPrecisions: readonly SumPrecision[] = Object.freeze([
  {id: "bf16", name: "BF16", store: toBf16, round: toBf16, bytes: 2},
  {id: "fp16", name: "FP16", store: toFp16, round: toFp16, bytes: 2},
  {id: "fp32", name: "FP32", store: Math.fround, round: Math.fround, bytes: 4},
  {id: "layercast", name: "LayerCast", store: toBf16, round: Math.fround, bytes: 2},
] satisfies SumPrecision[]);
