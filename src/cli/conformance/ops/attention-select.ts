import {type BudgetOptions, budgetMask} from "../../../lib/attention/budget-mask.js";
import {h2oReleasedMask} from "../../../lib/attention/h2o/h2o-released.js";
import {hitAccuracy, indexCorrelation, jensenShannon} from "../../../lib/attention/hit-metrics.js";
import {attentionLogits, softmaxRows} from "../../../lib/attention/logits.js";
import {oracleMask} from "../../../lib/attention/oracle.js";
import {questReleasedMask} from "../../../lib/attention/quest/quest-released.js";
import {type Importance, type KeyMask, type Queries, rowStart} from "../../../lib/attention/selection.js";
import {snapKvReleasedMask} from "../../../lib/attention/snapkv/snapkv-released.js";
import {
  layerImportance,
  predictImportance,
  type TokenButlerShape,
  type TokenButlerWeights,
} from "../../../lib/attention/token-butler/token-butler.js";
import {tokenButlerParameters} from "../../../lib/attention/token-butler/token-butler-cost.js";
import {attention} from "../../../lib/engine/attention.js";
import {inverseFrequencies, llama3Frequencies} from "../../../lib/engine/rope.js";
import {largest} from "../../../lib/stats/extent.js";
import {mean} from "../../../lib/stats/moments.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";
import {effectiveSparsity} from "../released/effective-sparsity.js";
import {questDecode, streamingReleasedMask, thresholdMask} from "./attention-released.js";

type Args = Parameters<CaseOp>[0];
type Inputs = Parameters<CaseOp>[1];

const tensorOf = (inputs: Inputs, name: string): GoldenTensor => {
  const input = inputs[name] as GoldenTensor | undefined;
  if (input === undefined) throw new TypeError(`inputs: ${name} is not there`);
  return input;
};

/** [heads, tokens, headDim] of a file to [tokens, heads, headDim] of the library, and back. */
function swapAxes(x: Float32Array, outer: number, inner: number): Float32Array {
  const width = x.length / (outer * inner);
  const y = new Float32Array(x.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      y.set(x.subarray((o * inner + i) * width, (o * inner + i + 1) * width), (i * outer + o) * width);
    }
  }
  return y;
}

/** The last three axes are heads, tokens, headDim; those before them are 1. */
function tokensFirst(inputs: Inputs, name: string): {data: Float32Array; heads: number; headDim: number} {
  const {data, shape} = tensorOf(inputs, name);
  const [heads, tokens, headDim] = shape.slice(-3);
  return {data: swapAxes(Float32Array.from(data), heads, tokens), heads, headDim};
}

function queriesOf(inputs: Inputs): Queries {
  const [q, k] = [tokensFirst(inputs, "q"), tokensFirst(inputs, "k")];
  return {q: q.data, keys: k.data, heads: q.heads, kvHeads: k.heads, headDim: q.headDim};
}

function importanceOf({data, shape}: GoldenTensor): Importance {
  const [heads, queries, keys] = shape.slice(-3);
  return {heads, queries, keys, data: Float64Array.from(data)};
}

/** Attention of a text under a mask, in the form of the selection files. */
function underMask(inputs: Inputs, mask: KeyMask) {
  const input = queriesOf(inputs);
  const positions = Int32Array.from({length: mask.keys}, (_, j) => j);
  let probs = new Float32Array(0);
  const out = attention({
    ...input,
    layer: 1,
    values: tokensFirst(inputs, "v").data,
    queryPositions: positions.subarray(mask.keys - mask.queries),
    keyPositions: positions,
    window: null,
    mask: mask.data,
    observe: (p) => {
      probs = Float32Array.from(p);
    },
  });
  return {
    mask: mask.data,
    probs,
    attn_out_before_o: swapAxes(out, mask.queries, mask.heads),
    effective_sparsity_pct: [100 * effectiveSparsity(mask)],
  };
}

const budgetArgs = (args: Args): BudgetOptions => ({
  keepFraction: args.keep_fraction as number,
  sinks: args.sinks_always_kept as number,
});

const selection =
  (select: (input: Queries, args: Args) => KeyMask): CaseOp =>
  (args, inputs) =>
    underMask(inputs, select(queriesOf(inputs), args));

const questReleased: CaseOp = (args, inputs) => {
  const pageSize = args.page as number;
  const {scores, mask} = questReleasedMask(queriesOf(inputs), {...budgetArgs(args), pageSize});
  return {...underMask(inputs, mask), page_score: scores};
};

const snapKv = (input: Queries, args: Args) =>
  snapKvReleasedMask(input, {
    ...budgetArgs(args),
    window: args.observation_window as number,
    pool: args.pool_width as number,
  });

const streaming = (input: Queries, args: Args) =>
  streamingReleasedMask(attentionLogits(input), budgetArgs(args));

const questPages: CaseOp = (args, inputs) => {
  const {scores, mask} = questDecode(queriesOf(inputs), {
    pageSize: args.page as number,
    tokenBudget: args.token_budget as number,
    minPages: args.min_pages as number,
  });
  return {page_score: scores, mask: mask.data};
};

const budget: CaseOp = (args, inputs) => {
  const sinks = args.min_sparse_index as number;
  const keepFraction = args.keep_fraction as number;
  return {mask: budgetMask(importanceOf(tensorOf(inputs, "importance")), {keepFraction, sinks}).data};
};

/** The released function leaves causality to its caller. */
const threshold: CaseOp = (args, inputs) => {
  const sinks = args.min_sparse_index as number;
  const importance = importanceOf(tensorOf(inputs, "importance"));
  const thresholds = Float64Array.from(tensorOf(inputs, "thresholds").data);
  return {mask: thresholdMask(importance, thresholds, {sinks, isCausal: false}).data};
};

/** Of the last query of each head, as the released functions measure. */
const hitMetrics: CaseOp = (args, inputs) => {
  const estimated = importanceOf(tensorOf(inputs, "estimated"));
  const truth = importanceOf(tensorOf(inputs, "true"));
  const p = [softmaxRows(estimated), softmaxRows(truth)] as const;
  const perHead = (measure: (a: Float64Array, b: Float64Array) => number, [a, b] = [estimated, truth]) =>
    Array.from({length: truth.heads}, (_, h) => measure(lastRow(a, h), lastRow(b, h)));
  const correlations = perHead(indexCorrelation);
  return {
    hit: [mean(perHead((a, b) => hitAccuracy(a, b, args.top_k_ratio as number)))],
    mean_corr: [mean(correlations)],
    max_corr: [largest(correlations)],
    jsd: perHead(jensenShannon, [p[0], p[1]]),
  };
};

const lastRow = (scores: Importance, h: number) => {
  const start = rowStart(scores, h, scores.queries - 1);
  return scores.data.slice(start, start + scores.keys);
};

const WEIGHTS: Readonly<Record<keyof TokenButlerWeights, string>> = {
  input: "input_proj__weight",
  q: "q_proj_attn__weight",
  k: "k_proj_attn__weight",
  v: "v_proj_attn__weight",
  normWeight: "norm1__weight",
  normBias: "norm1__bias",
  up: "ffn__0__weight",
  upBias: "ffn__0__bias",
  down: "ffn__2__weight",
  downBias: "ffn__2__bias",
  queryHidden: "q_proj_importance__0__weight",
  queryOut: "q_proj_importance__2__weight",
  keyHidden: "k_proj_importance__0__weight",
  keyOut: "k_proj_importance__2__weight",
};

function shapeOf(args: Record<string, number>): TokenButlerShape {
  const {E, heads, layers, dDash, intdim, attn_reduce_factor: factor} = args;
  return {
    width: E,
    heads,
    layers: layers,
    importanceDim: dDash,
    hiddenDim: intdim,
    reducedDim: E / factor,
  };
}

function rotaryFrequencies(width: number, args: Args): Float64Array {
  const plain = inverseFrequencies(width, args.rope_theta as number);
  const scaling = args.rope_scaling as Record<string, number> | null | undefined;
  if (!scaling) return plain;
  return llama3Frequencies(plain, {
    factor: scaling.factor,
    lowFreqFactor: scaling.low_freq_factor,
    highFreqFactor: scaling.high_freq_factor,
    originalMaxPositions: scaling.original_max_position_embeddings,
  });
}

const predictor: CaseOp = (args, inputs) => {
  const shape = shapeOf(args as Record<string, number>);
  const weights = Object.fromEntries(
    Object.entries(WEIGHTS).map(([name, stored]) => [name, Float64Array.from(tensorOf(inputs, stored).data)]),
  ) as unknown as TokenButlerWeights;
  const frequencies = {
    attention: rotaryFrequencies(shape.reducedDim / shape.heads, args),
    importance: rotaryFrequencies(shape.importanceDim, args),
  };
  const hidden = Float64Array.from(tensorOf(inputs, "hidden").data);
  const layerNormEps = args.layer_norm_eps as number;
  const prediction = predictImportance(hidden, shape, weights, frequencies, {layerNormEps});
  const layers = Array.from({length: shape.layers}, (_, n) => layerImportance(prediction, n));
  return {
    importance_logits: layers.flatMap(({data}) => Array.from(data)),
    q_imp: prediction.queries,
    k_imp: prediction.keys,
    param_count: [tokenButlerParameters(shape)],
  };
};

/** A row for each predictor, in the columns that the file names. */
const parameterCount: CaseOp = (args, inputs) => {
  const {data} = tensorOf(inputs, "rows");
  const columns = args.columns as readonly string[];
  const params = Array.from({length: data.length / columns.length}, (_, row) =>
    tokenButlerParameters(
      shapeOf(Object.fromEntries(columns.map((column, c) => [column, data[row * columns.length + c]]))),
    ),
  );
  return {params};
};

export const attentionSelectOps: Ops = {
  cases: {
    token_selection_oracle: selection((input, args) => oracleMask(input, budgetArgs(args))),
    token_selection_streamingLLM: selection(streaming),
    token_selection_h2o_true: selection((input, args) => h2oReleasedMask(input, budgetArgs(args))),
    token_selection_snapkv: selection(snapKv),
    token_selection_quest: questReleased,
    quest_page_selection: questPages,
    budget_mask: budget,
    threshold_mask: threshold,
    hit_metrics: hitMetrics,
    tokenbutler_predictor: predictor,
    tokenbutler_param_count: parameterCount,
  },
};
