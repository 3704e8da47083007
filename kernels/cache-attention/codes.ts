/** Codes of runs as bytes, and their values as floats, 16 at a time. */
/**
 * 16 codes of some bits, the first `shift` bits after a byte's first, as 16 bytes. Eight codes are as many bytes as a code has bits: the upper four are moved up, then two
 * of each four, then one of each two.
 */
export function spreadCodes(from: usize, shift: u64, bits: i32, to: usize): void {
  const b = <u64>bits;
  const four = ((<u64>1) << (b << 2)) - 1;
  const twos = (((<u64>1) << (b << 1)) - 1) * 0x100000001;
  const ones = (((<u64>1) << b) - 1) * 0x1000100010001;
  for (let half: usize = 0; half < 2; half++) {
    let word = load<u64>(from + half * <usize>bits) >> shift;
    word = (word & four) | (((word >> (b << 2)) & four) << 32);
    word = (word & twos) | ((word & (twos << (b << 1))) << (16 - (b << 1)));
    word = (word & ones) | ((word & (ones << b)) << (8 - b));
    store<u64>(to + (half << 3), word);
  }
}

/** 16 codes of at most 4 bits, a byte each. */
export function smallCodes(from: usize, shift: u64, bits: i32, room: usize): v128 {
  if (bits === 4 && shift === 0) return pairs(from);
  if (bits === 2 && shift === 0) return quarters(from);
  spreadCodes(from, shift, bits, room);
  return v128.load(room);
}

/** 16 codes of 2 bits: those of each nibble are two. */
function quarters(from: usize): v128 {
  const nibbles = pairs(from);
  const low = v128.and(nibbles, i8x16.splat(3));
  const high = v128.and(i16x8.shr_u(nibbles, 2), i8x16.splat(3));
  return i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** 16 codes of 4 bits, the first of two in the low nibble. */
function pairs(from: usize): v128 {
  const bytes = v128.load64_zero(from);
  const low = v128.and(bytes, i8x16.splat(15));
  const high = v128.and(i16x8.shr_u(bytes, 4), i8x16.splat(15));
  return i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

export function storeSmall(codes: v128, table: usize, scale: v128, minimum: v128, to: usize): void {
  const c = v128.load(table, 32);
  const e = v128.load(table, 48);
  const a = v128.load(table);
  storePlanes(codes, a, v128.load(table, 16), c, e, scale, minimum, scale, minimum, to);
}

/**
 * Values of 16 codes below 16: each of the four bytes of a float comes out of a plane of its own. The upper eight have a scale and a
 * minimum of their own.
 */
export function storePlanes(
  codes: v128,
  first: v128,
  second: v128,
  third: v128,
  fourth: v128,
  scale: v128,
  minimum: v128,
  upper: v128,
  upperMinimum: v128,
  to: usize,
): void {
  const a = i8x16.swizzle(first, codes);
  const b = i8x16.swizzle(second, codes);
  const c = i8x16.swizzle(third, codes);
  const e = i8x16.swizzle(fourth, codes);
  const low = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const lowEnd = i8x16.shuffle(c, e, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const high = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const highEnd = i8x16.shuffle(c, e, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  storeFour(i16x8.shuffle(low, lowEnd, 0, 8, 1, 9, 2, 10, 3, 11), scale, minimum, to);
  storeFour(i16x8.shuffle(low, lowEnd, 4, 12, 5, 13, 6, 14, 7, 15), scale, minimum, to + 16);
  storeFour(i16x8.shuffle(high, highEnd, 0, 8, 1, 9, 2, 10, 3, 11), upper, upperMinimum, to + 32);
  storeFour(i16x8.shuffle(high, highEnd, 4, 12, 5, 13, 6, 14, 7, 15), upper, upperMinimum, to + 48);
}

function storeFour(values: v128, scale: v128, minimum: v128, to: usize): void {
  v128.store(to, f32x4.add(f32x4.mul(values, scale), minimum));
}

/** Values of 16 signed bytes, multiples of a step; the upper eight have a scale and a minimum of their own. */
export function storeSigned(
  bytes: v128,
  step: v128,
  scale: v128,
  minimum: v128,
  upper: v128,
  upperMinimum: v128,
  to: usize,
): void {
  const low = i16x8.extend_low_i8x16_s(bytes);
  const high = i16x8.extend_high_i8x16_s(bytes);
  storeInts(i32x4.extend_low_i16x8_s(low), step, scale, minimum, to);
  storeInts(i32x4.extend_high_i16x8_s(low), step, scale, minimum, to + 16);
  storeInts(i32x4.extend_low_i16x8_s(high), step, upper, upperMinimum, to + 32);
  storeInts(i32x4.extend_high_i16x8_s(high), step, upper, upperMinimum, to + 48);
}

function storeInts(ints: v128, step: v128, scale: v128, minimum: v128, to: usize): void {
  storeFour(f32x4.mul(f32x4.convert_i32x4_s(ints), step), scale, minimum, to);
}

/** Values of 16 bytes. */
export function storeBytes(from: usize, table: usize, scale: v128, minimum: v128, to: usize): void {
  for (let k: usize = 0; k < 16; k += 4) {
    let values = v128.load32_zero(table + ((<usize>load<u8>(from + k)) << 2));
    values = v128.load32_lane(table + ((<usize>load<u8>(from + k, 1)) << 2), values, 1);
    values = v128.load32_lane(table + ((<usize>load<u8>(from + k, 2)) << 2), values, 2);
    values = v128.load32_lane(table + ((<usize>load<u8>(from + k, 3)) << 2), values, 3);
    storeFour(values, scale, minimum, to + (k << 2));
  }
}

/** 16 numbers of half precision: shifted into place and multiplied by 2^112, which is exact for subnormal ones too. */
export function storeHalves(from: usize, to: usize): void {
  for (let k: usize = 0; k < 2; k++) {
    const halves = v128.load(from + (k << 4));
    v128.store(to + (k << 5), floatsOf(i32x4.extend_low_i16x8_u(halves)));
    v128.store(to + (k << 5), floatsOf(i32x4.extend_high_i16x8_u(halves)), 16);
  }
}

function floatsOf(halves: v128): v128 {
  const magnitude = v128.and(halves, i32x4.splat(0x7fff));
  const sign = i32x4.shl(v128.and(halves, i32x4.splat(0x8000)), 16);
  const finite = f32x4.mul(i32x4.shl(magnitude, 13), f32x4.splat(5.192296858534828e33));
  // Infinities and NaN have the highest exponent.
  const special = v128.and(i32x4.gt_s(magnitude, i32x4.splat(0x7bff)), i32x4.splat(0x7f800000));
  return v128.or(v128.or(finite, special), sign);
}
