/** Rows of entries that name their input: the lower half of an entry is the input, the upper half a bfloat16. */
import {sum4} from "../shared/lanes";

const VALUE: u32 = 0xffff0000;

/**
 * y [outputs] = W x.
 * @param starts where the entries of each output begin, and where the last ends
 * @param x in float32
 */
export function vectorListed(entries: usize, starts: usize, x: usize, y: usize, outputs: i32): void {
  for (let output = 0; output < outputs; output++, starts += 4, y += 4) {
    let at = entries + ((<usize>load<u32>(starts)) << 2);
    const end = entries + ((<usize>load<u32>(starts, 4)) << 2);
    let a = f32x4.splat(0);
    let b = a;
    for (; at + 32 <= end; at += 32) {
      a = addFour(a, v128.load(at), x);
      b = addFour(b, v128.load(at, 16), x);
    }
    let sum = sum4(f32x4.add(a, b));
    for (; at < end; at += 4) {
      const entry = load<u32>(at);
      sum += reinterpret<f32>(entry & VALUE) * load<f32>(x + ((<usize>(entry & 0xffff)) << 2));
    }
    store<f32>(y, sum);
  }
}

/** Adds the products of four entries with the inputs that they name. */
function addFour(sum: v128, entries: v128, x: usize): v128 {
  const places = i32x4.shr_u(i32x4.shl(entries, 16), 14);
  let inputs = v128.load32_zero(x + <usize>i32x4.extract_lane(places, 0));
  inputs = v128.load32_lane(x + <usize>i32x4.extract_lane(places, 1), inputs, 1);
  inputs = v128.load32_lane(x + <usize>i32x4.extract_lane(places, 2), inputs, 2);
  inputs = v128.load32_lane(x + <usize>i32x4.extract_lane(places, 3), inputs, 3);
  return f32x4.add(sum, f32x4.mul(v128.and(entries, i32x4.splat(VALUE)), inputs));
}

/**
 * y [outputs, rows] = W times the rows of x; rows a multiple of 8.
 * @param x [inputs, rows] in float32: the rows side by side
 */
export function matrixListed(
  entries: usize,
  starts: usize,
  x: usize,
  y: usize,
  outputs: i32,
  rows: i32,
): void {
  const stride = (<usize>rows) << 2;
  for (let output = 0; output < outputs; output++, starts += 4, y += stride) {
    const first = entries + ((<usize>load<u32>(starts)) << 2);
    const end = entries + ((<usize>load<u32>(starts, 4)) << 2);
    for (let row: usize = 0; row < stride; row += 32) {
      let a = f32x4.splat(0);
      let b = a;
      for (let at = first; at < end; at += 4) {
        const entry = load<u32>(at);
        const value = f32x4.splat(reinterpret<f32>(entry & VALUE));
        const from = x + row + <usize>(entry & 0xffff) * stride;
        a = f32x4.add(a, f32x4.mul(value, v128.load(from)));
        b = f32x4.add(b, f32x4.mul(value, v128.load(from, 16)));
      }
      v128.store(y + row, a);
      v128.store(y + row, b, 16);
    }
  }
}
