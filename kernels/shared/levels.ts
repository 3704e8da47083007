/** Sixteen signed bytes under one scale as floats. */
export function storeLevels(levels: v128, scale: v128, x: usize): void {
  const low = i16x8.extend_low_i8x16_s(levels);
  const high = i16x8.extend_high_i8x16_s(levels);
  v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low)), scale));
  v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low)), scale), 16);
  v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high)), scale), 32);
  v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high)), scale), 48);
}

/** Sixteen bytes from 0 to 127 under one scale, and above one minimum: both results are rounded. */
export function storeAbove(levels: v128, scale: v128, minimum: v128, x: usize): void {
  const low = i16x8.extend_low_i8x16_u(levels);
  const high = i16x8.extend_high_i8x16_u(levels);
  v128.store(x, above(i32x4.extend_low_i16x8_u(low), scale, minimum));
  v128.store(x, above(i32x4.extend_high_i16x8_u(low), scale, minimum), 16);
  v128.store(x, above(i32x4.extend_low_i16x8_u(high), scale, minimum), 32);
  v128.store(x, above(i32x4.extend_high_i16x8_u(high), scale, minimum), 48);
}

function above(levels: v128, scale: v128, minimum: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(levels), scale), minimum);
}
