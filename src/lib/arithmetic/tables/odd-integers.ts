/** Integers with a scale and a zero point. */
export interface AffineScale {
  readonly scale: number;
  readonly zero: number;
}

/** The odd integer of a code of `bits` bits: 2q - (2^bits - 1), whose bits all mean 1 or -1. */
export const oddInteger = (code: number, bits: number): number => 2 * code - (2 ** bits - 1);

/**
 * Scale and zero point under which odd integers stand for the same numbers: s (q - z) = s' (q' - z').
 * (LUT Tensor Core, arXiv:2408.06003, section 3.1)
 */
export const oddScale = ({scale, zero}: AffineScale, bits: number): AffineScale => ({
  scale: scale / 2,
  zero: 2 * zero + 1 - 2 ** bits,
});
