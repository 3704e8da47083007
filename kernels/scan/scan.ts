import {exp4} from "../shared/exp";
import {exp2of4} from "../shared/exp2";
import {sum4} from "../shared/lanes";
import {softplus4} from "../shared/softplus";

/** Channels that go through time together: a cache line of u and delta, and a state that stays in the first cache. */
const BLOCK = 16;

/**
 * The recurrence of Mamba's selective scan, h = exp(delta A) h + delta B u and y = C h, four numbers of state at once.
 * u, delta (after softplus), y [L, D]; A, state [D, N]; B, C [L, G, N]; N a multiple of 4, D of G.
 * Prefill and step are the same call; `state` is moved on in place.
 */
export function selectiveScan(
  u: usize,
  delta: usize,
  A: usize,
  B: usize,
  C: usize,
  state: usize,
  y: usize,
  L: i32,
  D: i32,
  N: i32,
  G: i32,
): void {
  const perGroup = D / G;
  for (let g = 0; g < G; g++) {
    const end = (g + 1) * perGroup;
    for (let first = g * perGroup; first < end; first += BLOCK) {
      block(u, delta, A, B, C, state, y, first, min(first + BLOCK, end), g, L, D, N, G);
    }
  }
}

/** The channels first .. last of group g through all of time. */
function block(
  u: usize,
  delta: usize,
  A: usize,
  B: usize,
  C: usize,
  state: usize,
  y: usize,
  first: i32,
  last: i32,
  g: i32,
  L: i32,
  D: i32,
  N: i32,
  G: i32,
): void {
  const bytes = (<usize>N) << 2;
  for (let t = 0; t < L; t++) {
    const group = <usize>(t * G + g) * bytes;
    for (let d = first; d < last; d++) {
      const at = (<usize>(t * D + d)) << 2;
      const row = <usize>d * bytes;
      const step = load<f32>(delta + at);
      const x = load<f32>(u + at);
      store<f32>(y + at, channelStep(A + row, B + group, C + group, state + row, step, x, bytes));
    }
  }
}

function channelStep(A: usize, B: usize, C: usize, state: usize, delta: f32, u: f32, bytes: usize): f32 {
  const step = f32x4.splat(delta * Mathf.LOG2E);
  const input = f32x4.splat(delta * u);
  let sum = f32x4.splat(0);
  for (let n: usize = 0; n < bytes; n += 16) {
    const decay = exp2of4(f32x4.mul(step, v128.load(A + n)));
    const h = f32x4.add(f32x4.mul(decay, v128.load(state + n)), f32x4.mul(input, v128.load(B + n)));
    v128.store(state + n, h);
    sum = f32x4.add(sum, f32x4.mul(h, v128.load(C + n)));
  }
  return sum4(sum);
}

/** delta = softplus(delta + bias) in place, [L, D], bias [D]; where `soft` is 0, delta + bias. */
export function timeSteps(delta: usize, bias: usize, L: i32, D: i32, soft: i32): void {
  for (let t = 0; t < L; t++) {
    const row = delta + ((<usize>(t * D)) << 2);
    let d = 0;
    for (; d + 4 <= D; d += 4) {
      const at = (<usize>d) << 2;
      const step = f32x4.add(v128.load(row + at), v128.load(bias + at));
      v128.store(row + at, soft ? softplus4(step) : step);
    }
    for (; d < D; d++) {
      const at = (<usize>d) << 2;
      const step = f32x4.splat(load<f32>(row + at) + load<f32>(bias + at));
      store<f32>(row + at, f32x4.extract_lane(soft ? softplus4(step) : step, 0));
    }
  }
}

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
