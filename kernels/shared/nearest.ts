/** 1.5 x 2^23: a float added to it stands rounded to nearest even in the low bits of the sum. */
export const MAGIC: f32 = 12582912;

/** Codes 0 to n as floats; `limit` is n + 0x400000 in each lane. As `nearestInt` of ggml's blocks, out of range too. */
export function nearestCodes(v: v128, limit: v128): v128 {
  const bits = v128.and(f32x4.add(v, f32x4.splat(MAGIC)), i32x4.splat(0x7fffff));
  const within = i32x4.min_s(i32x4.max_s(bits, i32x4.splat(0x400000)), limit);
  return f32x4.sub(v128.or(within, i32x4.splat(0x4b000000)), f32x4.splat(MAGIC));
}

/** The nearest integer as ggml's `nearest_int` finds it: 0 for NaN. */
export function nearestInt(v: f32): i32 {
  return (reinterpret<i32>(v + MAGIC) & 0x7fffff) - 0x400000;
}
