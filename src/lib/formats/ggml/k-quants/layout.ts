/** Places of codes and scales in the super-blocks of 256 elements. */

/** Elements of a super-block. */
export const ELEMENTS = 256;

/** Reads the 2-bit codes of Q2_K and Q3_K: element e at bit 2 (e / 32 mod 4) of byte 32 (e / 128) + e mod 32. */
export const twoBits = (bytes: Uint8Array, at: number, e: number): number =>
  (bytes[at + 32 * (e >> 7) + (e & 31)] >> (2 * ((e >> 5) & 3))) & 3;

/** Writes the low two bits of 256 codes where {@link twoBits} reads them. */
export function writeTwoBits(bytes: Uint8Array, at: number, codes: Uint8Array): void {
  for (let e = 0; e < ELEMENTS; e++) {
    bytes[at + 32 * (e >> 7) + (e & 31)] |= (codes[e] & 3) << (2 * ((e >> 5) & 3));
  }
}

/** Reads the 4-bit codes of Q4_K and Q5_K: for each 64 elements 32 bytes, the first 32 in the low nibbles. */
export const fourBits = (bytes: Uint8Array, at: number, e: number): number =>
  (bytes[at + 32 * (e >> 6) + (e & 31)] >> (e & 32 ? 4 : 0)) & 15;

/** Writes the low four bits of 256 codes where {@link fourBits} reads them. */
export function writeFourBits(bytes: Uint8Array, at: number, codes: Uint8Array): void {
  for (let e = 0; e < ELEMENTS; e++) {
    bytes[at + 32 * (e >> 6) + (e & 31)] |= (codes[e] & 15) << (e & 32 ? 4 : 0);
  }
}

/** Reads the bit of element e that Q3_K and Q5_K keep apart: bit e / 32 of byte e mod 32. */
export const highBit = (bytes: Uint8Array, at: number, e: number): number =>
  (bytes[at + (e & 31)] >> (e >> 5)) & 1;

/** Writes bit `bit` of 256 codes where {@link highBit} reads it. */
export function writeHighBit(bytes: Uint8Array, at: number, codes: Uint8Array, bit: number): void {
  for (let e = 0; e < ELEMENTS; e++) bytes[at + (e & 31)] |= ((codes[e] >> bit) & 1) << (e >> 5);
}

/** Reads the 6-bit scale of sub-block j in the 12 bytes of Q4_K and Q5_K. */
export const sixBitScale = (bytes: Uint8Array, at: number, j: number): number =>
  j < 4 ? bytes[at + j] & 63 : (bytes[at + j + 4] & 15) | ((bytes[at + j - 4] >> 6) << 4);

/** Reads the 6-bit minimum of sub-block j in the 12 bytes of Q4_K and Q5_K. */
export const sixBitMinimum = (bytes: Uint8Array, at: number, j: number): number =>
  j < 4 ? bytes[at + j + 4] & 63 : (bytes[at + j + 4] >> 4) | ((bytes[at + j] >> 6) << 4);

/** Writes scale and minimum of sub-block j where {@link sixBitScale} and {@link sixBitMinimum} read them. */
export function writeSixBits(bytes: Uint8Array, at: number, j: number, scale: number, minimum: number): void {
  if (j < 4) {
    bytes[at + j] = scale;
    bytes[at + j + 4] = minimum;
    return;
  }
  bytes[at + j + 4] = (scale & 15) | ((minimum & 15) << 4);
  bytes[at + j - 4] |= (scale >> 4) << 6;
  bytes[at + j] |= (minimum >> 4) << 6;
}

/**
 * Reads the 6-bit scale of sub-block j in the 12 bytes of Q3_K: low four bits in byte j mod 8 (the high nibble from j = 8
 * on), top two at bit 2 (j / 4) of byte 8 + j mod 4.
 */
export function threeKScale(bytes: Uint8Array, at: number, j: number): number {
  const low = (bytes[at + (j & 7)] >> (j < 8 ? 0 : 4)) & 15;
  return low | (((bytes[at + 8 + (j & 3)] >> (2 * (j >> 2))) & 3) << 4);
}

/** Writes the scale of sub-block j where {@link threeKScale} reads it. */
export function writeThreeKScale(bytes: Uint8Array, at: number, j: number, scale: number): void {
  bytes[at + (j & 7)] |= (scale & 15) << (j < 8 ? 0 : 4);
  bytes[at + 8 + (j & 3)] |= (scale >> 4) << (2 * (j >> 2));
}
