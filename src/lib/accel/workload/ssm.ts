import type {Mamba2Mixer, MambaMixer, RecurrentMixer} from "../model.js";
import {type Formulas, type Operator, operator} from "../operator.js";
import {linear, norm, vector} from "./basic.js";
import type {MixerContext} from "./mixers.js";

const CONV: Formulas = {
  flops: "2 * w * T * width",
  weights: "(w + 1) * width",
  actRead: "moved * T * width + started * B * w * width",
  actWrite: "moved * T * width + B * w * width",
};

/** A short causal convolution a channel; it carries its last `w` inputs from step to step. */
function conv(width: number, w: number, {count, step}: MixerContext): Operator {
  const {batch: B, tokens, cached, fused} = step;
  const T = B * tokens;
  const moved = fused ? 0 : 1;
  const started = cached > 0 ? 1 : 0;
  return operator(
    {name: "conv", kind: "vector", count, formulas: CONV, symbols: {B, T, w, width, moved, started}},
    {
      flops: 2 * w * T * width,
      weights: (w + 1) * width,
      actRead: moved * T * width + started * B * w * width,
      actWrite: moved * T * width + B * w * width,
    },
  );
}

const SCAN: Formulas = {
  flops: "T * (9 * di * N + 2 * di)",
  weights: "di * N + di",
  actRead: "T * (2 * di + 2 * N)",
  actWrite: "T * di",
  stateRead: "started * B * di * N",
  stateWrite: "B * di * N",
};

/**
 * Mamba's selective scan and the projections around it. Nine operations an element of the state: dt A and its
 * exponential (2), dt B x (2), decay and add (2), C times state and sum (2), and the product of dt and x (1); the
 * skip D x is 2 a channel. The state stays on chip while a prompt is read and is written at its end.
 * (Mamba, arXiv 2312.00752, section 3.3)
 */
export function mamba(mixer: MambaMixer, context: MixerContext): Operator[] {
  const {inner: di, state: N, convWidth, dtRank: R} = mixer;
  const {count, hidden: d, step} = context;
  const {batch: B, cached, fused} = step;
  const T = B * step.tokens;
  const started = cached > 0 ? 1 : 0;
  return [
    linear("in_proj", count, T, d, 2 * di),
    conv(di, convWidth, context),
    linear("x_proj", count, T, di, R + 2 * N),
    linear("dt_proj", count, T, R, di, {bias: true}),
    operator(
      {name: "scan", kind: "scan", count, formulas: SCAN, symbols: {B, T, di, N, started}},
      {
        flops: T * (9 * di * N + 2 * di),
        weights: di * N + di,
        actRead: T * (2 * di + 2 * N),
        actWrite: T * di,
        stateRead: started * B * di * N,
        stateWrite: B * di * N,
      },
    ),
    vector("gate", count, T, di, {operations: 5, operands: 2}, fused),
    linear("out_proj", count, T, di, d),
  ];
}

const SSD: Formulas = {
  flops: "T * work",
  weights: "3 * H",
  actRead: "T * (di + 2 * G * N + H)",
  actWrite: "T * di",
  stateRead: "started * B * di * N",
  stateWrite: "B * di * N",
};

/** Work a token: the recurrence alone, or the products inside chunks of Q and with the state between them. */
function ssdWork({inner: di, heads: H, state: N, groups: G, chunk}: Mamba2Mixer, tokens: number): number {
  if (tokens === 1) return 6 * di * N;
  const Q = Math.min(chunk, tokens);
  return 2 * Q * N * G + Q * H + 2 * Q * di + 4 * N * di;
}

/** Mamba-2: recurrent for one token, chunked for many. (arXiv 2405.21060, section 6) */
export function mamba2(mixer: Mamba2Mixer, context: MixerContext): Operator[] {
  const {inner: di, heads: H, state: N, groups: G, convWidth} = mixer;
  const {count, hidden: d, step} = context;
  const {batch: B, tokens, cached, fused} = step;
  const T = B * tokens;
  const work = ssdWork(mixer, tokens);
  const started = cached > 0 ? 1 : 0;
  return [
    linear("in_proj", count, T, d, 2 * di + 2 * G * N + H),
    conv(di + 2 * G * N, convWidth, context),
    operator(
      {name: "ssd", kind: "scan", count, formulas: SSD, symbols: {B, T, H, N, G, di, work, started}},
      {
        flops: T * work,
        weights: 3 * H,
        actRead: T * (di + 2 * G * N + H),
        actWrite: T * di,
        stateRead: started * B * di * N,
        stateWrite: B * di * N,
      },
    ),
    vector("gate", count, T, di, {operations: 5, operands: 2}, fused),
    norm("gate_norm", count, T, di, false, fused),
    linear("out_proj", count, T, di, d),
  ];
}

const RECURRENCE: Formulas = {
  flops: "T * work * state",
  weights: "others",
  stateRead: "started * B * state",
  stateWrite: "B * state",
};

/** A recurrence by its sizes: its matrices as one, its convolution, and a state that each token rewrites once. */
export function recurrence(mixer: RecurrentMixer, context: MixerContext): Operator[] {
  const {name, matrices, others, state, work, convChannels, convWidth} = mixer;
  const {count, hidden: d, step} = context;
  const {batch: B, cached} = step;
  const T = B * step.tokens;
  const started = cached > 0 ? 1 : 0;
  return [
    linear("projections", count, T, d, matrices / d),
    ...(convChannels > 0 ? [conv(convChannels, convWidth, context)] : []),
    operator(
      {name, kind: "scan", count, formulas: RECURRENCE, symbols: {B, T, state, work, others, started}},
      {
        flops: T * work * state,
        weights: others,
        stateRead: started * B * state,
        stateWrite: B * state,
      },
    ),
  ];
}
