/**
 * Codes of one bit and of two by the signs of floats, and the sums of magnitudes that their scales come from: the loops of
 * `formats/sign`. Groups are multiples of 16 floats.
 */

/**
 * For each group the sum of the magnitudes above its threshold, and their number, in float64. A sum takes one element after
 * the other, as the definition does; four groups go side by side, so that none waits for its last addition.
 */
export function sumsAbove(
  x: usize,
  groups: i32,
  size: i32,
  thresholds: usize,
  sums: usize,
  counts: usize,
): void {
  for (let group = 0; group < groups; group += 4) {
    // Of the last four some may be one group again.
    const b = min(group + 1, groups - 1);
    const c = min(group + 2, groups - 1);
    const d = min(group + 3, groups - 1);
    sumsOfTwo(x, group, b, size, thresholds, sums, counts);
    sumsOfTwo(x, c, d, size, thresholds, sums, counts);
  }
}

function sumsOfTwo(x: usize, a: i32, b: i32, size: i32, thresholds: usize, sums: usize, counts: usize): void {
  const bytes = (<usize>size) << 2;
  const first = x + <usize>a * bytes;
  const second = x + <usize>b * bytes;
  const above = f64x2.replace_lane(
    f64x2.splat(load<f32>(thresholds + ((<usize>a) << 2))),
    1,
    load<f32>(thresholds + ((<usize>b) << 2)),
  );
  let sum = f64x2.splat(0);
  let count = i64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 8) {
    const left = f64x2.promote_low_f32x4(f32x4.abs(v128.load64_zero(first + i)));
    const right = f64x2.promote_low_f32x4(f32x4.abs(v128.load64_zero(second + i)));
    const even = v128.shuffle<i64>(left, right, 0, 2);
    const odd = v128.shuffle<i64>(left, right, 1, 3);
    const isEven = f64x2.gt(even, above);
    const isOdd = f64x2.gt(odd, above);
    sum = f64x2.add(f64x2.add(sum, v128.and(even, isEven)), v128.and(odd, isOdd));
    count = i64x2.sub(i64x2.sub(count, isEven), isOdd);
  }
  store<f64>(sums + ((<usize>a) << 3), f64x2.extract_lane(sum, 0));
  store<f64>(sums + ((<usize>b) << 3), f64x2.extract_lane(sum, 1));
  store<f64>(counts + ((<usize>a) << 3), <f64>i64x2.extract_lane(count, 0));
  store<f64>(counts + ((<usize>b) << 3), <f64>i64x2.extract_lane(count, 1));
}

/** A bit for each float, 0 where it is below zero. */
export function signCodes(x: usize, groups: i32, size: i32, _scales: usize, codes: usize): void {
  const end = x + ((<usize>groups * size) << 2);
  for (; x < end; x += 64, codes += 2) {
    const low = i16x8.narrow_i32x4_s(isNegative(x), isNegative(x + 16));
    const high = i16x8.narrow_i32x4_s(isNegative(x + 32), isNegative(x + 48));
    store<u16>(codes, <u16>~i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
  }
}

function isNegative(x: usize): v128 {
  return f32x4.lt(v128.load(x), f32x4.splat(0));
}

/** A byte for each float: 0 up to the threshold of its group, else 1 or, where it is negative, 3. */
export function ternaryCodes(x: usize, groups: i32, size: i32, thresholds: usize, codes: usize): void {
  for (let group = 0; group < groups; group++, thresholds += 4) {
    const above = v128.load32_splat(thresholds);
    for (let i = 0; i < size; i += 16, x += 64, codes += 16) {
      const low = i16x8.narrow_i32x4_s(ternary(x, above), ternary(x + 16, above));
      const high = i16x8.narrow_i32x4_s(ternary(x + 32, above), ternary(x + 48, above));
      v128.store(codes, i8x16.narrow_i16x8_u(low, high));
    }
  }
}

function ternary(x: usize, above: v128): v128 {
  const value = v128.load(x);
  const code = v128.or(v128.and(i32x4.shr_s(value, 31), i32x4.splat(2)), i32x4.splat(1));
  return v128.and(code, f32x4.gt(f32x4.abs(value), above));
}
