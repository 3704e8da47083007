/** The numbers of a model that LLM-Viewer looks at. */
export interface LlmViewerModel {
  readonly hidden: number;
  readonly ffn: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocab: number;
}

/** A row of LLM-Viewer's hardware table: bytes per second, operations per second, bytes. */
export interface LlmViewerHardware {
  readonly bandwidth: number;
  readonly FP16: number;
  readonly INT8: number;
  readonly onchip_buffer: number;
}

/** Setting of a run as LLM-Viewer names it: batch, tokens and bytes of each kind of tensor. */
export interface LlmViewerSetting {
  readonly batch: number;
  readonly seq: number;
  /** Bits of a weight, an activation and a cached key or value. */
  readonly bits: readonly [number, number, number];
  readonly flash?: boolean;
}

/** The two stages of inference. */
export type Stage = "prefill" | "decode";

interface Counts {
  readonly OPs: number;
  readonly load_weight: number;
  readonly load_act: number;
  readonly store_act: number;
  readonly load_kv_cache: number;
  readonly store_kv_cache: number;
}

/** One operator under LLM-Viewer's rules, its field names kept. Bytes, operations, seconds. */
export interface LlmViewerOperator extends Counts {
  readonly memory_access: number;
  readonly arithmetic_intensity: number;
  readonly performance: number;
  readonly bound: "memory" | "compute";
  readonly inference_time: number;
}

/** Sums over all layers, with the time of the stage. */
export interface LlmViewerTotal extends Counts {
  readonly memory_access: number;
  readonly inference_time: number;
  readonly memory_consumption: number;
  readonly memory_consumption_tmp_act: number;
  readonly memory_consumption_weight: number;
  readonly memory_consumption_kv_cache: number;
}

interface Sizes {
  readonly model: LlmViewerModel;
  readonly B: number;
  /** Cached keys: the whole sequence, also while decoding. */
  readonly s: number;
  /** Tokens of this step. */
  readonly q: number;
  readonly stage: Stage;
  readonly W: number;
  readonly A: number;
  readonly KV: number;
  readonly headDim: number;
}

const counts = (part: Partial<Counts>): Counts => ({
  OPs: 0,
  load_weight: 0,
  load_act: 0,
  store_act: 0,
  load_kv_cache: 0,
  store_kv_cache: 0,
  ...part,
});

function linear({B, q, W, A, KV}: Sizes, inputs: number, outputs: number, toCache = false): Counts {
  return counts({
    OPs: 2 * inputs * outputs * B * q,
    load_weight: inputs * outputs * W,
    load_act: inputs * B * q * A,
    store_act: toCache ? 0 : outputs * B * q * A,
    store_kv_cache: toCache ? outputs * B * q * KV : 0,
  });
}

/** The three attention operators. Prefill counts the queries of the cache's heads only (a slip of the original). */
function plainAttention({model, B, s, q, stage, A, KV, headDim}: Sizes): Record<string, Counts> {
  const {heads, kvHeads} = model;
  const queryHeads = stage === "prefill" ? kvHeads : heads;
  const scores = q * s * B * heads * A;
  const cache = s * headDim * B * kvHeads * KV;
  const OPs = 2 * q * s * headDim * heads * B;
  return {
    qk_matmul: counts({
      OPs,
      load_act: q * headDim * B * queryHeads * A,
      store_act: scores,
      load_kv_cache: cache,
    }),
    sv_matmul: counts({OPs, load_act: scores, store_act: q * headDim * B * heads * A, load_kv_cache: cache}),
    softmax: counts({OPs: 5 * B * heads * q * s, load_act: scores, store_act: scores}),
  };
}

/** The fused operator: every query head reads the cache as if it had its own, and stores rows of scores. */
function fusedAttention(sizes: Sizes, onchip: number): Record<string, Counts> {
  const {model, B, s, q, A, KV, headDim} = sizes;
  const OPs = Object.values(plainAttention(sizes)).reduce((sum, op) => sum + op.OPs, 0);
  const blockRows = Math.min(Math.ceil(onchip / (KV * headDim)), headDim);
  const blocks = Math.ceil(q / blockRows);
  return {
    fused_attention: counts({
      OPs,
      load_act: q * headDim * B * model.heads * A,
      store_act: 2 * q * s * B * model.heads * A,
      load_kv_cache: blocks * s * headDim * B * model.heads * KV * 2,
    }),
  };
}

function layerCounts(sizes: Sizes, hardware: LlmViewerHardware, flash: boolean): Record<string, Counts> {
  const {model, B, q, A} = sizes;
  const {hidden: d, ffn: f, heads, kvHeads} = model;
  const kv = Math.floor((d * kvHeads) / heads);
  const row = B * d * q * A;
  const norm = counts({OPs: 7 * B * d * q, load_act: row, store_act: row});
  const add = counts({OPs: B * d * q, load_act: row, store_act: row});
  return {
    q_proj: linear(sizes, d, d),
    k_proj: linear(sizes, d, kv, true),
    v_proj: linear(sizes, d, kv, true),
    out_proj: linear(sizes, d, d),
    gate_proj: linear(sizes, d, f),
    up_proj: linear(sizes, d, f),
    down_proj: linear(sizes, f, d),
    ...(flash ? fusedAttention(sizes, hardware.onchip_buffer) : plainAttention(sizes)),
    attn_norm: norm,
    mlp_norm: norm,
    attn_add: add,
    mlp_add: add,
    mlp_act: counts({OPs: 2 * B * d * q, load_act: 2 * row, store_act: row}),
  };
}

function headCounts({model, B, W, A}: Sizes): Counts {
  const {hidden: d, vocab: V} = model;
  return counts({OPs: B * d * V, load_weight: d * V * W, load_act: d * A, store_act: V * A});
}

function timed(op: Counts, {bandwidth}: LlmViewerHardware, peak: number): LlmViewerOperator {
  const {load_weight, load_act, store_act, load_kv_cache, store_kv_cache} = op;
  const memory_access = load_weight + load_act + store_act + load_kv_cache + store_kv_cache;
  const arithmetic_intensity = op.OPs / memory_access;
  const bound = arithmetic_intensity < peak / bandwidth ? "memory" : "compute";
  const performance = bound === "memory" ? arithmetic_intensity * bandwidth : peak;
  return {
    ...op,
    memory_access,
    arithmetic_intensity,
    performance,
    bound,
    inference_time: op.OPs / performance,
  };
}

const SUMMED = [
  "OPs",
  "memory_access",
  "load_weight",
  "load_act",
  "store_act",
  "load_kv_cache",
  "store_kv_cache",
  "inference_time",
] as const;

type Summed = Record<(typeof SUMMED)[number], number>;

function sumOf(operators: readonly LlmViewerOperator[], times: number): Summed {
  const total = Object.fromEntries(SUMMED.map((field) => [field, 0])) as Summed;
  for (const op of operators) for (const field of SUMMED) total[field] += op[field] * times;
  return total;
}

/**
 * One step of a model under LLM-Viewer's rules: its operators (those of a layer, and lm_head once) and their sum.
 * Everything it gets wrong is kept; `LLM_VIEWER_SLIPS` says what that is.
 * (hahnyuan/LLM-Viewer at 472f71f, model_analyzer.py)
 */
export function llmViewerStep(
  model: LlmViewerModel,
  hardware: LlmViewerHardware,
  {batch, seq, bits, flash = false}: LlmViewerSetting,
  stage: Stage,
): {operators: Readonly<Record<string, LlmViewerOperator>>; total: LlmViewerTotal} {
  const [W, A, KV] = bits.map((b) => b / 8);
  const headDim = Math.floor(model.hidden / model.heads);
  const q = stage === "prefill" ? seq : 1;
  const sizes: Sizes = {model, B: batch, s: seq, q, stage, W, A, KV, headDim};
  const peak = W <= 1 && A <= 1 && KV <= 1 ? hardware.INT8 : hardware.FP16;
  const layer = Object.entries(layerCounts(sizes, hardware, flash)).map(
    ([name, op]) => [name, timed(op, hardware, peak)] as const,
  );
  const lm_head = timed(headCounts(sizes), hardware, peak);
  const total = sumOf(
    layer.map(([, op]) => op),
    model.layers,
  );
  for (const field of SUMMED) total[field] += lm_head[field];
  return {
    operators: {...Object.fromEntries(layer), lm_head},
    total: {
      ...total,
      ...memoryConsumption(
        layer.map(([, op]) => op),
        sizes,
      ),
    },
  };
}

/** Activations of one layer, weights and cache of all; embeddings and lm_head are left out. */
function memoryConsumption(layer: readonly LlmViewerOperator[], {model, B, s, KV}: Sizes) {
  const sum = (field: keyof Counts) => layer.reduce((total, op) => total + op[field], 0);
  const cachePerLayer = 2 * Math.floor((model.hidden * model.kvHeads) / model.heads) * B * s * KV;
  const memory_consumption_tmp_act = sum("store_act");
  const memory_consumption_weight = sum("load_weight") * model.layers;
  const memory_consumption_kv_cache = cachePerLayer * model.layers;
  return {
    memory_consumption_tmp_act,
    memory_consumption_weight,
    memory_consumption_kv_cache,
    memory_consumption: memory_consumption_tmp_act + memory_consumption_weight + memory_consumption_kv_cache,
  };
}

/** Seconds to read a prompt and generate `gen` tokens, one decode step for each cache length. */
export function llmViewerGenerate(
  model: LlmViewerModel,
  hardware: LlmViewerHardware,
  {prompt, gen, batch, bits, flash = false}: Omit<LlmViewerSetting, "seq"> & {prompt: number; gen: number},
): number {
  let seconds = llmViewerStep(model, hardware, {batch, seq: prompt, bits, flash}, "prefill").total
    .inference_time;
  for (let seq = prompt; seq < prompt + gen; seq++) {
    seconds += llmViewerStep(model, hardware, {batch, seq, bits, flash}, "decode").total.inference_time;
  }
  return seconds;
}

/**
 * The model that LLM-Viewer sees in a config.json: OPT keeps three FFN matrices of `ffn_dim` there.
 * @throws RangeError naming the first field that is missing.
 */
export function llmViewerModel(config: Readonly<Record<string, unknown>>): LlmViewerModel {
  const field = (name: string): number => {
    const value = config[name];
    if (typeof value !== "number")
      throw new RangeError(`llmViewerModel: ${name} must be a number, got ${value}`);
    return value;
  };
  const heads = field("num_attention_heads");
  const opt = config.ffn_dim !== undefined;
  return {
    hidden: field("hidden_size"),
    ffn: field(opt ? "ffn_dim" : "intermediate_size"),
    layers: field("num_hidden_layers"),
    heads,
    kvHeads: config.num_key_value_heads === undefined || opt ? heads : field("num_key_value_heads"),
    vocab: field("vocab_size"),
  };
}
