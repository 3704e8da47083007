/**
 * The search of RaZeR under any levels, number for number as `formats/razer/razer-search.ts` has it: a candidate is a set of
 * up to 16 levels, one of them its special value, with the scale that each block has under it.
 */
import {nibblesOf, storeFound} from "../shared/look-up";

/** Bytes of a candidate: 16 numbers above which the next level begins, 16 levels, 16 codes. */
const TABLE: usize = 144;

/**
 * Writes the codes of each block, a byte each, and the candidate that leaves the least squared error, the first of several.
 * @param size elements of a block, a multiple of 16
 * @param g what all elements are divided by
 * @param tables the candidates
 * @param scales those of all blocks under the first candidate, then under the second and so on
 */
export function searchSpecials(
  x: usize,
  blocks: i32,
  size: i32,
  g: f32,
  tables: usize,
  count: i32,
  scales: usize,
  codes: usize,
  picked: usize,
): void {
  const bytes = (<usize>size) << 2;
  const stride = (<usize>blocks) << 2;
  for (let block = 0; block < blocks; block++, x += bytes, scales += 4, codes += size, picked++) {
    let least: f64 = Infinity;
    let best = 0;
    for (let k = 0; k < count; k += 2) {
      const next = min(k + 1, count - 1);
      const a = load<f32>(scales + <usize>k * stride);
      const b = load<f32>(scales + <usize>next * stride);
      const errors = errorsOf(x, bytes, g, tables + <usize>k * TABLE, a, tables + <usize>next * TABLE, b);
      const first = f64x2.extract_lane(errors, 0);
      const second = f64x2.extract_lane(errors, 1);
      if (first < least) {
        least = first;
        best = k;
      }
      if (second < least) {
        least = second;
        best = next;
      }
    }
    store<u8>(picked, best);
    const scale = load<f32>(scales + <usize>best * stride);
    for (let i = 0; i < size; i += 16) {
      writeCodes(x + ((<usize>i) << 2), g, tables + <usize>best * TABLE, scale, codes + i);
    }
  }
}

/** Sums of the squared differences under two candidates, a lane each, element after element. */
function errorsOf(x: usize, bytes: usize, g: f32, first: usize, a: f32, second: usize, b: f32): v128 {
  let errors = f64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const y = f32x4.div(v128.load(x + i), f32x4.splat(g));
    const da = differences(y, first, a);
    const db = differences(y, second, b);
    errors = addSquare(errors, v128.shuffle<f32>(da, db, 0, 4, 0, 4));
    errors = addSquare(errors, v128.shuffle<f32>(da, db, 1, 5, 1, 5));
    errors = addSquare(errors, v128.shuffle<f32>(da, db, 2, 6, 2, 6));
    errors = addSquare(errors, v128.shuffle<f32>(da, db, 3, 7, 3, 7));
  }
  return errors;
}

function addSquare(errors: v128, difference: v128): v128 {
  const wide = f64x2.promote_low_f32x4(difference);
  return f64x2.add(errors, f64x2.mul(wide, wide));
}

/** Zeros over a scale of 0. */
function quotients(y: v128, scale: f32): v128 {
  return f32x4.div(y, f32x4.splat(scale === 0 ? Infinity : scale));
}

function differences(y: v128, table: usize, scale: f32): v128 {
  const q = quotients(y, scale);
  let level = v128.load32_splat(table, 64);
  for (let k: usize = 0; k < 60; k += 4) {
    const isAbove = f32x4.gt(q, v128.load32_splat(table + k));
    level = v128.bitselect(v128.load32_splat(table + k, 68), level, isAbove);
  }
  return f32x4.sub(f32x4.mul(level, f32x4.splat(scale)), y);
}

/** Codes of 16 elements: the number of thresholds below each is the place of its code. */
function writeCodes(x: usize, g: f32, table: usize, scale: f32, to: usize): void {
  const a = placesOf(x, g, table, scale);
  const b = placesOf(x + 16, g, table, scale);
  const c = placesOf(x + 32, g, table, scale);
  const d = placesOf(x + 48, g, table, scale);
  const places = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
  v128.store(to, i8x16.swizzle(v128.load(table, 128), places));
}

function placesOf(x: usize, g: f32, table: usize, scale: f32): v128 {
  const q = quotients(f32x4.div(v128.load(x), f32x4.splat(g)), scale);
  let count = i32x4.splat(0);
  for (let k: usize = 0; k < 60; k += 4) {
    count = i32x4.sub(count, f32x4.gt(q, v128.load32_splat(table + k)));
  }
  return count;
}

/**
 * The floats of blocks: level times scale, and that times g. Codes are bytes, or nibbles.
 * @param tables for each special value the levels by their bytes, 64 bytes
 * @param picked which of them each block has
 */
export function decodeSpecials(
  codes: usize,
  blocks: i32,
  size: i32,
  tables: usize,
  picked: usize,
  scales: usize,
  g: f32,
  x: usize,
  areNibbles: i32,
): void {
  const tensorScale = f32x4.splat(g);
  for (let block = 0; block < blocks; block++, picked++, scales += 4) {
    const table = tables + ((<usize>load<u8>(picked)) << 6);
    const scale = v128.load32_splat(scales);
    for (let i = 0; i < size; i += 16, x += 64) {
      const found = areNibbles ? nibblesOf(v128.load64_zero(codes)) : v128.load(codes);
      codes += areNibbles ? 8 : 16;
      storeFound(found, table, scale, x);
      for (let j: usize = 0; j < 64; j += 16) v128.store(x + j, f32x4.mul(v128.load(x + j), tensorScale));
    }
  }
}
