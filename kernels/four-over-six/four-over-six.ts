/**
 * 4over6 in blocks of 16, code for code as `formats/nvfp4/four-over-six.ts` finds them: E2M1 under one of two scales, that
 * which takes the largest magnitude to 6 or to 4, whichever leaves the smaller squared error; 6 where both leave the same.
 */

/**
 * Writes the codes of each block, two a byte, and the stored scale that it took, a byte.
 * @param g what all elements are divided by
 * @param sixes scales of the blocks that take their largest magnitude to 6; `fours` those to 4
 * @param sixBytes those scales as they are stored, and `fourBytes`
 */
export function packFourOverSix(
  x: usize,
  blocks: i32,
  g: f32,
  sixes: usize,
  fours: usize,
  sixBytes: usize,
  fourBytes: usize,
  codes: usize,
  scales: usize,
): void {
  const divisor = f32x4.splat(g);
  for (let block = 0; block < blocks; block++, x += 64, sixes += 4, fours += 4, codes += 8) {
    const six = v128.load32_splat(sixes);
    const four = v128.load32_splat(fours);
    // Lanes 0 and 1 of the sums are the errors under six and under four.
    let errors = f64x2.splat(0);
    for (let i: usize = 0; i < 64; i += 16) {
      const y = f32x4.div(v128.load(x + i), divisor);
      const a = f32x4.sub(f32x4.mul(levelOf(f32x4.div(y, six)), six), y);
      const b = f32x4.sub(f32x4.mul(levelOf(f32x4.div(y, four)), four), y);
      errors = addSquare(errors, v128.shuffle<f32>(a, b, 0, 4, 0, 4));
      errors = addSquare(errors, v128.shuffle<f32>(a, b, 1, 5, 1, 5));
      errors = addSquare(errors, v128.shuffle<f32>(a, b, 2, 6, 2, 6));
      errors = addSquare(errors, v128.shuffle<f32>(a, b, 3, 7, 3, 7));
    }
    const isFour = f64x2.extract_lane(errors, 1) < f64x2.extract_lane(errors, 0);
    store<u8>(scales + block, load<u8>((isFour ? fourBytes : sixBytes) + block));
    const scale = isFour ? four : six;
    const low = i16x8.narrow_i32x4_s(codesOf(x, divisor, scale), codesOf(x + 16, divisor, scale));
    const high = i16x8.narrow_i32x4_s(codesOf(x + 32, divisor, scale), codesOf(x + 48, divisor, scale));
    const bytes = i8x16.narrow_i16x8_u(low, high);
    const pairs = v128.and(v128.or(bytes, i16x8.shr_u(bytes, 4)), i16x8.splat(0xff));
    v128.store64_lane(codes, i8x16.narrow_i16x8_u(pairs, pairs), 0);
  }
}

function addSquare(errors: v128, difference: v128): v128 {
  const wide = f64x2.promote_low_f32x4(difference);
  return f64x2.add(errors, f64x2.mul(wide, wide));
}

/** Half-steps of E2M1's magnitudes below 2, steps of 1 below 4 and of 2 up to 6: how many fit into one. */
function perStep(magnitude: v128): v128 {
  const belowFour = v128.bitselect(f32x4.splat(1), f32x4.splat(0.5), f32x4.lt(magnitude, f32x4.splat(4)));
  return v128.bitselect(f32x4.splat(2), belowFour, f32x4.lt(magnitude, f32x4.splat(2)));
}

/** Steps up to the magnitude, midway the lower number of them. */
function stepsOf(magnitude: v128, per: v128): v128 {
  return f32x4.ceil(f32x4.sub(f32x4.mul(magnitude, per), f32x4.splat(0.5)));
}

/** E2M1's level nearest to q, midway the one nearer to zero. */
function levelOf(q: v128): v128 {
  const magnitude = f32x4.pmin(f32x4.splat(6), f32x4.abs(q));
  const per = perStep(magnitude);
  // One over a power of two has the mirrored exponent.
  const step = i32x4.sub(i32x4.splat(0x7f000000), per);
  const level = f32x4.mul(stepsOf(magnitude, per), step);
  return v128.or(level, v128.and(q, i32x4.splat(0x80000000)));
}

/** Its code, with the sign of q also where it is a zero. */
function codesOf(x: usize, divisor: v128, scale: v128): v128 {
  const q = f32x4.div(f32x4.div(v128.load(x), divisor), scale);
  const magnitude = f32x4.pmin(f32x4.splat(6), f32x4.abs(q));
  const per = perStep(magnitude);
  // Codes count on from 2 at 4 and from 4 at 6, which are 2 and 3 steps there.
  const beyond = v128.bitselect(
    i32x4.splat(0),
    v128.bitselect(i32x4.splat(2), i32x4.splat(4), f32x4.lt(magnitude, f32x4.splat(4))),
    f32x4.lt(magnitude, f32x4.splat(2)),
  );
  const code = i32x4.add(i32x4.trunc_sat_f32x4_s(stepsOf(magnitude, per)), beyond);
  return v128.or(code, i32x4.shl(i32x4.shr_u(q, 31), 3));
}
