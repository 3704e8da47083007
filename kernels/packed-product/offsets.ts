import {sum4} from "../shared/lanes";

/** y [rows, out] += sums [rows, groups] times the transpose of offsets [out, groups]; groups a multiple of 4, y rows `stride` apart. */
export function addOffsets(
  sums: usize,
  offsets: usize,
  y: usize,
  rows: i32,
  out: i32,
  groups: i32,
  stride: i32,
): void {
  const bytes = (<usize>groups) << 2;
  for (let o = 0; o < out; o++, offsets += bytes, y += 4) {
    for (let row = 0; row < rows; row++) {
      const from = sums + <usize>row * bytes;
      let sum = f32x4.splat(0);
      for (let g: usize = 0; g < bytes; g += 16) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(offsets + g), v128.load(from + g)));
      }
      const to = y + ((<usize>row * stride) << 2);
      store<f32>(to, load<f32>(to) + sum4(sum));
    }
  }
}
