/**
 * Integer codes above a zero point or an offset that a group of floats has beside its scale: the loops of
 * `formats/int.ts` (asymmetric) and `formats/int-offset.ts`. Groups are multiples of 16 floats.
 */
import {storeAbove} from "../shared/levels";

/** The least and the largest of each group; 1 where all are finite. */
export function extremes(x: usize, groups: i32, size: i32, least: usize, most: usize): i32 {
  const bytes = (<usize>size) << 2;
  let top = i32x4.splat(0);
  for (let group = 0; group < groups; group++, x += bytes, least += 4, most += 4) {
    let low = v128.load(x);
    let high = low;
    for (let i: usize = 0; i < bytes; i += 16) {
      const value = v128.load(x + i);
      low = f32x4.min(low, value);
      high = f32x4.max(high, value);
      // Without the sign, the bits of floats are ordered as the floats are, NaN above infinity.
      top = i32x4.max_s(top, v128.and(value, i32x4.splat(0x7fffffff)));
    }
    low = f32x4.min(low, v128.shuffle<f32>(low, low, 2, 3, 0, 1));
    low = f32x4.min(low, v128.shuffle<f32>(low, low, 1, 0, 3, 2));
    high = f32x4.max(high, v128.shuffle<f32>(high, high, 2, 3, 0, 1));
    high = f32x4.max(high, v128.shuffle<f32>(high, high, 1, 0, 3, 2));
    store<f32>(least, f32x4.extract_lane(low, 0));
    store<f32>(most, f32x4.extract_lane(high, 0));
  }
  return v128.any_true(i32x4.ge_s(top, i32x4.splat(0x7f800000))) ? 0 : 1;
}

/** Codes of x over the scale of its group, to nearest even, plus the zero point, a byte each; 0 where the scale is 0. */
export function codesAboveZero(
  x: usize,
  groups: i32,
  size: i32,
  scales: usize,
  zeros: usize,
  highest: f32,
  codes: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4, zeros += 4) {
    const scale = v128.load32_splat(scales);
    const zero = v128.load32_splat(zeros);
    const isFlat = load<f32>(scales) === 0;
    for (let i = 0; i < size; i += 16, x += 64, codes += 16) {
      if (isFlat) v128.store(codes, i8x16.splat(0));
      else {
        const a = above(v128.load(x), scale, zero, highest);
        const b = above(v128.load(x, 16), scale, zero, highest);
        const c = above(v128.load(x, 32), scale, zero, highest);
        const d = above(v128.load(x, 48), scale, zero, highest);
        v128.store(codes, bytesOf(a, b, c, d));
      }
    }
  }
}

function above(x: v128, scale: v128, zero: v128, highest: f32): v128 {
  return within(f32x4.add(f32x4.nearest(f32x4.div(x, scale)), zero), highest);
}

function within(code: v128, highest: f32): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.pmin(f32x4.splat(highest), f32x4.pmax(f32x4.splat(0), code)));
}

function bytesOf(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

/** Codes of x less the offset of its group over its scale, in float64 and to nearest even; 0 where the scale is 0. */
export function codesAboveOffset(
  x: usize,
  groups: i32,
  size: i32,
  scales: usize,
  offsets: usize,
  highest: f32,
  codes: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4, offsets += 4) {
    const scale = f64x2.splat(<f64>load<f32>(scales));
    const offset = f64x2.splat(<f64>load<f32>(offsets));
    const isFlat = load<f32>(scales) === 0;
    for (let i = 0; i < size; i += 16, x += 64, codes += 16) {
      if (isFlat) v128.store(codes, i8x16.splat(0));
      else {
        const a = wide(v128.load(x), scale, offset, highest);
        const b = wide(v128.load(x, 16), scale, offset, highest);
        const c = wide(v128.load(x, 32), scale, offset, highest);
        const d = wide(v128.load(x, 48), scale, offset, highest);
        v128.store(codes, bytesOf(a, b, c, d));
      }
    }
  }
}

/** Codes of four floats. */
function wide(x: v128, scale: v128, offset: v128, highest: f32): v128 {
  const low = f64x2.promote_low_f32x4(x);
  const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
  const a = i32x4.trunc_sat_f64x2_s_zero(steps(low, scale, offset, highest));
  const b = i32x4.trunc_sat_f64x2_s_zero(steps(high, scale, offset, highest));
  return v128.shuffle<i64>(a, b, 0, 2);
}

function steps(x: v128, scale: v128, offset: v128, highest: f32): v128 {
  const code = f64x2.nearest(f64x2.div(f64x2.sub(x, offset), scale));
  return f64x2.pmin(f64x2.splat(<f64>highest), f64x2.pmax(f64x2.splat(0), code));
}

/**
 * The floats of codes of a byte each: (code - zero point) times the scale of the group.
 * @param zeros zero points, a byte each
 */
export function valuesAboveZero(
  codes: usize,
  groups: i32,
  size: i32,
  scales: usize,
  zeros: usize,
  x: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4, zeros++) {
    const scale = v128.load32_splat(scales);
    const zero = i16x8.splat(<i16>load<u8>(zeros));
    for (let i = 0; i < size; i += 16, codes += 16, x += 64) {
      const v = v128.load(codes);
      const low = i16x8.sub(i16x8.extend_low_i8x16_u(v), zero);
      const high = i16x8.sub(i16x8.extend_high_i8x16_u(v), zero);
      v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low)), scale));
      v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low)), scale), 16);
      v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high)), scale), 32);
      v128.store(x, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high)), scale), 48);
    }
  }
}

/** The floats of codes up to 127: code times scale, rounded, plus the offset of the group. */
export function valuesAboveOffset(
  codes: usize,
  groups: i32,
  size: i32,
  scales: usize,
  offsets: usize,
  x: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4, offsets += 4) {
    const scale = v128.load32_splat(scales);
    const offset = v128.load32_splat(offsets);
    for (let i = 0; i < size; i += 16, codes += 16, x += 64) {
      storeAbove(v128.load(codes), scale, offset, x);
    }
  }
}
