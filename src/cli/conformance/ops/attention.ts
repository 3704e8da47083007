import {attention} from "../../../lib/engine/attention.js";
import {
  inverseFrequencies,
  llama3Frequencies,
  type RotaryLayout,
  rotaryTable,
  rotate,
} from "../../../lib/engine/rope.js";
import {stringMatch} from "../../../lib/tasks/string-match.js";
import type {CaseOp, GoldenTensor, GoldenValues, Ops} from "../op.js";

type Args = Readonly<Record<string, unknown>>;

const floats = (input: unknown): Float32Array => Float32Array.from((input as GoldenTensor).data);
const range = (length: number, from = 0) => Int32Array.from({length}, (_, i) => from + i);

/** The batch of x as one array each. */
function batches(x: Float32Array, count: number): Float32Array[] {
  const size = x.length / count;
  return Array.from({length: count}, (_, b) => x.subarray(b * size, (b + 1) * size));
}

function concat(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
}

/** [outer, inner, width] to [inner, outer, width]. */
function swapAxes(x: Float32Array, outer: number, inner: number): Float32Array {
  const width = x.length / (outer * inner);
  const y = new Float32Array(x.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = (o * inner + i) * width;
      y.set(x.subarray(from, from + width), (i * outer + o) * width);
    }
  }
  return y;
}

const attentionGqa: CaseOp = (args, inputs) => {
  const {B, Hq, Hkv, Lq, Lk, D} = args as Record<string, number>;
  const [k, v] = [batches(floats(inputs.k), B), batches(floats(inputs.v), B)];
  // A query that is not causal sees every key, as the last one does.
  const queryPositions = args.causal === false ? new Int32Array(Lq).fill(Lk - 1) : range(Lq, Lk - Lq);
  const probs: Float32Array[] = [];
  const out = batches(floats(inputs.q), B).map((q, b) => {
    const mixed = attention({
      layer: 0,
      q: swapAxes(q, Hq, Lq),
      keys: swapAxes(k[b], Hkv, Lk),
      values: swapAxes(v[b], Hkv, Lk),
      heads: Hq,
      kvHeads: Hkv,
      headDim: D,
      queryPositions,
      keyPositions: range(Lk),
      window: null,
      observe: (p) => probs.push(p),
    });
    return swapAxes(mixed, Lq, Hq);
  });
  return {out: concat(out), probs: concat(probs)};
};

const table = ({L, D, base}: Args) =>
  rotaryTable(inverseFrequencies(D as number, base as number), range(L as number));

/** Rotates x [batch, token, head, dim], or [batch, head, token, dim] where the op says so. */
function rotated(x: Float32Array, args: Args, layout: RotaryLayout, headsFirst: boolean): Float32Array {
  const [L, H, D] = [args.L as number, args.H as number, args.D as number];
  const parts = batches(x, x.length / (L * H * D)).map((part) => {
    const y = rotate(headsFirst ? swapAxes(part, H, L) : part, H, table(args), L, layout);
    return headsFirst ? swapAxes(y, L, H) : y;
  });
  return concat(parts);
}

/** Each row of a table [L, pairs] twice, side by side: the factors of both halves of a head. */
function bothHalves(values: Float32Array, L: number): Float32Array {
  return concat(batches(values, L).flatMap((row) => [row, row]));
}

const ropeHalfSplit: CaseOp = (args, inputs) => {
  const {cos, sin} = table(args);
  const L = args.L as number;
  return {
    q_out: rotated(floats(inputs.q), args, "half-split", true),
    cos: bothHalves(cos, L),
    sin: bothHalves(sin, L),
  };
};

const ropeInterleaved: CaseOp = (args, inputs) => {
  const {cos, sin} = table(args);
  return {
    q_out: rotated(floats(inputs.q), args, "interleaved", false),
    k_out: rotated(floats(inputs.k), args, "interleaved", false),
    freqs_cos_sin: Array.from(cos).flatMap((c, i) => [c, sin[i]]),
  };
};

const ropeLlama3: CaseOp = (args) => ({
  inv_freq: llama3Frequencies(inverseFrequencies(args.dim as number, args.base as number), {
    factor: args.factor as number,
    lowFreqFactor: args.low_freq_factor as number,
    highFreqFactor: args.high_freq_factor as number,
    originalMaxPositions: args.original_max_position_embeddings as number,
  }),
});

const rulerStringMatch: CaseOp = (_, inputs) => {
  const values = (name: string) => (inputs[name] as GoldenValues).values;
  const {all, part} = stringMatch(values("preds") as string[], values("refs") as string[][]);
  return {all: [all], part: [part]};
};

export const attentionOps: Ops = {
  cases: {
    attention_gqa_causal: attentionGqa,
    rope_half_split: ropeHalfSplit,
    rope_interleaved: ropeInterleaved,
    rope_llama3_inv_freq: ropeLlama3,
    ruler_string_match: rulerStringMatch,
  },
};
