/**
 * RaZeR for weights in blocks of 16, byte for byte as `formats/razer/razer.ts` packs them: E2M1 whose code 8 is a special
 * value, the one of up to four that leaves the least squared error, and an E3M3 scale. Four blocks are searched at once, one
 * a lane, so that each sums its squares in order.
 */
import {nibblesOf, storeFound} from "../shared/look-up";
import {transpose4} from "../shared/transpose";

export {decodeSpecials, searchSpecials} from "./specials";

/**
 * Packs blocks of 16 floats, a multiple of four of them, into 8 bytes of codes and a scale byte each. `g` is what all are
 * divided by; `specials` holds for each of `count` candidates four floats: the value, the numbers between which it is
 * nearest (the upper one included), and the largest magnitude of all levels. `room` has 512 bytes.
 */
export function encodeRazer(
  x: usize,
  blocks: i32,
  g: f32,
  specials: usize,
  count: i32,
  codes: usize,
  scales: usize,
  room: usize,
): void {
  for (let block = 0; block < blocks; block += 4) {
    divide(x, g, room);
    chooseSpecials(room, specials, count);
    for (let lane: usize = 0; lane < 4; lane++) {
      const special = load<i32>(room + 272 + 4 * lane);
      const scale = load<f32>(room + 256 + 4 * lane);
      store<u8>(scales + lane, scaleByte(scale, special));
      packBlock(x + 64 * lane, g, scale, specials + 16 * special, codes + 8 * lane);
    }
    x += 256;
    codes += 32;
    scales += 4;
  }
}

/**
 * The floats of blocks: level times scale, and that times g.
 * @param tables for each special value the 16 levels by their bytes, 64 bytes
 * @param worth the scale that each byte stands for, 256 floats
 */
export function decodeRazer(
  codes: usize,
  scales: usize,
  blocks: i32,
  tables: usize,
  worth: usize,
  g: f32,
  x: usize,
): void {
  const tensorScale = f32x4.splat(g);
  for (let block = 0; block < blocks; block++, codes += 8, scales++, x += 64) {
    const byte = <usize>load<u8>(scales);
    const table = tables + (((byte >> 7) | ((byte >> 5) & 2)) << 6);
    storeFound(nibblesOf(v128.load64_zero(codes)), table, v128.load32_splat(worth + (byte << 2)), x);
    for (let i: usize = 0; i < 64; i += 16) v128.store(x + i, f32x4.mul(v128.load(x + i), tensorScale));
  }
}

/** Four blocks over g by lanes: 16 vectors at `room`. */
function divide(x: usize, g: f32, room: usize): void {
  for (let i: usize = 0; i < 64; i += 16) transpose4(x + i, 64, room + 4 * i, 16);
  for (let i: usize = 0; i < 256; i += 16) {
    v128.store(room + i, f32x4.div(v128.load(room + i), f32x4.splat(g)));
  }
}

/** Writes scale and index of the best candidate of each lane behind the 16 vectors; the first of several stays. */
function chooseSpecials(room: usize, specials: usize, count: i32): void {
  let amax = f32x4.splat(0);
  for (let i: usize = 0; i < 256; i += 16) amax = f32x4.pmax(amax, f32x4.abs(v128.load(room + i)));
  let leastLow = f64x2.splat(Infinity);
  let leastHigh = f64x2.splat(Infinity);
  let bestScale = f32x4.splat(0);
  let bestIndex = i32x4.splat(0);
  for (let k = 0; k < count; k++) {
    const special = specials + <usize>(16 * k);
    const scale = e3m3(f32x4.div(amax, f32x4.splat(load<f32>(special, 12))));
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let i: usize = 0; i < 256; i += 16) {
      const value = v128.load(room + i);
      const level = nearestLevel(f32x4.div(value, scale), special);
      const difference = f32x4.sub(f32x4.mul(level, scale), value);
      const first = f64x2.promote_low_f32x4(difference);
      const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(difference, difference, 2, 3, 2, 3));
      low = f64x2.add(low, f64x2.mul(first, first));
      high = f64x2.add(high, f64x2.mul(second, second));
    }
    const isLow = f64x2.lt(low, leastLow);
    const isHigh = f64x2.lt(high, leastHigh);
    leastLow = v128.bitselect(low, leastLow, isLow);
    leastHigh = v128.bitselect(high, leastHigh, isHigh);
    const better = v128.shuffle<i32>(isLow, isHigh, 0, 2, 4, 6);
    bestScale = v128.bitselect(scale, bestScale, better);
    bestIndex = v128.bitselect(i32x4.splat(k), bestIndex, better);
  }
  v128.store(room + 256, bestScale);
  v128.store(room + 272, bestIndex);
}

/** Scales within 2^-5 and 28 to nearest even in E3M3: steps of 2^-5 below 2^-2, three bits of mantissa above. */
function e3m3(wanted: v128): v128 {
  const limited = f32x4.pmin(f32x4.pmax(wanted, f32x4.splat(0.03125)), f32x4.splat(28));
  const odd = v128.and(i32x4.shr_u(limited, 20), i32x4.splat(1));
  const rounded = i32x4.add(i32x4.add(limited, i32x4.splat(0x7ffff)), odd);
  const normal = v128.and(rounded, i32x4.splat(0xfff00000));
  const small = f32x4.mul(f32x4.nearest(f32x4.mul(limited, f32x4.splat(32))), f32x4.splat(0.03125));
  return v128.bitselect(small, normal, f32x4.lt(limited, f32x4.splat(0.25)));
}

/** The level nearest to q, the lower one midway: E2M1's, or the special value where that is nearer. */
function nearestLevel(q: v128, special: usize): v128 {
  const isSpecial = v128.and(
    f32x4.gt(q, v128.load32_splat(special, 4)),
    f32x4.le(q, v128.load32_splat(special, 8)),
  );
  return v128.bitselect(v128.load32_splat(special), baseLevel(q), isSpecial);
}

/** E2M1's level: steps of 1/2 below 2, of 1 below 4, of 2 up to 6. Midway the lower one, which is rounding v - 1/2 up. */
function baseLevel(q: v128): v128 {
  const magnitude = f32x4.abs(q);
  const belowTwo = f32x4.lt(magnitude, f32x4.splat(2));
  const belowFour = f32x4.lt(magnitude, f32x4.splat(4));
  const step = v128.bitselect(
    f32x4.splat(0.5),
    v128.bitselect(f32x4.splat(1), f32x4.splat(2), belowFour),
    belowTwo,
  );
  const perStep = v128.bitselect(
    f32x4.splat(2),
    v128.bitselect(f32x4.splat(1), f32x4.splat(0.5), belowFour),
    belowTwo,
  );
  const level = f32x4.mul(f32x4.ceil(f32x4.sub(f32x4.mul(q, perStep), f32x4.splat(0.5))), step);
  return f32x4.pmin(f32x4.pmax(level, f32x4.splat(-6)), f32x4.splat(6));
}

/** Bit 7 the low and bit 6 the high bit of the index, bits 5 to 0 the scale as E3M3. */
function scaleByte(scale: f32, index: i32): u32 {
  const code: i32 =
    scale < 0.25 ? <i32>(scale * 32) : (<i32>(reinterpret<u32>(scale) >>> 20) - ((127 - 3) << 3)) & 63;
  return ((index & 1) << 7) | ((index >> 1) << 6) | code;
}

/** The codes of a block, two a byte, the first in the low nibble. */
function packBlock(x: usize, g: f32, scale: f32, special: usize, to: usize): void {
  const low = i16x8.narrow_i32x4_s(codesOf(x, g, scale, special), codesOf(x + 16, g, scale, special));
  const high = i16x8.narrow_i32x4_s(codesOf(x + 32, g, scale, special), codesOf(x + 48, g, scale, special));
  const codes = i8x16.narrow_i16x8_u(low, high);
  // Of each 16 bits the low byte, and the high one moved beside it.
  const pairs = v128.and(v128.or(codes, i16x8.shr_u(codes, 4)), i16x8.splat(0xff));
  v128.store64_lane(to, i8x16.narrow_i16x8_u(pairs, pairs), 0);
}

/** Codes of four values: 8 for the special one; else the sign in bit 3 and the place of the magnitude, zero's being 0. */
function codesOf(x: usize, g: f32, scale: f32, special: usize): v128 {
  const q = f32x4.div(f32x4.div(v128.load(x), f32x4.splat(g)), f32x4.splat(scale));
  const level = baseLevel(q);
  // Twice the magnitude is 0 to 4, 6, 8 or 12: above 4 halves of it, above 8 quarters, count on from there.
  const doubled = i32x4.trunc_sat_f32x4_s(f32x4.mul(f32x4.abs(level), f32x4.splat(2)));
  const half = i32x4.add(i32x4.shr_u(doubled, 1), i32x4.splat(2));
  const quarter = i32x4.add(i32x4.shr_u(doubled, 2), i32x4.splat(4));
  const magnitude = i32x4.min_s(i32x4.min_s(doubled, half), quarter);
  const sign = v128.and(f32x4.lt(level, f32x4.splat(0)), i32x4.splat(8));
  const isSpecial = v128.and(
    f32x4.gt(q, v128.load32_splat(special, 4)),
    f32x4.le(q, v128.load32_splat(special, 8)),
  );
  return v128.bitselect(i32x4.splat(8), v128.or(magnitude, sign), isSpecial);
}
