/**
 * IQ4_NL and IQ4_XS of ggml without importance, byte for byte as `formats/ggml/iq4.ts` packs them. Four groups of 32 are
 * searched at once, one a lane, so that each sums in order.
 */
import {halfBits, halfValue} from "../shared/half";
import {storeLevels} from "../shared/levels";
import {nearestInt} from "../shared/nearest";
import {transpose4} from "../shared/transpose";

/** Below this a group counts as zeros. */
const LEAST: f32 = 1e-15;
/** Scales about the extreme element's that are tried on each side. */
const TRIES = 7;

/**
 * Packs `blocks` blocks of 32 floats, a multiple of four, into 18 bytes each. `table` holds the nearest level and its code
 * for every half from -128 up to 127.5: 512 floats, then 512 bytes. `room` has 2048 bytes.
 */
export function encodeIq4Nl(x: usize, blocks: i32, bytes: usize, room: usize, table: usize): void {
  for (let block = 0; block < blocks; block += 4, x += 512) {
    searchFour(x, room, table);
    for (let lane: usize = 0; lane < 4; lane++, bytes += 18) {
      const scale = load<f32>(room + 1024 + 4 * lane);
      store<u16>(bytes, halfBits(scale));
      packGroup(x + 128 * lane, inverse(scale), bytes + 2, table);
    }
  }
}

/** Packs super-blocks of 256 floats into 136 bytes each. */
export function encodeIq4Xs(x: usize, blocks: i32, bytes: usize, room: usize, table: usize): void {
  for (let n = 0; n < blocks; n++, x += 1024, bytes += 136) {
    searchFour(x, room, table);
    v128.store(room + 1040, v128.load(room + 1024));
    searchFour(x + 512, room, table);
    v128.store(room + 1056, v128.load(room + 1024));
    packSuper(x, room + 1040, bytes, table);
  }
}

/** The floats of super-blocks of IQ4_XS; `levels` holds the 16 levels as signed bytes. */
export function decodeIq4Xs(bytes: usize, blocks: i32, x: usize, levels: usize): void {
  const table = v128.load(levels);
  for (let n = 0; n < blocks; n++, bytes += 136) {
    const d = halfValue(load<u16>(bytes));
    const highs = <u32>load<u16>(bytes + 2);
    for (let group: usize = 0; group < 8; group++, x += 128) {
      const low = (<u32>load<u8>(bytes + 4 + (group >> 1)) >> <u32>((group & 1) << 2)) & 15;
      const code = <i32>(low | (((highs >> <u32>(group << 1)) & 3) << 4)) - 32;
      const scale = f32x4.splat(d * <f32>code);
      const v = v128.load(bytes + 8 + (group << 4));
      storeLevels(i8x16.swizzle(table, v128.and(v, i8x16.splat(15))), scale, x);
      storeLevels(i8x16.swizzle(table, v128.and(i16x8.shr_u(v, 4), i8x16.splat(15))), scale, x + 64);
    }
  }
}

function inverse(d: f32): f32 {
  return d === 0 ? 0 : 1 / d;
}

/** Scales of four groups of 32, at `room` + 1024; x by lanes and their squares stand before them. */
function searchFour(x: usize, room: usize, table: usize): void {
  for (let i: usize = 0; i < 128; i += 16) transpose4(x + i, 128, room + 4 * i, 16);
  let largest = f32x4.splat(0);
  let extreme = f32x4.splat(0);
  for (let i: usize = 0; i < 512; i += 16) {
    const value = v128.load(room + i);
    const magnitude = f32x4.abs(value);
    const isLarger = f32x4.gt(magnitude, largest);
    largest = v128.bitselect(magnitude, largest, isLarger);
    extreme = v128.bitselect(value, extreme, isLarger);
    v128.store(room + 512 + i, f32x4.mul(value, value));
  }
  levelSums(room, f32x4.div(f32x4.splat(1), f32x4.div(extreme, f32x4.splat(127))), table);
  let product = v128.load(room + 1072);
  let square = v128.load(room + 1088);
  const zero = f32x4.splat(0);
  let scale = v128.and(f32x4.div(product, square), f32x4.gt(square, zero));
  let best = f32x4.mul(scale, product);
  for (let n = -TRIES; n <= TRIES; n++) {
    levelSums(room, f32x4.div(f32x4.splat(<f32>(n - 127)), extreme), table);
    product = v128.load(room + 1072);
    square = v128.load(room + 1088);
    const better = v128.and(
      f32x4.gt(square, zero),
      f32x4.gt(f32x4.mul(product, product), f32x4.mul(best, square)),
    );
    scale = v128.bitselect(f32x4.div(product, square), scale, better);
    best = v128.bitselect(f32x4.mul(scale, product), best, better);
  }
  v128.store(room + 1024, v128.andnot(scale, f32x4.lt(largest, f32x4.splat(LEAST))));
}

/** Sums of w q x and of w q q over the levels q nearest to x times `factor`, to `room` + 1072 and 1088. */
function levelSums(room: usize, factor: v128, table: usize): void {
  let product = f32x4.splat(0);
  let square = f32x4.splat(0);
  for (let i: usize = 0; i < 512; i += 16) {
    const value = v128.load(room + i);
    const half = halfOf(f32x4.mul(factor, value));
    let level = v128.load32_zero(table + <usize>(i32x4.extract_lane(half, 0) << 2));
    level = v128.load32_lane(table + <usize>(i32x4.extract_lane(half, 1) << 2), level, 1);
    level = v128.load32_lane(table + <usize>(i32x4.extract_lane(half, 2) << 2), level, 2);
    level = v128.load32_lane(table + <usize>(i32x4.extract_lane(half, 3) << 2), level, 3);
    const weighed = f32x4.mul(v128.load(room + 512 + i), level);
    product = f32x4.add(product, f32x4.mul(weighed, value));
    square = f32x4.add(square, f32x4.mul(weighed, level));
  }
  v128.store(room + 1072, product);
  v128.store(room + 1088, square);
}

/** Places in the table: the half at or below v, counted from -128; levels meet at halves. NaN goes to the last. */
function halfOf(v: v128): v128 {
  const half = f32x4.floor(f32x4.mul(v, f32x4.splat(2)));
  const within = f32x4.pmax(f32x4.splat(-256), f32x4.pmin(f32x4.splat(255), half));
  return i32x4.add(i32x4.trunc_sat_f32x4_s(within), i32x4.splat(256));
}

/** Codes of 32 elements: byte j holds element j (low) and element j + 16 (high). */
function packGroup(x: usize, factor: f32, to: usize, table: usize): void {
  const codes = table + 2048;
  for (let j: usize = 0; j < 16; j += 4) {
    const low = halfOf(f32x4.mul(f32x4.splat(factor), v128.load(x + 4 * j)));
    const high = halfOf(f32x4.mul(f32x4.splat(factor), v128.load(x + 64 + 4 * j)));
    store<u8>(to + j, pair(codes, i32x4.extract_lane(low, 0), i32x4.extract_lane(high, 0)));
    store<u8>(to + j + 1, pair(codes, i32x4.extract_lane(low, 1), i32x4.extract_lane(high, 1)));
    store<u8>(to + j + 2, pair(codes, i32x4.extract_lane(low, 2), i32x4.extract_lane(high, 2)));
    store<u8>(to + j + 3, pair(codes, i32x4.extract_lane(low, 3), i32x4.extract_lane(high, 3)));
  }
}

function pair(codes: usize, low: i32, high: i32): u32 {
  return load<u8>(codes + low) | (load<u8>(codes + high) << 4);
}

/** The eight scales of a super-block as 6-bit codes under a common one, and the codes of the elements. */
function packSuper(x: usize, scales: usize, bytes: usize, table: usize): void {
  let extreme: f32 = 0;
  for (let group: usize = 0; group < 8; group++) {
    const scale = load<f32>(scales + 4 * group);
    if (abs(scale) > abs(extreme)) extreme = scale;
  }
  const d: f32 = -extreme / 32;
  const factor = inverse(d);
  store<u16>(bytes, halfBits(d));
  store<u16>(bytes, 0, 2);
  store<u32>(bytes, 0, 4);
  for (let group: usize = 0; group < 8; group++) {
    const code = min(max(nearestInt(factor * load<f32>(scales + 4 * group)), -32), 31);
    packGroup(x + 128 * group, inverse(d * <f32>code), bytes + 8 + 16 * group, table);
    const stored = <u32>(code + 32);
    const low = bytes + 4 + (group >> 1);
    store<u8>(low, load<u8>(low) | ((stored & 15) << (4 * (group & 1))));
    const high = bytes + 2 + (group >> 2);
    store<u8>(high, load<u8>(high) | ((stored >> 4) << (2 * (group & 3))));
  }
}
