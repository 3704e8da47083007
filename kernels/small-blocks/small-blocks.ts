/**
 * ggml's blocks of 32 and NVFP4's of 64, byte for byte as `formats/ggml` packs them and value for value as it unpacks them.
 * Byte j of 16 holds the codes of elements j (low) and j + 16 (high).
 */
import {halfBits} from "../shared/half";
import {amax, highest} from "./extremes";

export {decodeBytes, decodeFives, decodeMx4, decodeNibbles, decodeNv4} from "./decode";
export {encodeMx4, encodeNv4} from "./e2m1";

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
