import {exp4} from "../shared/exp";

/** y = y + skip u in place, y and u [rows, width], skip [width]. */
export function addSkip(y: usize, u: usize, skip: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) {
    let d = 0;
    for (; d + 4 <= width; d += 4) {
      const at = (<usize>d) << 2;
      const term = f32x4.mul(v128.load(skip + at), v128.load(u + at));
      v128.store(y + at, f32x4.add(v128.load(y + at), term));
    }
    for (; d < width; d++) {
      const at = (<usize>d) << 2;
      store<f32>(y + at, load<f32>(y + at) + load<f32>(skip + at) * load<f32>(u + at));
    }
    y += (<usize>width) << 2;
    u += (<usize>width) << 2;
  }
}

/** y = y silu(z) for n values, in place; both have room up to a multiple of 4. */
export function gate(y: usize, z: usize, n: i32): void {
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < (<usize>n) << 2; i += 16) {
    const value = v128.load(z + i);
    const sigmoid = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(value))));
    v128.store(y + i, f32x4.mul(v128.load(y + i), f32x4.mul(value, sigmoid)));
  }
}
