/** Sixteen codes, the first of two in the low nibble. */
export function nibblesOf(v: v128): v128 {
  const low = v128.and(v, i8x16.splat(15));
  const high = v128.and(i16x8.shr_u(v, 4), i8x16.splat(15));
  return v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/**
 * Writes 16 floats by their codes, times a scale: four look-ups give their bytes, which then go side by side.
 * @param table byte 0 of each of 16 floats, then bytes 1, 2 and 3
 */
export function storeFound(codes: v128, table: usize, scale: v128, x: usize): void {
  const a = i8x16.swizzle(v128.load(table), codes);
  const b = i8x16.swizzle(v128.load(table, 16), codes);
  const c = i8x16.swizzle(v128.load(table, 32), codes);
  const d = i8x16.swizzle(v128.load(table, 48), codes);
  const abLow = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const abHigh = v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const cdLow = v128.shuffle<i8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const cdHigh = v128.shuffle<i8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(x, f32x4.mul(v128.shuffle<i16>(abLow, cdLow, 0, 8, 1, 9, 2, 10, 3, 11), scale));
  v128.store(x, f32x4.mul(v128.shuffle<i16>(abLow, cdLow, 4, 12, 5, 13, 6, 14, 7, 15), scale), 16);
  v128.store(x, f32x4.mul(v128.shuffle<i16>(abHigh, cdHigh, 0, 8, 1, 9, 2, 10, 3, 11), scale), 32);
  v128.store(x, f32x4.mul(v128.shuffle<i16>(abHigh, cdHigh, 4, 12, 5, 13, 6, 14, 7, 15), scale), 48);
}
