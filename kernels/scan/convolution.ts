import {exp4} from "../shared/exp";

/**
 * silu(bias + sum over k of weight[k] x[t + k]) of every channel; x [L + K - 1, D] begins with the K - 1 tokens before,
 * weight [K, D], bias [D], y [L, D]; D a multiple of 4.
 */
export function causalConv1dSilu(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  L: i32,
  D: i32,
  K: i32,
): void {
  const one = f32x4.splat(1);
  const rowBytes = (<usize>D) << 2;
  for (let t = 0; t < L; t++) {
    for (let d: usize = 0; d < rowBytes; d += 16) {
      let sum = v128.load(bias + d);
      for (let k = 0; k < K; k++) {
        const at = <usize>k * rowBytes + d;
        sum = f32x4.add(sum, f32x4.mul(v128.load(weight + at), v128.load(x + at)));
      }
      v128.store(y + d, f32x4.div(sum, f32x4.add(one, exp4(f32x4.neg(sum)))));
    }
    x += rowBytes;
    y += rowBytes;
  }
}
