import type {GroupedAttention, LatentAttention, RetentionMixer} from "../model.js";
import {type Formulas, type Operator, operator} from "../operator.js";
import {attention} from "./attention.js";
import {linear, norm, rope, vector} from "./basic.js";
import type {Step} from "./step.js";

/** Sizes of the model that a mixer reads. */
export interface MixerContext {
  readonly count: number;
  readonly hidden: number;
  readonly causal: boolean;
  /** Queries and keys are rotated; not where positions are learned. */
  readonly rotary: boolean;
  readonly step: Required<Step>;
}

/** Projections, rotation, attention, output projection. */
export function groupedAttention(mixer: GroupedAttention, context: MixerContext): Operator[] {
  const {heads: h, kvHeads: g, headDim: e, qkvBias = false, outBias = false, qkNorm, gated, window} = mixer;
  const {count, hidden: d, causal, rotary, step} = context;
  const T = step.batch * step.tokens;
  // A vision encoder keeps no cache: its keys and values are activations.
  const toCache = causal;
  return [
    linear("q", count, T, d, (gated ? 2 : 1) * h * e, {bias: qkvBias}),
    linear("k", count, T, d, g * e, {bias: qkvBias, toCache}),
    linear("v", count, T, d, g * e, {bias: qkvBias, toCache}),
    ...(qkNorm ? [norm("qk_norm", count, T * (h + g), e, false, step.fused)] : []),
    ...(rotary ? [rope(count, T, (h + g) * e, step.fused)] : []),
    ...attention(
      count,
      {
        heads: h,
        kvHeads: g,
        keyDim: e,
        valueDim: e,
        causal,
        fromActivations: !toCache,
        ...(window === undefined ? {} : {window}),
      },
      step,
    ),
    ...(gated ? [vector("gate", count, T, h * e, {operations: 5, operands: 2}, step.fused)] : []),
    linear("o", count, T, h * e, d, {bias: outBias}),
  ];
}

function latentQueries(mixer: LatentAttention, {count, hidden: d, step}: MixerContext): Operator[] {
  const T = step.batch * step.tokens;
  const width = mixer.heads * (mixer.nopeDim + mixer.ropeDim);
  if (mixer.qRank === null) return [linear("q", count, T, d, width)];
  return [
    linear("q_a", count, T, d, mixer.qRank),
    norm("q_norm", count, T, mixer.qRank, false, step.fused),
    linear("q_b", count, T, mixer.qRank, width),
  ];
}

const EXPAND: Formulas = {
  flops: "2 * B * c * r * out",
  weights: "r * out",
  kvRead: "B * c * (r + t)",
  actWrite: "B * c * out",
};

/** Keys and values of all visible tokens from their latents, cached ones again at every step. */
function expand(mixer: LatentAttention, {count, step}: MixerContext): Operator {
  const {kvRank: r, ropeDim: t} = mixer;
  const B = step.batch;
  const c = step.cached + step.tokens;
  const out = mixer.heads * (mixer.nopeDim + mixer.valueDim);
  return operator(
    {name: "kv_expand", kind: "linear", count, formulas: EXPAND, symbols: {B, c, r, t, out}},
    {flops: 2 * B * c * r * out, weights: r * out, kvRead: B * c * (r + t), actWrite: B * c * out},
  );
}

const PER_HEAD: Formulas = {
  flops: "2 * T * h * in * out",
  weights: "h * in * out",
  actRead: "T * h * in",
  actWrite: "T * h * out",
};

/** A small matrix for each head. */
function perHead(
  name: string,
  count: number,
  T: number,
  h: number,
  inputs: number,
  outputs: number,
): Operator {
  return operator(
    {name, kind: "linear", count, formulas: PER_HEAD, symbols: {T, h, in: inputs, out: outputs}},
    {
      flops: 2 * T * h * inputs * outputs,
      weights: h * inputs * outputs,
      actRead: T * h * inputs,
      actWrite: T * h * outputs,
    },
  );
}

/**
 * Latent attention. Expanded, each head gets its keys and values back from the latents; absorbed, the up-projections
 * move to the query and the output, and all heads share the one cached latent as key and value.
 * (DeepSeek-V2, arXiv 2405.04434, section 2.1)
 */
export function latentAttention(mixer: LatentAttention, context: MixerContext): Operator[] {
  const {heads: h, kvRank: r, ropeDim: t, nopeDim, valueDim: v} = mixer;
  const {count, hidden: d, causal, step} = context;
  const T = step.batch * step.tokens;
  const before = [
    ...latentQueries(mixer, context),
    linear("kv_a", count, T, d, r + t, {toCache: true}),
    norm("kv_norm", count, T, r, false, step.fused),
    rope(count, T, (h + 1) * t, step.fused),
  ];
  const after = linear("o", count, T, h * v, d);
  if (step.latent === "expanded") {
    const shape = {heads: h, kvHeads: h, keyDim: nopeDim + t, valueDim: v, causal, fromActivations: true};
    return [...before, expand(mixer, context), ...attention(count, shape, step), after];
  }
  const shape = {heads: h, kvHeads: 1, keyDim: r + t, valueDim: r, causal, shared: true};
  return [
    ...before,
    perHead("absorb_q", count, T, h, nopeDim, r),
    ...attention(count, shape, step),
    perHead("unabsorb_v", count, T, h, r, v),
    after,
  ];
}

const RETENTION: Formulas = {
  flops: "T * H * work",
  actRead: "T * H * (2 * e + v)",
  actWrite: "T * H * v",
  stateRead: "started * B * H * e * v",
  stateWrite: "B * H * e * v",
};

/** Work a token and head: decay, outer product and readout alone; in chunks, products inside and across them. */
function retentionWork({keyDim: e, valueDim: v, chunk}: RetentionMixer, tokens: number): number {
  if (tokens === 1) return 5 * e * v;
  return 2 * Math.min(chunk, tokens) * (e + v) + 4 * e * v;
}

/** Retention, recurrent for one token and chunkwise for many. (RetNet, arXiv 2307.08621, section 2) */
export function retention(mixer: RetentionMixer, {count, hidden: d, step}: MixerContext): Operator[] {
  const {heads: H, keyDim: e, valueDim: v} = mixer;
  const {batch: B, tokens, cached, fused} = step;
  const T = B * tokens;
  const work = retentionWork(mixer, tokens);
  const started = cached > 0 ? 1 : 0;
  const state = B * H * e * v;
  return [
    linear("q", count, T, d, H * e),
    linear("k", count, T, d, H * e),
    linear("v", count, T, d, H * v),
    linear("g", count, T, d, H * v),
    rope(count, T, 2 * H * e, fused),
    operator(
      {
        name: "retention",
        kind: "scan",
        count,
        formulas: RETENTION,
        symbols: {B, T, H, e, v, work, started},
      },
      {
        flops: T * H * work,
        actRead: T * H * (2 * e + v),
        actWrite: T * H * v,
        stateRead: started * state,
        stateWrite: state,
      },
    ),
    norm("group_norm", count, T, H * v, false, fused),
    vector("gate", count, T, H * v, {operations: 5, operands: 2}, fused),
    linear("o", count, T, H * v, d),
  ];
}
