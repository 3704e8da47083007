/** Groups that run down the columns of a matrix: a scale for each column of so many rows, whose width is a multiple of 16. */
import {nibblesOf, storeFound} from "../shared/look-up";
import {e2m1, store16} from "./codes";

/** The largest magnitude of each column; infinity or NaN where it holds one. */
export function absMaxColumns(x: usize, rows: i32, columns: i32, largest: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    // Without the sign, the bits of floats are ordered as the floats are, NaN above infinity.
    let top = i32x4.splat(0);
    for (let row = 0, at = x + i; row < rows; row++, at += bytes) {
      top = i32x4.max_s(top, v128.and(v128.load(at), i32x4.splat(0x7fffffff)));
    }
    v128.store(largest + i, top);
  }
}

/** E2M1 codes of x over the scale of its column, to nearest even, two a byte, row by row. */
export function packE2m1Columns(x: usize, rows: i32, columns: i32, scales: usize, codes: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < bytes; i += 64, x += 64, codes += 8) {
      const a = e2m1(x, v128.load(scales + i));
      const b = e2m1(x + 16, v128.load(scales + i, 16));
      const c = e2m1(x + 32, v128.load(scales + i, 32));
      store16(codes, a, b, c, e2m1(x + 48, v128.load(scales + i, 48)));
    }
  }
}

/**
 * The floats of such codes.
 * @param table byte 0 of each of 16 floats, then bytes 1, 2 and 3
 */
export function decodeColumns(
  codes: usize,
  rows: i32,
  columns: i32,
  table: usize,
  scales: usize,
  x: usize,
): void {
  const bytes = (<usize>columns) << 2;
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < bytes; i += 64, x += 64, codes += 8) {
      storeFound(nibblesOf(v128.load64_zero(codes)), table, f32x4.splat(1), x);
      for (let j: usize = 0; j < 64; j += 16) {
        v128.store(x + j, f32x4.mul(v128.load(x + j), v128.load(scales + i + j)));
      }
    }
  }
}
