/** Activations in 8 bits, and their products with levels. */

/** Bytes of 16 activations: bytes where the machine has products of bytes, else numbers of 16 bits. */
export const SIXTEEN: usize = ASC_FEATURE_RELAXED_SIMD ? 16 : 32;

/**
 * Units of 32 activations over amax / 127, to nearest even.
 * @param x rows of whole units, one after the other
 * @param scales the scale of each part: of a unit, or of each of its halves where `halves` is 1
 * @param starts for each part what makes good that levels are larger by `bias`: -bias times its sum
 * @param sums those of the parts, as they stand after rounding
 */
export function quantizeUnits(
  x: usize,
  units: i32,
  q: usize,
  scales: usize,
  starts: usize,
  sums: usize,
  halves: i32,
  bias: i32,
): void {
  for (let unit = 0; unit < units; unit++, x += 128, q += 2 * SIXTEEN) {
    const scale: f32 = largest(x) / 127;
    const low = quantizeHalf(x, f32x4.splat(scale), q);
    const high = quantizeHalf(x + 64, f32x4.splat(scale), q + SIXTEEN);
    for (let half = 0; half <= halves; half++, scales += 4, starts += 4, sums += 4) {
      const sum = halves === 0 ? low + high : half === 0 ? low : high;
      store<f32>(scales, scale);
      store<i32>(starts, -bias * sum);
      store<f32>(sums, scale * <f32>sum);
    }
  }
}

function largest(x: usize): f32 {
  let top = f32x4.splat(0);
  for (let i: usize = 0; i < 128; i += 16) top = f32x4.max(top, f32x4.abs(v128.load(x + i)));
  top = f32x4.max(top, v128.shuffle<i32>(top, top, 2, 3, 0, 1));
  top = f32x4.max(top, v128.shuffle<i32>(top, top, 1, 0, 3, 2));
  return f32x4.extract_lane(top, 0);
}

/** Quantizes 16 activations and gives their sum. Zeros over a scale of zero are no numbers, which become 0. */
function quantizeHalf(x: usize, scale: v128, q: usize): i32 {
  const low = i16x8.narrow_i32x4_s(rounded(x, scale), rounded(x + 16, scale));
  const high = i16x8.narrow_i32x4_s(rounded(x + 32, scale), rounded(x + 48, scale));
  if (ASC_FEATURE_RELAXED_SIMD) v128.store(q, i8x16.narrow_i16x8_s(low, high));
  else {
    v128.store(q, low);
    v128.store(q, high, 16);
  }
  const ones = i16x8.splat(1);
  const sums = i32x4.add(i32x4.dot_i16x8_s(low, ones), i32x4.dot_i16x8_s(high, ones));
  const pairs = i32x4.add(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

function rounded(x: usize, scale: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.div(v128.load(x), scale)));
}

/** Four lanes of a sum, and the products of 16 levels with the 16 activations at q. */
export function addProducts(sum: v128, levels: v128, q: usize, isSigned: i32): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const x = v128.load(q);
    if (!isSigned) return i32x4.relaxed_dot_i8x16_i7x16_add_s(x, levels, sum);
    const sign = i8x16.lt_s(levels, i8x16.splat(0));
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(withSign(x, sign), i8x16.abs(levels), sum);
  }
  return i32x4.add(
    sum,
    i32x4.add(
      i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(levels), v128.load(q)),
      i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(levels), v128.load(q, 16)),
    ),
  );
}

/** Bytes of x, negated where `sign` has all bits. */
export function withSign(x: v128, sign: v128): v128 {
  return i8x16.sub(v128.xor(x, sign), sign);
}
