/** Q3_K of ggml without importance, byte for byte as `formats/ggml/k-quants/signed.ts` packs it: four sub-blocks of 16 at once. */
import {halfBits, halfValue} from "../shared/half";
import {MAGIC, nearestInt} from "../shared/nearest";
import {transpose4} from "../shared/transpose";
import {extremeScale} from "./q6-k";

const BYTES: usize = 110;
/** A group whose largest magnitude is below this counts as zeros. */
const LEAST: f32 = 1e-15;
/** Bytes of 16 vectors, and of the codes of 256 elements. */
const LANES: usize = 256;
/** The most times that the codes of a group are gone through. */
const SWEEPS = 5;

/** Packs super-blocks of 256 floats into 110 bytes each. Room: values and codes by lanes, codes, scales, their codes. */
export function encodeQ3K(x: usize, blocks: i32, bytes: usize, room: usize): void {
  const codes = room + 2 * LANES;
  const scales = codes + LANES;
  const scaleCodes = scales + 64;
  for (let n = 0; n < blocks; n++, x += 1024, bytes += BYTES) {
    memory.fill(bytes, 0, BYTES);
    for (let group: usize = 0; group < 16; group += 4) {
      for (let i: usize = 0; i < 64; i += 16) transpose4(x + (group << 6) + i, 64, room + (i << 2), 16);
      v128.store(scales + (group << 2), sweep(room, room + LANES, codes + (group << 4)));
    }
    const half = halfBits(codeScales(scales, scaleCodes));
    store<u16>(bytes + 108, half);
    const d = halfValue(half);
    for (let group: usize = 0; group < 16; group++) {
      const code = <i32>load<u8>(scaleCodes + group);
      writeScale(bytes + 96, group, code);
      recode(x + (group << 6), d * <f32>(code - 32), codes + (group << 4));
    }
    writeCodes(bytes, codes);
  }
}

/**
 * Scales of four groups by lanes, and their codes + 4, those of a group one after the other: the extreme value at -4, then
 * each code moves by itself where that lessens the squared error, each weighed by its value's square. `own` is room for the
 * codes by lanes.
 */
function sweep(values: usize, own: usize, codes: usize): v128 {
  let extreme = f32x4.splat(0);
  let largest = extreme;
  for (let i: usize = 0; i < LANES; i += 16) {
    const value = v128.load(values + i);
    const magnitude = f32x4.abs(value);
    const isLarger = f32x4.gt(magnitude, largest);
    extreme = v128.bitselect(value, extreme, isLarger);
    largest = v128.bitselect(magnitude, largest, isLarger);
  }
  const isEmpty = f32x4.lt(largest, f32x4.splat(LEAST));
  const factor = f32x4.div(f32x4.splat(-4), extreme);
  const zero = f32x4.splat(0);
  let product = zero;
  let square = zero;
  for (let i: usize = 0; i < LANES; i += 16) {
    const value = v128.load(values + i);
    const weight = f32x4.mul(value, value);
    const code = f32x4.convert_i32x4_s(nearest(f32x4.mul(factor, value)));
    v128.store(own + i, code);
    product = f32x4.add(product, f32x4.mul(f32x4.mul(weight, value), code));
    square = f32x4.add(square, f32x4.mul(f32x4.mul(weight, code), code));
  }
  let isMoving = i32x4.splat(-1);
  for (let n = 0; n < SWEEPS && v128.any_true(isMoving); n++) {
    let changed = i32x4.splat(0);
    for (let i: usize = 0; i < LANES; i += 16) {
      const value = v128.load(values + i);
      const weight = f32x4.mul(value, value);
      const wx = f32x4.mul(weight, value);
      const before = v128.load(own + i);
      let a = f32x4.sub(product, f32x4.mul(wx, before));
      const isPositive = f32x4.gt(a, zero);
      let b = f32x4.sub(square, f32x4.mul(f32x4.mul(weight, before), before));
      const code = f32x4.convert_i32x4_s(nearest(f32x4.div(f32x4.mul(value, b), a)));
      a = f32x4.add(a, f32x4.mul(wx, code));
      b = f32x4.add(b, f32x4.mul(f32x4.mul(weight, code), code));
      const gains = f32x4.gt(f32x4.mul(f32x4.mul(a, a), square), f32x4.mul(f32x4.mul(product, product), b));
      let moves = v128.and(v128.and(isMoving, isPositive), f32x4.ne(code, before));
      moves = v128.and(moves, v128.and(f32x4.gt(b, zero), gains));
      v128.store(own + i, v128.bitselect(code, before, moves));
      product = v128.bitselect(a, product, moves);
      square = v128.bitselect(b, square, moves);
      changed = v128.or(changed, moves);
    }
    isMoving = changed;
  }
  for (let i: usize = 0; i < 16; i++) {
    const level = i32x4.add(i32x4.trunc_sat_f32x4_s(v128.load(own + (i << 4))), i32x4.splat(4));
    const code = v128.andnot(level, isEmpty);
    store<u8>(codes + i, i32x4.extract_lane(code, 0));
    store<u8>(codes + 16 + i, i32x4.extract_lane(code, 1));
    store<u8>(codes + 32 + i, i32x4.extract_lane(code, 2));
    store<u8>(codes + 48 + i, i32x4.extract_lane(code, 3));
  }
  const scale = v128.and(f32x4.div(product, square), f32x4.gt(square, zero));
  return v128.andnot(scale, isEmpty);
}

/** The nearest integers as ggml finds them, within -4 and 3. */
function nearest(v: v128): v128 {
  const bits = v128.and(f32x4.add(v, f32x4.splat(MAGIC)), i32x4.splat(0x7fffff));
  return i32x4.min_s(i32x4.max_s(i32x4.sub(bits, i32x4.splat(0x400000)), i32x4.splat(-4)), i32x4.splat(3));
}

/** Codes of the scales, 0 to 63 for -32 to 31, and their factor. */
function codeScales(scales: usize, codes: usize): f32 {
  const extreme = extremeScale(scales);
  if (extreme === 0) {
    memory.fill(codes, 0, 16);
    return 0;
  }
  const factor: f32 = -32 / extreme;
  for (let group: usize = 0; group < 16; group++) {
    const code = nearestInt(factor * load<f32>(scales + (group << 2)));
    store<u8>(codes + group, min(max(code, -32), 31) + 32);
  }
  return 1 / factor;
}

/** Low four bits in byte j mod 8, the high nibble from j = 8 on; the two above at bit 2 (j / 4) of byte 8 + j mod 4. */
function writeScale(at: usize, j: usize, code: i32): void {
  const low = at + (j & 7);
  store<u8>(low, load<u8>(low) | ((code & 15) << (j < 8 ? 0 : 4)));
  const high = at + 8 + (j & 3);
  store<u8>(high, load<u8>(high) | ((code >> 4) << (2 * (<i32>j >> 2))));
}

/** Codes of a group by its scale as it is stored; where that is 0 those of the search stay. */
function recode(x: usize, scale: f32, codes: usize): void {
  if (scale === 0) return;
  const d = f32x4.splat(scale);
  const low = i16x8.narrow_i32x4_s(codesAt(x, d), codesAt(x + 16, d));
  const high = i16x8.narrow_i32x4_s(codesAt(x + 32, d), codesAt(x + 48, d));
  v128.store(codes, i8x16.narrow_i16x8_u(low, high));
}

function codesAt(x: usize, scale: v128): v128 {
  return i32x4.add(nearest(f32x4.div(v128.load(x), scale)), i32x4.splat(4));
}

/** 32 bytes with the third bit of element e at bit e / 32; then 64 with the two below, of each 128 run r at bit 2 r. */
function writeCodes(bytes: usize, codes: usize): void {
  for (let i: usize = 0; i < 32; i += 16) {
    let highs = i8x16.splat(0);
    for (let run = 0; run < 8; run++) {
      const third = i8x16.shr_u(v128.load(codes + 32 * run + i), 2);
      highs = v128.or(highs, i8x16.shl(v128.and(third, i8x16.splat(1)), run));
    }
    v128.store(bytes + i, highs);
    for (let half: usize = 0; half < 2; half++) {
      let lows = i8x16.splat(0);
      for (let run = 0; run < 4; run++) {
        const two = v128.and(v128.load(codes + 128 * half + 32 * run + i), i8x16.splat(3));
        lows = v128.or(lows, i8x16.shl(two, 2 * run));
      }
      v128.store(bytes + 32 + 32 * half + i, lows);
    }
  }
}
