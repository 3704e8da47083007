/**
 * ggml's blocks of 256 elements that are -1, 0 or 1 times one half-precision scale, byte for byte as
 * `formats/ggml/ternary.ts` packs them and value for value as it unpacks them.
 */
import {halfBits, halfValue} from "../shared/half";
import {storeLevels} from "../shared/levels";

/** TQ2_0, 66 bytes: of each 128 elements, run r of 32 stands at bit 2 r of 32 bytes; then the scale. */
export function encodeTq2(x: usize, blocks: i32, bytes: usize, _room: usize): void {
  for (let n = 0; n < blocks; n++, x += 1024, bytes += 66) {
    const d = amax(x);
    store<u16>(bytes, halfBits(d), 64);
    const factor = factorOf(d);
    for (let part: usize = 0; part < 4; part++) {
      const from = x + ((part >> 1) << 9) + ((part & 1) << 6);
      let packed = codes16(from, factor);
      packed = v128.or(packed, i8x16.shl(codes16(from + 128, factor), 2));
      packed = v128.or(packed, i8x16.shl(codes16(from + 256, factor), 4));
      packed = v128.or(packed, i8x16.shl(codes16(from + 384, factor), 6));
      v128.store(bytes + (part << 4), packed);
    }
  }
}

/** The floats of TQ2_0; the code 3 stands for 2. */
export function decodeTq2(bytes: usize, blocks: i32, x: usize): void {
  for (let n = 0; n < blocks; n++, bytes += 66, x += 1024) {
    const scale = f32x4.splat(halfValue(load<u16>(bytes, 64)));
    for (let part: usize = 0; part < 4; part++) {
      const to = x + ((part >> 1) << 9) + ((part & 1) << 6);
      const v = v128.load(bytes + (part << 4));
      // Shifts of 16 bits by a number that is known take one step; those of bytes, or by a variable, many.
      storeCodes(v, scale, to);
      storeCodes(i16x8.shr_u(v, 2), scale, to + 128);
      storeCodes(i16x8.shr_u(v, 4), scale, to + 256);
      storeCodes(i16x8.shr_u(v, 6), scale, to + 384);
    }
  }
}

/** The levels of the two lowest bits of 16 bytes. */
function storeCodes(v: v128, scale: v128, to: usize): void {
  storeLevels(i8x16.sub(v128.and(v, i8x16.splat(3)), i8x16.splat(1)), scale, to);
}

/**
 * TQ1_0, 54 bytes: five digits to base 3 a byte, as a fraction of 256. Digit n of 32 bytes are 32 elements in a row, of the
 * next 16 bytes 16; the last four bytes hold four digits each; then the scale.
 */
export function encodeTq1(x: usize, blocks: i32, bytes: usize, room: usize): void {
  for (let n = 0; n < blocks; n++, x += 1024, bytes += 54) {
    const d = amax(x);
    store<u16>(bytes, halfBits(d), 52);
    const factor = factorOf(d);
    v128.store(bytes, fiveDigits(x, 128, factor));
    v128.store(bytes, fiveDigits(x + 64, 128, factor), 16);
    v128.store(bytes, fiveDigits(x + 640, 64, factor), 32);
    v128.store(room, codes16(x + 960, factor));
    for (let j: usize = 0; j < 4; j++) {
      let number: u32 = 0;
      for (let i: usize = 0; i < 16; i += 4) number = 3 * number + load<u8>(room + i + j);
      store<u8>(bytes + 48 + j, (3 * number * 256 + 242) / 243);
    }
  }
}

/** The floats of TQ1_0. */
export function decodeTq1(bytes: usize, blocks: i32, x: usize): void {
  for (let n = 0; n < blocks; n++, bytes += 54, x += 1024) {
    const scale = f32x4.splat(halfValue(load<u16>(bytes, 52)));
    storeDigits(v128.load(bytes), 5, scale, x, 128);
    storeDigits(v128.load(bytes, 16), 5, scale, x + 64, 128);
    storeDigits(v128.load(bytes, 32), 5, scale, x + 640, 64);
    // The last four bytes have 16 elements, a vector of four for each digit.
    let fraction = v128.load32_zero(bytes + 48);
    for (let digit: usize = 0; digit < 4; digit++) {
      const levels = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(levelsOf(fraction)));
      v128.store(x + 960 + (digit << 4), f32x4.mul(f32x4.convert_i32x4_s(levels), scale));
      fraction = thrice(fraction);
    }
  }
}

/** The levels of 16 bytes, digit after digit `stride` bytes apart. */
function storeDigits(fraction: v128, digits: i32, scale: v128, x: usize, stride: usize): void {
  for (let digit = 0; digit < digits; digit++, x += stride) {
    storeLevels(levelsOf(fraction), scale, x);
    fraction = thrice(fraction);
  }
}

/** Level of the first digit of fractions of 256: three times it is below 256, 512 or 768. */
function levelsOf(fraction: v128): v128 {
  const ones = i8x16.ge_u(fraction, i8x16.splat(86));
  const twos = i8x16.ge_u(fraction, i8x16.splat(<i8>171));
  return i8x16.sub(i8x16.splat(-1), i8x16.add(ones, twos));
}

function thrice(v: v128): v128 {
  return i8x16.add(v, i8x16.add(v, v));
}

/** Sixteen numbers of five digits each, the first the highest, as fractions of 256 rounded up. */
function fiveDigits(x: usize, stride: usize, factor: f32): v128 {
  let number = codes16(x, factor);
  for (let digit: usize = 1; digit < 5; digit++) {
    number = i8x16.add(thrice(number), codes16(x + digit * stride, factor));
  }
  const low = i16x8.extend_low_i8x16_u(number);
  const high = i16x8.extend_high_i8x16_u(number);
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(fraction(i32x4.extend_low_i16x8_u(low)), fraction(i32x4.extend_high_i16x8_u(low))),
    i16x8.narrow_i32x4_s(fraction(i32x4.extend_low_i16x8_u(high)), fraction(i32x4.extend_high_i16x8_u(high))),
  );
}

/** (256 n + 242) / 243 of numbers below 243: 69043 / 2^24 is a little more than 1 / 243. */
function fraction(n: v128): v128 {
  const wide = i32x4.add(i32x4.shl(n, 8), i32x4.splat(242));
  return i32x4.shr_u(i32x4.mul(wide, i32x4.splat(69043)), 24);
}

/** Codes 0, 1 and 2 of 16 floats, a byte each. */
function codes16(x: usize, factor: f32): v128 {
  const f = f32x4.splat(factor);
  const low = i16x8.narrow_i32x4_s(signOf(x, f), signOf(x + 16, f));
  const high = i16x8.narrow_i32x4_s(signOf(x + 32, f), signOf(x + 48, f));
  return i8x16.add(i8x16.narrow_i16x8_s(low, high), i8x16.splat(1));
}

/** -1, 0 or 1 as x times the factor is nearest, midway away from zero; 0 where the product is no number or infinite. */
function signOf(x: usize, factor: v128): v128 {
  const value = f32x4.mul(v128.load(x), factor);
  const magnitude = f32x4.abs(value);
  const isOne = v128.and(f32x4.ge(magnitude, f32x4.splat(0.5)), f32x4.lt(magnitude, f32x4.splat(Infinity)));
  const sign = v128.or(i32x4.shr_s(value, 31), i32x4.splat(1));
  return v128.and(sign, isOne);
}

function factorOf(d: f32): f32 {
  return d === 0 ? 0 : 1 / d;
}

/** The largest magnitude of 256 floats. */
function amax(x: usize): f32 {
  let top = f32x4.splat(0);
  for (let i: usize = 0; i < 1024; i += 16) top = f32x4.max(top, f32x4.abs(v128.load(x + i)));
  const pair = f32x4.max(top, v128.shuffle<i32>(top, top, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1));
}
