/**
 * ggml's blocks of 32 and NVFP4's of 64, byte for byte as `formats/ggml` packs them and value for value as it unpacks them.
 * Byte j of 16 holds the codes of elements j (low) and j + 16 (high).
 */
import {halfBits} from "../shared/half";

export {decodeBytes, decodeFives, decodeMx4, decodeNibbles, decodeNv4} from "./decode";

/** Bytes of 32 floats. */
const BLOCK: usize = 128;

/** 1 where so many floats, a multiple of four, are finite. */
export function areFinite(x: usize, count: i32): i32 {
  let top = i32x4.splat(0);
  const end = x + ((<usize>count) << 2);
  // Without the sign, the bits of floats are ordered as the floats are, NaN above infinity.
  for (; x < end; x += 16) top = i32x4.max_s(top, v128.and(v128.load(x), i32x4.splat(0x7fffffff)));
  return v128.any_true(i32x4.ge_s(top, i32x4.splat(0x7f800000))) ? 0 : 1;
}

/** 18 bytes a block: the scale that takes the extreme element to -8, and codes about 8. */
export function encodeQ40(x: usize, blocks: i32, bytes: usize, _room: usize): void {
  for (let n = 0; n < blocks; n++, x += BLOCK, bytes += 18) {
    const d = extreme(x) / -8;
    const factor = inverse(d);
    store<u16>(bytes, halfBits(d));
    storeCodes(x, 0, factor, 8.5, bytes + 2);
  }
}

/** 20 bytes a block: scale, minimum, and codes above it. */
export function encodeQ41(x: usize, blocks: i32, bytes: usize, _room: usize): void {
  for (let n = 0; n < blocks; n++, x += BLOCK, bytes += 20) {
    const minimum = leastOf(x);
    const d = (mostOf(x) - minimum) / 15;
    store<u16>(bytes, halfBits(d));
    store<u16>(bytes + 2, halfBits(minimum));
    storeCodes(x, minimum, inverse(d), 0.5, bytes + 4);
  }
}

/** 22 bytes a block: the scale that takes the extreme element to -16, fifth bits, and nibbles. */
export function encodeQ50(x: usize, blocks: i32, bytes: usize, _room: usize): void {
  for (let n = 0; n < blocks; n++, x += BLOCK, bytes += 22) {
    const d = extreme(x) / -16;
    store<u16>(bytes, halfBits(d));
    storeFives(x, 0, inverse(d), 16.5, bytes + 2);
  }
}

/** 24 bytes a block: the same above a minimum. */
export function encodeQ51(x: usize, blocks: i32, bytes: usize, _room: usize): void {
  for (let n = 0; n < blocks; n++, x += BLOCK, bytes += 24) {
    const minimum = leastOf(x);
    const d = (mostOf(x) - minimum) / 31;
    store<u16>(bytes, halfBits(d));
    store<u16>(bytes + 2, halfBits(minimum));
    storeFives(x, minimum, inverse(d), 0.5, bytes + 4);
  }
}

/** 34 bytes a block: the scale amax / 127, and signed bytes, midway away from zero. */
export function encodeQ80(x: usize, blocks: i32, bytes: usize, _room: usize): void {
  for (let n = 0; n < blocks; n++, x += BLOCK, bytes += 34) {
    const d = amax(x, BLOCK) / 127;
    const factor = inverse(d);
    store<u16>(bytes, halfBits(d));
    if (abs(factor) === f32.POSITIVE_INFINITY) {
      memory.fill(bytes + 2, 0, 32);
      continue;
    }
    const scale = f32x4.splat(factor);
    for (let i: usize = 0; i < BLOCK; i += 64) {
      const low = i16x8.narrow_i32x4_s(away(x + i, scale), away(x + i + 16, scale));
      const high = i16x8.narrow_i32x4_s(away(x + i + 32, scale), away(x + i + 48, scale));
      v128.store(bytes + 2 + (i >> 2), i8x16.narrow_i16x8_s(low, high));
    }
  }
}

/**
 * 17 bytes a block: the exponent of amax less 2, and E2M1 codes.
 * @param powers for each exponent from -149 on the least float64 whose float32 logarithm is that of the next one
 */
export function encodeMx4(x: usize, blocks: i32, bytes: usize, _room: usize, powers: usize): void {
  for (let n = 0; n < blocks; n++, x += BLOCK, bytes += 17) {
    const largest = <f64>amax(x, BLOCK);
    let exponent = <i32>((reinterpret<u64>(largest) >> 52) & 0x7ff) - 1023;
    if (largest > 0 && largest >= load<f64>(powers + ((<usize>(exponent + 149)) << 3))) exponent++;
    const byte = largest > 0 ? (exponent + 125) & 255 : 0;
    store<u8>(bytes, byte);
    // Beyond these a level times the scale is no plain float32 number.
    if (byte > 3 && byte < 250 && largest > 0 && exponent + 125 === byte) {
      const perStep = f32x4.splat(reinterpret<f32>((254 - byte) << 23));
      v128.store(bytes + 1, v128.or(e2m1Codes(x, perStep), i16x8.shl(e2m1Codes(x + 64, perStep), 4)));
    } else encodeMxByOne(x, reinterpret<f64>((<u64>(byte + 896)) << 52), bytes + 1);
  }
}

/** The same for one element after the other, of any magnitude. */
function encodeMxByOne(x: usize, d: f64, bytes: usize): void {
  for (let j: usize = 0; j < 16; j++) {
    store<u8>(
      bytes + j,
      nearestE2m1(load<f32>(x + (j << 2)), d) | (nearestE2m1(load<f32>(x + ((j + 16) << 2)), d) << 4),
    );
  }
}

/** The code whose value times d is nearest to x, midway the lower; far beyond the levels by float32 distances. */
function nearestE2m1(x: f32, d: f64): u32 {
  const magnitude = <f64>abs(x);
  let code: u32 = 0;
  if (magnitude > 1024 * d) {
    for (let tried: u32 = 1; tried < 8; tried++) {
      const distance = <f32>(magnitude - levelOf(tried) * d);
      if (distance < <f32>(magnitude - levelOf(code) * d)) code = tried;
    }
  } else {
    while (code < 7 && magnitude > (levelOf(code) + levelOf(code + 1)) * 0.5 * d) code++;
  }
  return code > 0 && x < 0 ? code | 8 : code;
}

/** E2M1's magnitudes: 0, 0.5, 1, 1.5, 2, 3, 4, 6. */
function levelOf(code: u32): f64 {
  if (code < 4) return <f64>code * 0.5;
  return code < 6 ? <f64>(code - 2) : code === 6 ? 4 : 6;
}

/** Codes of 16 floats over the scale, midway the lower magnitude; zeros have no sign. */
function e2m1Codes(x: usize, perStep: v128): v128 {
  const low = i16x8.narrow_i32x4_s(e2m1Code(x, perStep), e2m1Code(x + 16, perStep));
  const high = i16x8.narrow_i32x4_s(e2m1Code(x + 32, perStep), e2m1Code(x + 48, perStep));
  return i8x16.narrow_i16x8_u(low, high);
}

function e2m1Code(x: usize, perStep: v128): v128 {
  const value = v128.load(x);
  const magnitude = f32x4.mul(f32x4.abs(value), perStep);
  let below = f32x4.gt(magnitude, f32x4.splat(0.25));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.splat(0.75)));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.splat(1.25)));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.splat(1.75)));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.splat(2.5)));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.splat(3.5)));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.splat(5)));
  const code = i32x4.neg(below);
  const sign = v128.and(i32x4.shl(i32x4.shr_u(value, 31), 3), i32x4.gt_s(code, i32x4.splat(0)));
  return v128.or(code, sign);
}

/** Codes min(15, trunc((x - minimum) · factor + rounding)); none where the factor is infinite. */
function storeCodes(x: usize, minimum: f32, factor: f32, rounding: f32, bytes: usize): void {
  if (abs(factor) === f32.POSITIVE_INFINITY) {
    v128.store(bytes, i32x4.splat(0));
    return;
  }
  const low = codes16(x, minimum, factor, rounding, 15);
  const high = codes16(x + 64, minimum, factor, rounding, 15);
  v128.store(bytes, v128.or(low, i16x8.shl(high, 4)));
}

/** Codes up to 31: the fifth bits of 32, then nibbles. */
function storeFives(x: usize, minimum: f32, factor: f32, rounding: f32, bytes: usize): void {
  if (abs(factor) === f32.POSITIVE_INFINITY) {
    memory.fill(bytes, 0, 20);
    return;
  }
  const low = codes16(x, minimum, factor, rounding, 31);
  const high = codes16(x + 64, minimum, factor, rounding, 31);
  const nibble = i8x16.splat(15);
  store<u32>(bytes, i8x16.bitmask(i16x8.shl(low, 3)) | (i8x16.bitmask(i16x8.shl(high, 3)) << 16));
  v128.store(bytes + 4, v128.or(v128.and(low, nibble), i16x8.shl(v128.and(high, nibble), 4)));
}

function codes16(x: usize, minimum: f32, factor: f32, rounding: f32, most: i8): v128 {
  const a = codes4(x, minimum, factor, rounding);
  const b = codes4(x + 16, minimum, factor, rounding);
  const c = codes4(x + 32, minimum, factor, rounding);
  const d = codes4(x + 48, minimum, factor, rounding);
  return i8x16.min_u(
    i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)),
    i8x16.splat(most),
  );
}

function codes4(x: usize, minimum: f32, factor: f32, rounding: f32): v128 {
  const above = minimum === 0 ? v128.load(x) : f32x4.sub(v128.load(x), f32x4.splat(minimum));
  return i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(above, f32x4.splat(factor)), f32x4.splat(rounding)));
}

/** Four floats times the factor, to the nearest integer, midway away from zero. */
function away(x: usize, factor: v128): v128 {
  const value = f32x4.mul(v128.load(x), factor);
  const magnitude = f32x4.abs(value);
  const whole = f32x4.trunc(magnitude);
  const up = f32x4.ge(f32x4.sub(magnitude, whole), f32x4.splat(0.5));
  const rounded = i32x4.sub(i32x4.trunc_sat_f32x4_s(whole), up);
  const sign = i32x4.shr_s(value, 31);
  return i32x4.sub(v128.xor(rounded, sign), sign);
}

function inverse(d: f32): f32 {
  return d === 0 ? 0 : 1 / d;
}

/** The largest magnitude of so many bytes of floats. */
function amax(x: usize, bytes: usize): f32 {
  let top = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) top = f32x4.max(top, f32x4.abs(v128.load(x + i)));
  return highest(top);
}

function highest(v: v128): f32 {
  const pair = f32x4.max(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1));
}

function lowest(v: v128): f32 {
  const pair = f32x4.min(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return min<f32>(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1));
}

/** The first of 32 floats with the largest magnitude; a plain zero where all are zeros. */
function extreme(x: usize): f32 {
  let low = v128.load(x);
  let high = low;
  for (let i: usize = 16; i < BLOCK; i += 16) {
    low = f32x4.min(low, v128.load(x + i));
    high = f32x4.max(high, v128.load(x + i));
  }
  const bottom = lowest(low);
  const top = highest(high);
  if (top > -bottom) return top;
  if (top < -bottom) return bottom;
  if (top === 0) return 0;
  for (let i: usize = 0; i < BLOCK; i += 4) if (abs(load<f32>(x + i)) === top) return load<f32>(x + i);
  return top;
}

/** The least of 32 floats. */
function leastOf(x: usize): f32 {
  let low = v128.load(x);
  for (let i: usize = 16; i < BLOCK; i += 16) low = f32x4.min(low, v128.load(x + i));
  return signOfFirst(x, lowest(low));
}

function mostOf(x: usize): f32 {
  let high = v128.load(x);
  for (let i: usize = 16; i < BLOCK; i += 16) high = f32x4.max(high, v128.load(x + i));
  return highest(high);
}

/** The least of 32 floats, a zero with the sign of the first one. */
function signOfFirst(x: usize, least: f32): f32 {
  if (least !== 0) return least;
  for (let i: usize = 0; i < BLOCK; i += 4) if (load<f32>(x + i) === 0) return load<f32>(x + i);
  return least;
}
