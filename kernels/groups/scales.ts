/**
 * Scales of groups made of their largest magnitudes, which are finite: what elements are divided by goes to `to`, what a
 * format stores to `bytes`. `to` may be where the magnitudes are; both take up to three places behind the last.
 */
import {halfValue} from "../shared/half";

/** E4M3 within 2^-9 and 448, to nearest even, of magnitudes over `first` and then over `second`; `to` has their products with g. */
export function scalesE4m3(
  largest: usize,
  groups: i32,
  first: f32,
  second: f32,
  g: f32,
  to: usize,
  bytes: usize,
): void {
  for (let i = 0; i < groups; i += 4, largest += 16, to += 16, bytes += 4) {
    const wanted = f32x4.div(f32x4.div(v128.load(largest), f32x4.splat(first)), f32x4.splat(second));
    const limited = f32x4.pmin(f32x4.pmax(wanted, f32x4.splat(0.001953125)), f32x4.splat(448));
    const odd = v128.and(i32x4.shr_u(limited, 20), i32x4.splat(1));
    const rounded = i32x4.add(i32x4.add(limited, i32x4.splat(0x7ffff)), odd);
    const steps = f32x4.nearest(f32x4.mul(limited, f32x4.splat(512)));
    // Below 2^-6 there is no mantissa: steps of 2^-9, whose number is the code.
    const isSmall = f32x4.lt(limited, f32x4.splat(0.015625));
    const normal = i32x4.sub(i32x4.shr_u(rounded, 20), i32x4.splat(120 << 3));
    const code = v128.bitselect(i32x4.trunc_sat_f32x4_s(steps), normal, isSmall);
    const small = f32x4.mul(steps, f32x4.splat(0.001953125));
    const value = v128.bitselect(small, v128.and(rounded, i32x4.splat(0xfff00000)), isSmall);
    v128.store(to, f32x4.mul(value, f32x4.splat(g)));
    const half = i16x8.narrow_i32x4_s(code, code);
    v128.store32_lane(bytes, i8x16.narrow_i16x8_u(half, half), 0);
  }
}

/** Half precision of magnitudes times a factor over a limit: 0 for 0 alone, and never infinite. */
export function scalesHalf(
  largest: usize,
  groups: i32,
  factor: f64,
  limit: f64,
  to: usize,
  bytes: usize,
): void {
  for (let i = 0; i < groups; i++, largest += 4, to += 4, bytes += 2) {
    const code = storedHalf((<f64>load<f32>(largest) * factor) / limit);
    store<u16>(bytes, code);
    store<f32>(to, halfValue(code));
  }
}

/** The bits of a scale rounded once, from float64 to nearest even. */
function storedHalf(scale: f64): u32 {
  if (scale === 0) return 0;
  if (scale >= 65504) return 0x7bff;
  const exponent = max(<i32>(reinterpret<u64>(scale) >> 52) - 1023, -14);
  const perStep = reinterpret<f64>((<u64>(1033 - exponent)) << 52);
  const steps = <i32>nearest(scale * perStep);
  return max(((exponent + 14) << 10) + steps, 1);
}

/** E8M0 of magnitudes by the floor rule: the power of two below each over 2^emax; 2^-127 at least. */
export function scalesFloor(largest: usize, groups: i32, emax: i32, to: usize, bytes: usize): void {
  for (let i = 0; i < groups; i += 4, largest += 16, to += 16, bytes += 4) {
    const exponent = i32x4.sub(i32x4.shr_u(v128.load(largest), 23), i32x4.splat(emax));
    const code = i32x4.max_s(exponent, i32x4.splat(0));
    // The bits of 2^-127, which is subnormal.
    const least = v128.and(i32x4.eq(code, i32x4.splat(0)), i32x4.splat(0x400000));
    v128.store(to, v128.or(i32x4.shl(code, 23), least));
    const half = i16x8.narrow_i32x4_s(code, code);
    v128.store32_lane(bytes, i8x16.narrow_i16x8_u(half, half), 0);
  }
}
