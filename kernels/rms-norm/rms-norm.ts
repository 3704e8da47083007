import {sum4} from "../shared/lanes";

/** y = x / sqrt(mean(x^2) + eps) * weight for each row of x [rows, n]. */
export function rmsNorm(x: usize, weight: usize, y: usize, rows: i32, n: i32, eps: f32): void {
  const bytes = (<usize>n) << 2;
  const whole = (<usize>(n & ~3)) << 2;
  for (let row = 0; row < rows; row++) {
    let squares4 = f32x4.splat(0);
    for (let i: usize = 0; i < whole; i += 16) {
      const v = v128.load(x + i);
      squares4 = f32x4.add(squares4, f32x4.mul(v, v));
    }
    let squares = sum4(squares4);
    for (let i = whole; i < bytes; i += 4) {
      const v = load<f32>(x + i);
      squares += v * v;
    }
    const scale: f32 = 1 / sqrt<f32>(squares / <f32>n + eps);
    const scale4 = f32x4.splat(scale);
    for (let i: usize = 0; i < whole; i += 16) {
      v128.store(y + i, f32x4.mul(f32x4.mul(v128.load(x + i), scale4), v128.load(weight + i)));
    }
    for (let i = whole; i < bytes; i += 4) {
      store<f32>(y + i, load<f32>(x + i) * scale * load<f32>(weight + i));
    }
    x += bytes;
    y += bytes;
  }
}
