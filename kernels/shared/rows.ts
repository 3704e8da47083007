import {sum4, sumsOfFour} from "./lanes";

/** The dot products of a vector with four rows, a lane each; `width` bytes, a multiple of 16. */
export function dotsOfFourRows(
  q: usize,
  first: usize,
  second: usize,
  third: usize,
  fourth: usize,
  width: usize,
): v128 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let e = a;
  for (let m: usize = 0; m < width; m += 16) {
    const v = v128.load(q + m);
    a = f32x4.add(a, f32x4.mul(v, v128.load(first + m)));
    b = f32x4.add(b, f32x4.mul(v, v128.load(second + m)));
    c = f32x4.add(c, f32x4.mul(v, v128.load(third + m)));
    e = f32x4.add(e, f32x4.mul(v, v128.load(fourth + m)));
  }
  return sumsOfFour(a, b, c, e);
}

/** The dot product of a vector with a row; `width` bytes, a multiple of 16. */
export function dotOfRow(q: usize, row: usize, width: usize): f32 {
  let a = f32x4.splat(0);
  for (let m: usize = 0; m < width; m += 16)
    a = f32x4.add(a, f32x4.mul(v128.load(q + m), v128.load(row + m)));
  return sum4(a);
}
