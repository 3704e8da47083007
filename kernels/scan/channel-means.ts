import {softplus4} from "../shared/softplus";

/**
 * Means of x + bias over runs of `width` channels, a multiple of 4, through softplus first unless `soft` is 0: x [rows, G, width],
 * bias [G, width], y [rows, G].
 */
export function channelMeans(
  x: usize,
  bias: usize,
  y: usize,
  rows: i32,
  G: i32,
  width: i32,
  soft: i32,
): void {
  const bytes = (<usize>width) << 2;
  for (let row = 0; row < rows; row++) {
    let own = bias;
    for (let g = 0; g < G; g++) {
      let sum = f32x4.splat(0);
      for (let d: usize = 0; d < bytes; d += 16) {
        let value = f32x4.add(v128.load(x + d), v128.load(own + d));
        if (soft) value = softplus4(value);
        sum = f32x4.add(sum, value);
      }
      const pair0 = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
      const pair1 = f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
      store<f32>(y, (pair0 + pair1) / <f32>width);
      x += bytes;
      own += bytes;
      y += 4;
    }
  }
}
