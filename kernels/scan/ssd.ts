import {exp4} from "../shared/exp";
import {sum4} from "../shared/lanes";

/**
 * The recurrence of Mamba2, h = exp(dt A) h + dt x B^T and y = h C for every head, four numbers of state at once.
 * x, y [L, H, P]; dt [L, H]; A [H]; B, C [L, G, N]; state [H, P, N]; N a multiple of 4, H of G.
 * Prefill and step are the same call; `state` is moved on in place.
 */
export function ssd(
  x: usize,
  dt: usize,
  A: usize,
  B: usize,
  C: usize,
  state: usize,
  y: usize,
  L: i32,
  H: i32,
  P: i32,
  N: i32,
  G: i32,
): void {
  const perGroup = H / G;
  const stateBytes = (<usize>N) << 2;
  // One head through all of time: its state stays in the first cache.
  for (let head = 0; head < H; head++) {
    const rate = load<f32>(A + ((<usize>head) << 2));
    for (let t = 0; t < L; t++) {
      const step = load<f32>(dt + ((<usize>(t * H + head)) << 2));
      const decay4 = exp4(f32x4.splat(step * rate));
      const group = <usize>(t * G + head / perGroup) * stateBytes;
      const row = (<usize>((t * H + head) * P)) << 2;
      headStep(
        x + row,
        y + row,
        B + group,
        C + group,
        state + <usize>(head * P) * stateBytes,
        decay4,
        step,
        P,
        stateBytes,
      );
    }
  }
}

function headStep(
  x: usize,
  y: usize,
  B: usize,
  C: usize,
  state: usize,
  decay4: v128,
  step: f32,
  P: i32,
  bytes: usize,
): void {
  let p = 0;
  // Four channels share each load of B and C.
  for (; p + 4 <= P; p += 4) {
    const at = (<usize>p) << 2;
    const h0 = state + <usize>p * bytes;
    const h1 = h0 + bytes;
    const h2 = h1 + bytes;
    const h3 = h2 + bytes;
    const x0 = f32x4.splat(step * load<f32>(x + at));
    const x1 = f32x4.splat(step * load<f32>(x + at, 4));
    const x2 = f32x4.splat(step * load<f32>(x + at, 8));
    const x3 = f32x4.splat(step * load<f32>(x + at, 12));
    let y0 = f32x4.splat(0);
    let y1 = y0;
    let y2 = y0;
    let y3 = y0;
    for (let n: usize = 0; n < bytes; n += 16) {
      const b = v128.load(B + n);
      const c = v128.load(C + n);
      const s0 = f32x4.add(f32x4.mul(decay4, v128.load(h0 + n)), f32x4.mul(x0, b));
      v128.store(h0 + n, s0);
      y0 = f32x4.add(y0, f32x4.mul(s0, c));
      const s1 = f32x4.add(f32x4.mul(decay4, v128.load(h1 + n)), f32x4.mul(x1, b));
      v128.store(h1 + n, s1);
      y1 = f32x4.add(y1, f32x4.mul(s1, c));
      const s2 = f32x4.add(f32x4.mul(decay4, v128.load(h2 + n)), f32x4.mul(x2, b));
      v128.store(h2 + n, s2);
      y2 = f32x4.add(y2, f32x4.mul(s2, c));
      const s3 = f32x4.add(f32x4.mul(decay4, v128.load(h3 + n)), f32x4.mul(x3, b));
      v128.store(h3 + n, s3);
      y3 = f32x4.add(y3, f32x4.mul(s3, c));
    }
    store<f32>(y + at, sum4(y0));
    store<f32>(y + at, sum4(y1), 4);
    store<f32>(y + at, sum4(y2), 8);
    store<f32>(y + at, sum4(y3), 12);
  }
  for (; p < P; p++) {
    const at = (<usize>p) << 2;
    const h = state + <usize>p * bytes;
    const input = f32x4.splat(step * load<f32>(x + at));
    let sum = f32x4.splat(0);
    for (let n: usize = 0; n < bytes; n += 16) {
      const s = f32x4.add(f32x4.mul(decay4, v128.load(h + n)), f32x4.mul(input, v128.load(B + n)));
      v128.store(h + n, s);
      sum = f32x4.add(sum, f32x4.mul(s, v128.load(C + n)));
    }
    store<f32>(y + at, sum4(sum));
  }
}
