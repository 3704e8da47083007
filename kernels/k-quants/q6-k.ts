/** Q6_K of ggml without importance, byte for byte as `formats/ggml/k-quants/signed.ts` packs it: four sub-blocks of 16 at once. */
import {halfBits, halfValue} from "../shared/half";
import {MAGIC, nearestInt} from "../shared/nearest";
import {transpose4} from "../shared/transpose";

const BYTES: usize = 210;
/** A group whose largest magnitude is below this counts as zeros. */
const LEAST: f32 = 1e-15;
/** Bytes of 16 vectors, and of the codes of 256 elements. */
const LANES: usize = 256;

/** Packs super-blocks of 256 floats into 210 bytes each. Room: values by lanes, codes, scales. */
export function encodeQ6K(x: usize, blocks: i32, bytes: usize, room: usize): void {
  const codes = room + LANES;
  const scales = codes + LANES;
  for (let n = 0; n < blocks; n++, x += 1024, bytes += BYTES) {
    memory.fill(bytes, 0, BYTES);
    for (let group: usize = 0; group < 16; group += 4) {
      for (let i: usize = 0; i < 64; i += 16) transpose4(x + (group << 6) + i, 64, room + (i << 2), 16);
      v128.store(scales + (group << 2), search(room, codes + (group << 4)));
    }
    const extreme = extremeScale(scales);
    if (abs(extreme) < LEAST) continue;
    const factor: f32 = -128 / extreme;
    const half = halfBits(1 / factor);
    store<u16>(bytes + 208, half);
    const d = halfValue(half);
    for (let group: usize = 0; group < 16; group++) {
      const scale = min(127, nearestInt(factor * load<f32>(scales + (group << 2))));
      store<u8>(bytes + 192 + group, scale);
      // What is stored is a signed byte.
      recode(x + (group << 6), d * <f32>(<i8>scale), codes + (group << 4));
    }
    writeCodes(bytes, codes);
  }
}

/** Scales of four groups by lanes, and their codes + 32, those of a group one after the other. */
function search(values: usize, codes: usize): v128 {
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
  let kept = f32x4.div(f32x4.splat(-32), extreme);
  let scale = f32x4.splat(0);
  let best = scale;
  for (let step = 0; step < 19; step++) {
    // The extreme value at -32 first, then steps of a tenth from -9 to 9 about it.
    const at = step === 0 ? 0 : step <= 9 ? step - 10 : step - 9;
    const tenth: f32 = <f32>0.1 * <f32>at;
    const factor = f32x4.div(f32x4.splat(-(<f32>32 + tenth)), extreme);
    let product = f32x4.splat(0);
    let square = product;
    for (let i: usize = 0; i < LANES; i += 16) {
      const value = v128.load(values + i);
      const weight = f32x4.mul(value, value);
      const q = f32x4.convert_i32x4_s(nearest(f32x4.mul(factor, value)));
      product = f32x4.add(product, f32x4.mul(f32x4.mul(weight, value), q));
      square = f32x4.add(square, f32x4.mul(f32x4.mul(weight, q), q));
    }
    const fitted = f32x4.div(product, square);
    if (step === 0) {
      scale = v128.bitselect(f32x4.splat(0), fitted, f32x4.eq(square, f32x4.splat(0)));
      best = f32x4.mul(scale, product);
      continue;
    }
    const isBetter = v128.and(
      f32x4.gt(square, f32x4.splat(0)),
      f32x4.gt(f32x4.mul(product, product), f32x4.mul(best, square)),
    );
    kept = v128.bitselect(factor, kept, isBetter);
    scale = v128.bitselect(fitted, scale, isBetter);
    best = v128.bitselect(f32x4.mul(fitted, product), best, isBetter);
  }
  for (let i: usize = 0; i < 16; i++) {
    const q = i32x4.add(nearest(f32x4.mul(kept, v128.load(values + (i << 4)))), i32x4.splat(32));
    const code = v128.andnot(q, isEmpty);
    store<u8>(codes + i, i32x4.extract_lane(code, 0));
    store<u8>(codes + 16 + i, i32x4.extract_lane(code, 1));
    store<u8>(codes + 32 + i, i32x4.extract_lane(code, 2));
    store<u8>(codes + 48 + i, i32x4.extract_lane(code, 3));
  }
  return v128.andnot(scale, isEmpty);
}

/** The nearest integers as ggml finds them, within -32 and 31. */
function nearest(v: v128): v128 {
  const bits = v128.and(f32x4.add(v, f32x4.splat(MAGIC)), i32x4.splat(0x7fffff));
  return i32x4.min_s(i32x4.max_s(i32x4.sub(bits, i32x4.splat(0x400000)), i32x4.splat(-32)), i32x4.splat(31));
}

/** The first scale of the largest magnitude. */
export function extremeScale(scales: usize): f32 {
  let extreme: f32 = 0;
  for (let group: usize = 0; group < 16; group++) {
    const scale = load<f32>(scales + (group << 2));
    if (abs(scale) > abs(extreme)) extreme = scale;
  }
  return extreme;
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
  return i32x4.add(nearest(f32x4.div(v128.load(x), scale)), i32x4.splat(32));
}

/** For each 128 elements 64 bytes of low nibbles, the first 64 in the low ones; and 32 bytes of the two bits above, four a byte. */
function writeCodes(bytes: usize, codes: usize): void {
  const nibble = i8x16.splat(15);
  for (let half: usize = 0; half < 2; half++) {
    const from = codes + 128 * half;
    for (let i: usize = 0; i < 64; i += 16) {
      const low = v128.and(v128.load(from + i), nibble);
      const high = i8x16.shl(v128.load(from + 64 + i), 4);
      v128.store(bytes + 64 * half + i, v128.or(low, high));
    }
    for (let i: usize = 0; i < 32; i += 16) {
      let bits = i8x16.splat(0);
      for (let run = 0; run < 4; run++) {
        const high = i8x16.shr_u(v128.load(from + 32 * run + i), 4);
        bits = v128.or(bits, i8x16.shl(high, 2 * run));
      }
      v128.store(bytes + 128 + 32 * half + i, bits);
    }
  }
}
