/** Blocks of E2M1 codes under a scale of one byte: ggml's MXFP4 and NVFP4. */
import {amax} from "./extremes";

/**
 * 17 bytes a block: the exponent of amax less 2, and E2M1 codes.
 * @param powers for each exponent from -149 on the least float64 whose float32 logarithm is that of the next one
 */
export function encodeMx4(x: usize, blocks: i32, bytes: usize, _room: usize, powers: usize): void {
  for (let n = 0; n < blocks; n++, x += 128, bytes += 17) {
    const largest = <f64>amax(x, 128);
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

/**
 * 36 bytes for 64 elements: four unsigned E4M3 scales amax / 6, and eight bytes of codes for each 16 elements.
 * @param halves half of what each byte scales by, 256 floats
 */
export function encodeNv4(x: usize, blocks: i32, bytes: usize, _room: usize, halves: usize): void {
  for (let n = 0; n < blocks; n++, bytes += 36) {
    for (let group: usize = 0; group < 4; group++, x += 64) {
      const largest = amax(x, 64);
      const byte = scaleByte(largest / 6);
      const d: f32 = 2 * load<f32>(halves + ((<usize>byte) << 2));
      store<u8>(bytes + group, byte);
      const to = bytes + 4 + (group << 3);
      // Products of a scale with midpoints are exact; without a scale all codes are as far.
      if (largest > 1024 * d) {
        for (let j: usize = 0; j < 8; j++) {
          const low = nearestE2m1(load<f32>(x + (j << 2)), d);
          store<u8>(to + j, low | (nearestE2m1(load<f32>(x + (j << 2), 32), d) << 4));
        }
      } else if (d === 0) store<u64>(to, 0);
      else {
        const codes = e2m1Below(x, f32x4.splat(d));
        v128.store64_lane(to, v128.or(codes, i16x8.shl(v128.shuffle<i64>(codes, codes, 1, 0), 4)), 0);
      }
    }
  }
}

/** The scale as UE4M3, midway up: half a step of its three bits of mantissa is added to its bits. */
function scaleByte(scale: f32): u32 {
  if (scale < 0.015625) return min(7, <u32>floor(scale * 512 + <f32>0.5));
  const code = <u32>(reinterpret<u32>(scale) + 0x80000) >> 20;
  return code - 960 < 0x78 ? code - 960 : 0x7e;
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
  return codeOf(value, f32x4.mul(f32x4.abs(value), perStep), f32x4.splat(1));
}

/** The codes of four magnitudes among E2M1's times a scale, with the signs of `value`. */
function codeOf(value: v128, magnitude: v128, scale: v128): v128 {
  let below = f32x4.gt(magnitude, f32x4.mul(scale, f32x4.splat(0.25)));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.mul(scale, f32x4.splat(0.75))));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.mul(scale, f32x4.splat(1.25))));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.mul(scale, f32x4.splat(1.75))));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.mul(scale, f32x4.splat(2.5))));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.mul(scale, f32x4.splat(3.5))));
  below = i32x4.add(below, f32x4.gt(magnitude, f32x4.mul(scale, f32x4.splat(5))));
  const code = i32x4.neg(below);
  const sign = v128.and(i32x4.shl(i32x4.shr_u(value, 31), 3), i32x4.gt_s(code, i32x4.splat(0)));
  return v128.or(code, sign);
}

/** Codes of 16 floats over a scale by which midpoints are multiplied. */
function e2m1Below(x: usize, scale: v128): v128 {
  const low = i16x8.narrow_i32x4_s(codeBelow(x, scale), codeBelow(x + 16, scale));
  const high = i16x8.narrow_i32x4_s(codeBelow(x + 32, scale), codeBelow(x + 48, scale));
  return i8x16.narrow_i16x8_u(low, high);
}

function codeBelow(x: usize, scale: v128): v128 {
  return codeOf(v128.load(x), f32x4.abs(v128.load(x)), scale);
}
