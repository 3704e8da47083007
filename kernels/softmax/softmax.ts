import {exp4} from "../shared/exp";
import {max4, sum4} from "../shared/lanes";

/**
 * Softmax in place over each row of x [rows, columns]; rows are `columns` rounded up to 4 apart and what lies
 * between is overwritten.
 */
export function softmax(x: usize, rows: i32, columns: i32): void {
  const stride = (<usize>((columns + 3) & ~3)) << 2;
  for (let row = 0; row < rows; row++) {
    softmaxRow(x + <usize>row * stride, columns);
  }
}

/** Softmax in place over `columns` values; the room up to a multiple of 4 gets zeros. */
export function softmaxRow(x: usize, columns: i32): void {
  const end = x + ((<usize>((columns + 3) & ~3)) << 2);
  for (let p = x + ((<usize>columns) << 2); p < end; p += 4) store<f32>(p, -Infinity);
  let top = f32x4.splat(-Infinity);
  for (let p = x; p < end; p += 16) top = f32x4.max(top, v128.load(p));
  const largest = f32x4.splat(max4(top));
  let sums = f32x4.splat(0);
  for (let p = x; p < end; p += 16) {
    const e = exp4(f32x4.sub(v128.load(p), largest));
    v128.store(p, e);
    sums = f32x4.add(sums, e);
  }
  const factor = f32x4.splat(1 / sum4(sums));
  for (let p = x; p < end; p += 16) v128.store(p, f32x4.mul(v128.load(p), factor));
}
