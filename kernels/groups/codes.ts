/** Codes of four floats: steps of 1/2 below 2, of 1 below 4, of 2 up to 6; the sign of a zero stays. */
export function e2m1(x: usize, scale: v128): v128 {
  const q = f32x4.div(v128.load(x), scale);
  // All above the largest level have its code; so far above, counts of steps would run over.
  const magnitude = f32x4.pmin(f32x4.splat(8), f32x4.abs(q));
  const belowTwo = f32x4.lt(magnitude, f32x4.splat(2));
  const belowFour = f32x4.lt(magnitude, f32x4.splat(4));
  const perStep = v128.bitselect(
    f32x4.splat(2),
    v128.bitselect(f32x4.splat(1), f32x4.splat(0.5), belowFour),
    belowTwo,
  );
  // Codes count on from 2 at 4 and from 4 at 6, which are 2 and 3 steps there.
  const before = v128.bitselect(
    i32x4.splat(0),
    v128.bitselect(i32x4.splat(2), i32x4.splat(4), belowFour),
    belowTwo,
  );
  const steps = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(magnitude, perStep)));
  const code = i32x4.min_s(i32x4.add(steps, before), i32x4.splat(7));
  return v128.or(code, i32x4.shl(i32x4.shr_u(q, 31), 3));
}

/** Sixteen codes of four bits as eight bytes, the first of two in the low nibble. */
export function store16(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const codes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
  const pairs = v128.and(v128.or(codes, i16x8.shr_u(codes, 4)), i16x8.splat(0xff));
  v128.store64_lane(to, i8x16.narrow_i16x8_u(pairs, pairs), 0);
}
