import {exp2of4} from "../shared/exp2";
import {softplus4} from "../shared/softplus";
import {transpose4} from "../shared/transpose";

/**
 * The recurrence of Mamba's selective scan, h = exp(delta A) h + delta B u and y = C h, over the T tokens of a chunk.
 * u, delta, y [T, D]; bias [D]; rates = A log2 e, state [D, N]; B, C [T, G, N]; D / G and N multiples of 4. The time
 * step is delta + bias, through softplus unless `soft` is 0. `state` is moved on in place. `room` holds 7 T + 2 N
 * vectors of four.
 *
 * Four channels go through the chunk side by side, one in each lane. Their decays come first, in a loop whose constants
 * all stay in registers; then four numbers of state for each of them stay in registers through all T tokens.
 */
export function selectiveScan(
  u: usize,
  delta: usize,
  bias: usize,
  rates: usize,
  B: usize,
  C: usize,
  state: usize,
  y: usize,
  room: usize,
  T: i32,
  D: i32,
  N: i32,
  G: i32,
  soft: i32,
): void {
  const row = (<usize>D) << 2;
  const perGroup = row / G;
  const states = (<usize>N) << 2;
  const groups = states * G;
  const bytes = (<usize>T) << 4;
  const step = room;
  const input = step + bytes;
  const out = input + bytes;
  const decay = out + bytes;
  const decay1 = decay + bytes;
  const decay2 = decay1 + bytes;
  const decay3 = decay2 + bytes;
  const rate4 = decay + 4 * bytes;
  const state4 = rate4 + 4 * states;
  for (let d: usize = 0; d < row; d += 16) {
    const group = (d / perGroup) * states;
    prepare(u + d, delta + d, v128.load(bias + d), step, input, out, row, bytes, soft);
    for (let n: usize = 0; n < states; n += 16) {
      transpose4(rates + n, states, rate4 + 4 * n, 16);
      transpose4(state + n, states, state4 + 4 * n, 16);
      const rate = rate4 + 4 * n;
      decays(step, v128.load(rate), decay, bytes);
      decays(step, v128.load(rate, 16), decay1, bytes);
      decays(step, v128.load(rate, 32), decay2, bytes);
      decays(step, v128.load(rate, 48), decay3, bytes);
      fourStates(input, decay, B + group + n, C + group + n, state4 + 4 * n, out, groups, bytes);
      transpose4(state4 + 4 * n, 16, state + n, states);
    }
    for (let t: usize = 0, at = y + d; t < bytes; t += 16, at += row) v128.store(at, v128.load(out + t));
    rates += 4 * states;
    state += 4 * states;
  }
}

/** The time steps of four channels, what they take in, and room for what they give, each [T, 4]. */
function prepare(
  u: usize,
  delta: usize,
  bias: v128,
  step: usize,
  input: usize,
  out: usize,
  row: usize,
  bytes: usize,
  soft: i32,
): void {
  for (let t: usize = 0; t < bytes; t += 16) {
    let time = f32x4.add(v128.load(delta), bias);
    if (soft) time = softplus4(time);
    v128.store(step + t, time);
    v128.store(input + t, f32x4.mul(time, v128.load(u)));
    v128.store(out + t, f32x4.splat(0));
    delta += row;
    u += row;
  }
}

function decays(step: usize, rate: v128, decay: usize, bytes: usize): void {
  for (let t: usize = 0; t < bytes; t += 16) {
    v128.store(decay + t, exp2of4(f32x4.mul(rate, v128.load(step + t))));
  }
}

/** Four numbers of state of four channels through the chunk; `stride` bytes lie between the tokens of B and C. */
function fourStates(
  input: usize,
  decay: usize,
  B: usize,
  C: usize,
  state: usize,
  out: usize,
  stride: usize,
  bytes: usize,
): void {
  const decay1 = decay + bytes;
  const decay2 = decay1 + bytes;
  const decay3 = decay2 + bytes;
  let h0 = v128.load(state);
  let h1 = v128.load(state, 16);
  let h2 = v128.load(state, 32);
  let h3 = v128.load(state, 48);
  for (let t: usize = 0; t < bytes; t += 16) {
    const x = v128.load(input + t);
    h0 = f32x4.add(f32x4.mul(h0, v128.load(decay + t)), f32x4.mul(x, v128.load_splat<f32>(B)));
    h1 = f32x4.add(f32x4.mul(h1, v128.load(decay1 + t)), f32x4.mul(x, v128.load_splat<f32>(B, 4)));
    h2 = f32x4.add(f32x4.mul(h2, v128.load(decay2 + t)), f32x4.mul(x, v128.load_splat<f32>(B, 8)));
    h3 = f32x4.add(f32x4.mul(h3, v128.load(decay3 + t)), f32x4.mul(x, v128.load_splat<f32>(B, 12)));
    const y01 = f32x4.add(f32x4.mul(h0, v128.load_splat<f32>(C)), f32x4.mul(h1, v128.load_splat<f32>(C, 4)));
    const y23 = f32x4.add(
      f32x4.mul(h2, v128.load_splat<f32>(C, 8)),
      f32x4.mul(h3, v128.load_splat<f32>(C, 12)),
    );
    v128.store(out + t, f32x4.add(v128.load(out + t), f32x4.add(y01, y23)));
    B += stride;
    C += stride;
  }
  v128.store(state, h0);
  v128.store(state, h1, 16);
  v128.store(state, h2, 32);
  v128.store(state, h3, 48);
}
