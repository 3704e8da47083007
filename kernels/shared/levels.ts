/** Sixteen signed bytes under one scale as floats. */
export function storeLevels(levels: v128, scale: v128, x: usize): void {
  const low = i16x8.extend_low_i8x16_s(levels);
  const high = i16x8.extend_high_i8x16_s(levels);
  v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low)), scale));
  v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low)), scale), 16);
  v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high)), scale), 32);
  v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high)), scale), 48);
}
