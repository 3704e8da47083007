/** Rows in 8-bit integers under their largest magnitude: the loops of `formats/llm-int8`. Rows are multiples of 16 floats. */

/** 127 x / scale to nearest even, in float64. */
export function encodeInt8Rows(x: usize, rows: i32, columns: i32, scales: usize, codes: usize): void {
  for (let row = 0; row < rows; row++, scales += 4) {
    const scale = f64x2.splat(load<f32>(scales));
    for (let i = 0; i < columns; i += 16, x += 64, codes += 16) {
      const low = i16x8.narrow_i32x4_s(codes4(x, scale), codes4(x + 16, scale));
      const high = i16x8.narrow_i32x4_s(codes4(x + 32, scale), codes4(x + 48, scale));
      v128.store(codes, i8x16.narrow_i16x8_s(low, high));
    }
  }
}

function codes4(x: usize, scale: v128): v128 {
  const low = steps(v128.load64_zero(x), scale);
  const high = steps(v128.load64_zero(x, 8), scale);
  return v128.shuffle<i64>(low, high, 0, 2);
}

function steps(x: v128, scale: v128): v128 {
  const wide = f64x2.mul(f64x2.promote_low_f32x4(x), f64x2.splat(127));
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.nearest(f64x2.div(wide, scale)));
}

/** code scale / 127, in float64 and rounded once. */
export function decodeInt8Rows(codes: usize, rows: i32, columns: i32, scales: usize, x: usize): void {
  for (let row = 0; row < rows; row++, scales += 4) {
    const scale = f64x2.splat(load<f32>(scales));
    for (let i = 0; i < columns; i += 4, codes += 4, x += 16) {
      const wide = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(codes)));
      const low = values(wide, scale);
      const high = values(v128.shuffle<i64>(wide, wide, 1, 0), scale);
      v128.store(x, v128.shuffle<i64>(low, high, 0, 2));
    }
  }
}

function values(codes: v128, scale: v128): v128 {
  const wide = f64x2.mul(f64x2.convert_low_i32x4_s(codes), scale);
  return f32x4.demote_f64x2_zero(f64x2.div(wide, f64x2.splat(127)));
}
