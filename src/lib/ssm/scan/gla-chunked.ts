import {
  type Numbers,
  type Precision,
  type PrecisionOption,
  stored,
  widened,
  zeros,
} from "../../engine/scan/precision.js";
import type {ScanOutput} from "../../engine/scan/scan-input.js";
import {requireInteger} from "../../tensor/require.js";
import {type GlaInput, type GlaSteps, glaSteps} from "./gla.js";

/** The two levels of blocks; neither has to divide the other or the sequence. */
export interface GlaChunkOptions extends PrecisionOption {
  /** Tokens between two states that are kept; the length of the sequence gives the parallel form. */
  readonly chunkSize?: number;
  /** Tokens whose pairs are computed one by one, with a decay for each. */
  readonly subChunkSize?: number;
}

/**
 * The same in chunks. A token sees the state that entered its chunk, decayed since; and the tokens of its chunk,
 * where the weight of the pair (i, j) is Σ_k q_ik k_jk e^(decay from j to i). The usual factors q e^b and k e^-b
 * overflow in long chunks, so the decay is split at the start of i's sub-chunk: both parts are at most 1. Decays are
 * summed from there, not differences of cumulative sums, so that even alpha = 0 gives no NaN.
 * (arXiv 2312.06635, section 4.3)
 * @returns as {@link gla}.
 * @throws RangeError as {@link gla}, or if a chunk size is no integer of at least 1.
 */
export function glaChunked(
  input: GlaInput,
  {chunkSize = 64, subChunkSize = 16, precision = "float64"}: GlaChunkOptions = {},
): ScanOutput {
  requireInteger("glaChunked", "chunkSize", chunkSize, 1);
  requireInteger("glaChunked", "subChunkSize", subChunkSize, 1);
  const checked = glaSteps("glaChunked", input);
  const steps = {...checked, state: stored(precision, checked.state), precision};
  const y = zeros(precision, steps.v.length);
  for (let head = 0; head < steps.heads; head++) {
    for (let from = 0; from < steps.tokens; from += chunkSize) {
      const to = Math.min(from + chunkSize, steps.tokens);
      readState(steps, y, head, from, to);
      for (let sub = from; sub < to; sub += subChunkSize) {
        const end = Math.min(sub + subChunkSize, to);
        readEarlierSubChunks(steps, y, head, from, sub, end);
        readOwnSubChunk(steps, y, head, sub, end);
      }
      carryState(steps, head, from, to);
    }
  }
  return {y: widened(y), state: widened(steps.state)};
}

/** A checked input with what the form keeps. */
type Kept = Omit<GlaSteps, "state"> & {readonly state: Numbers; readonly precision: Precision};

/** y_i += (scale q_i e^b_i) S for the tokens of a chunk, b_i the decay since its start. */
function readState(steps: Kept, y: Numbers, head: number, from: number, to: number): void {
  const {heads, keyDim, valueDim, state} = steps;
  const queries = decayedQueries(steps, head, from, to);
  for (let i = from; i < to; i++) {
    for (let c = 0; c < keyDim; c++) {
      const S = (head * keyDim + c) * valueDim;
      addScaled(y, (i * heads + head) * valueDim, state, S, valueDim, queries[(i - from) * keyDim + c]);
    }
  }
}

/** Tokens sub .. end see those of their chunk before their sub-chunk: one product of decayed queries and keys. */
function readEarlierSubChunks(
  steps: Kept,
  y: Numbers,
  head: number,
  from: number,
  sub: number,
  end: number,
): void {
  const {heads, keyDim, valueDim, v} = steps;
  const queries = decayedQueries(steps, head, sub, end);
  const keys = decayedKeys(steps, head, from, sub);
  for (let i = sub; i < end; i++) {
    for (let j = from; j < sub; j++) {
      let weight = 0;
      for (let c = 0; c < keyDim; c++) {
        weight += queries[(i - sub) * keyDim + c] * keys[(j - from) * keyDim + c];
      }
      addScaled(y, (i * heads + head) * valueDim, v, (j * heads + head) * valueDim, valueDim, weight);
    }
  }
}

/** The pairs inside a sub-chunk, each with the decay between its two tokens. */
function readOwnSubChunk(steps: Kept, y: Numbers, head: number, sub: number, end: number): void {
  const {heads, keyDim, valueDim, q, v, scale} = steps;
  for (let i = sub; i < end; i++) {
    const row = i * heads + head;
    const keys = decayedKeys(steps, head, sub, i + 1);
    for (let j = sub; j <= i; j++) {
      let weight = 0;
      for (let c = 0; c < keyDim; c++) {
        weight += scale * q[row * keyDim + c] * keys[(j - sub) * keyDim + c];
      }
      addScaled(y, row * valueDim, v, (j * heads + head) * valueDim, valueDim, weight);
    }
  }
}

/** S' = diag(e^b_last) S + Σ_j (k_j e^(b_last - b_j)) v_j^T. */
function carryState(steps: Kept, head: number, from: number, to: number): void {
  const {heads, keyDim, valueDim, logDecay, v, state} = steps;
  const keys = decayedKeys(steps, head, from, to);
  for (let c = 0; c < keyDim; c++) {
    const S = (head * keyDim + c) * valueDim;
    let decay = 0;
    for (let i = from; i < to; i++) decay += logDecay[(i * heads + head) * keyDim + c];
    const kept = Math.exp(decay);
    for (let e = 0; e < valueDim; e++) state[S + e] = kept * state[S + e];
    for (let j = from; j < to; j++) {
      addScaled(state, S, v, (j * heads + head) * valueDim, valueDim, keys[(j - from) * keyDim + c]);
    }
  }
}

/** scale q_i times the decay from before token `from` up to i, [to - from, K]. */
function decayedQueries(
  {heads, keyDim, q, logDecay, scale, precision}: Kept,
  head: number,
  from: number,
  to: number,
): Numbers {
  const queries = zeros(precision, (to - from) * keyDim);
  for (let c = 0; c < keyDim; c++) {
    let decay = 0;
    for (let i = from; i < to; i++) {
      const at = (i * heads + head) * keyDim + c;
      decay += logDecay[at];
      queries[(i - from) * keyDim + c] = scale * q[at] * Math.exp(decay);
    }
  }
  return queries;
}

/** k_j times the decay after j up to token to - 1, [to - from, K]. */
function decayedKeys(
  {heads, keyDim, k, logDecay, precision}: Kept,
  head: number,
  from: number,
  to: number,
): Numbers {
  const keys = zeros(precision, (to - from) * keyDim);
  for (let c = 0; c < keyDim; c++) {
    let decay = 0;
    for (let j = to - 1; j >= from; j--) {
      const at = (j * heads + head) * keyDim + c;
      keys[(j - from) * keyDim + c] = k[at] * Math.exp(decay);
      decay += logDecay[at];
    }
  }
  return keys;
}

/** y[at ..] += factor x[from ..] for `length` values. */
export function addScaled(
  y: Numbers,
  at: number,
  x: Numbers,
  from: number,
  length: number,
  factor: number,
): void {
  for (let e = 0; e < length; e++) y[at + e] = y[at + e] + factor * x[from + e];
}
