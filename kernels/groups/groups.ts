/** Elements of four bits under a scale that a group of floats shares: the loops of `formats/groups.ts` and of the casts. */
import {e2m1, store16} from "./codes";

export {absMaxColumns, decodeColumns, packE2m1Columns} from "./columns";
export {scalesE4m3, scalesFloor, scalesHalf} from "./scales";

/** The largest magnitude of each group of `size` floats, a multiple of four; infinity or NaN where it holds one. Gives 1 where all are finite. */
export function absMax(x: usize, groups: i32, size: i32, largest: usize): i32 {
  const bytes = (<usize>size) << 2;
  const magnitude = i32x4.splat(0x7fffffff);
  let most = 0;
  for (let group = 0; group < groups; group++, x += bytes, largest += 4) {
    // Without the sign, the bits of floats are ordered as the floats are, NaN above infinity.
    let top = i32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      top = i32x4.max_s(top, v128.and(v128.load(x + i), magnitude));
    }
    top = i32x4.max_s(top, v128.shuffle<i32>(top, top, 2, 3, 0, 1));
    top = i32x4.max_s(top, v128.shuffle<i32>(top, top, 1, 0, 3, 2));
    const bits = i32x4.extract_lane(top, 0);
    store<i32>(largest, bits);
    most = max(most, bits);
  }
  return most < 0x7f800000 ? 1 : 0;
}

/** E2M1 codes of x over the scale of its group, to nearest even, two a byte; `size` is a multiple of 16. */
export function packE2m1(x: usize, groups: i32, size: i32, scales: usize, codes: usize): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = v128.load32_splat(scales);
    for (let i = 0; i < size; i += 16, x += 64, codes += 8) {
      store16(codes, e2m1(x, scale), e2m1(x + 16, scale), e2m1(x + 32, scale), e2m1(x + 48, scale));
    }
  }
}

/** Integers from -7 to 7 in two's complement, likewise; zeros over a scale of zero are 0. */
export function packInt4(x: usize, groups: i32, size: i32, scales: usize, codes: usize): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = v128.load32_splat(scales);
    for (let i = 0; i < size; i += 16, x += 64, codes += 8) {
      store16(codes, int4(x, scale), int4(x + 16, scale), int4(x + 32, scale), int4(x + 48, scale));
    }
  }
}

/**
 * Codes of 16 ascending levels likewise, each the number of midpoints below x over the scale; zeros stay zeros.
 * @param midpoints 15 floats
 */
export function packLevels(
  x: usize,
  groups: i32,
  size: i32,
  scales: usize,
  codes: usize,
  midpoints: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = v128.load32_splat(scales);
    for (let i = 0; i < size; i += 16, x += 64, codes += 8) {
      const a = quotients(x, scale);
      const b = quotients(x + 16, scale);
      const c = quotients(x + 32, scale);
      const d = quotients(x + 48, scale);
      let countA = i32x4.splat(0);
      let countB = countA;
      let countC = countA;
      let countD = countA;
      for (let k: usize = 0; k < 60; k += 4) {
        const midpoint = v128.load32_splat(midpoints + k);
        countA = i32x4.sub(countA, f32x4.gt(a, midpoint));
        countB = i32x4.sub(countB, f32x4.gt(b, midpoint));
        countC = i32x4.sub(countC, f32x4.gt(c, midpoint));
        countD = i32x4.sub(countD, f32x4.gt(d, midpoint));
      }
      store16(codes, countA, countB, countC, countD);
    }
  }
}

function quotients(x: usize, scale: v128): v128 {
  const value = v128.load(x);
  return v128.bitselect(value, f32x4.div(value, scale), f32x4.eq(value, f32x4.splat(0)));
}

function int4(x: usize, scale: v128): v128 {
  const q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.div(v128.load(x), scale)));
  const within = i32x4.min_s(i32x4.max_s(q, i32x4.splat(-7)), i32x4.splat(7));
  return v128.and(within, i32x4.splat(15));
}
