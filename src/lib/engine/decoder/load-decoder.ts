import type {Checkpoint} from "../../io/checkpoint.js";
import type {TensorInfo} from "../../io/safetensors.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type Backend, type Linear, referenceBackend} from "../backend.js";
import {checkFits, type TensorPlan, tensorPlanner} from "../tensor-plan.js";
import type {DecoderConfig} from "./config.js";

/** A decoder of the Llama family, ready to run. */
export interface Decoder {
  readonly config: DecoderConfig;
  readonly backend: Backend;
  /** [vocab, hidden] */
  readonly embedding: Float32Array;
  readonly layers: readonly DecoderLayer[];
  /** Weight of the last norm. */
  readonly norm: Float32Array;
  readonly head: Linear;
  /** Names of tensors in the file that no part of the model takes. */
  readonly unused: readonly string[];
}

/** One layer: two norms and seven projections. */
export interface DecoderLayer {
  readonly inputNorm: Float32Array;
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly o: Linear;
  readonly mlpNorm: Float32Array;
  readonly gate: Linear;
  readonly up: Linear;
  readonly down: Linear;
}

/** Plug points for the weights, and what they may cost. */
export interface LoadOptions {
  readonly backend?: Backend;
  /** Gets every tensor by its published name as it is loaded and gives the one to use, of the same shape. */
  readonly transform?: (name: string, weight: Tensor) => Tensor;
  /**
   * Makes a linear layer: the place for weights that stay packed. `name` is that of the weight tensor, without
   * `.weight`; the head has the name `lm_head` even where it shares the embedding's matrix.
   */
  readonly linear?: (name: string, weight: Tensor, bias: Float32Array | null) => Linear;
  /** Bytes that the weights may take as float32. */
  readonly maxBytes?: number;
}

/** As much as one WebAssembly memory holds. */
export const DEFAULT_MAX_BYTES = 2 ** 32;
const EMBEDDING = "model.embed_tokens.weight";
const HEAD = "lm_head";

/**
 * Loads a decoder from a checkpoint with the published names. All shapes are checked before the first tensor
 * is read. A bias is used where the file has one and required where the config demands it.
 * @throws FormatError with kind `missing-tensor` or `bad-shape` naming the tensor, or `does-not-fit`.
 */
export async function loadDecoder(
  checkpoint: Checkpoint,
  config: DecoderConfig,
  options: LoadOptions = {},
): Promise<Decoder> {
  const {backend = referenceBackend, maxBytes = DEFAULT_MAX_BYTES} = options;
  const plan = planTensors(checkpoint.tensors, config);
  checkFits("loadDecoder", plan.values(), maxBytes);
  const read = async (name: string): Promise<Tensor> => {
    const stored = plan.get(name)!;
    const weight = await checkpoint.read(stored.name);
    return options.transform?.(name, weight) ?? weight;
  };
  const makeLinear = options.linear ?? ((_, weight, bias) => backend.linear(weight, bias));
  const linear = async (name: string): Promise<Linear> => {
    const bias = plan.has(`${name}.bias`) ? (await read(`${name}.bias`)).data : null;
    return makeLinear(name, await read(`${name}.weight`), bias);
  };
  const embedding = await read(EMBEDDING);
  const layers: DecoderLayer[] = [];
  for (let layer = 0; layer < config.layers; layer++) layers.push(await loadLayer(layer, read, linear));
  return {
    config,
    backend,
    embedding: embedding.data,
    layers,
    norm: (await read("model.norm.weight")).data,
    head: config.tied ? makeLinear(HEAD, embedding, null) : await linear(HEAD),
    unused: unusedNames(checkpoint.tensors, plan, config),
  };
}

async function loadLayer(
  layer: number,
  read: (name: string) => Promise<Tensor>,
  linear: (name: string) => Promise<Linear>,
): Promise<DecoderLayer> {
  const prefix = `model.layers.${layer}`;
  return {
    inputNorm: (await read(`${prefix}.input_layernorm.weight`)).data,
    q: await linear(`${prefix}.self_attn.q_proj`),
    k: await linear(`${prefix}.self_attn.k_proj`),
    v: await linear(`${prefix}.self_attn.v_proj`),
    o: await linear(`${prefix}.self_attn.o_proj`),
    mlpNorm: (await read(`${prefix}.post_attention_layernorm.weight`)).data,
    gate: await linear(`${prefix}.mlp.gate_proj`),
    up: await linear(`${prefix}.mlp.up_proj`),
    down: await linear(`${prefix}.mlp.down_proj`),
  };
}

/**
 * Finds every tensor that `config` requires.
 * @throws FormatError with kind `missing-tensor` or `bad-shape`.
 */
export function planTensors(tensors: ReadonlyMap<string, TensorInfo>, config: DecoderConfig): TensorPlan {
  const {plan, want} = tensorPlanner("loadDecoder", tensors);
  const {vocabSize, hiddenSize, tied} = config;
  // A tied matrix may be stored under the name of the head alone.
  const onlyHead = tied && !tensors.has(EMBEDDING) && tensors.has(`${HEAD}.weight`);
  want(EMBEDDING, [vocabSize, hiddenSize], onlyHead ? `${HEAD}.weight` : EMBEDDING);
  if (!tied) want(`${HEAD}.weight`, [vocabSize, hiddenSize]);
  want("model.norm.weight", [hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    for (const name of ["input_layernorm", "post_attention_layernorm"]) {
      want(`model.layers.${layer}.${name}.weight`, [hiddenSize]);
    }
    for (const {name, out, inputs, bias} of projections(config)) {
      const full = `model.layers.${layer}.${name}`;
      want(`${full}.weight`, [out, inputs]);
      if (bias || tensors.has(`${full}.bias`)) want(`${full}.bias`, [out]);
    }
  }
  return plan;
}

function projections({hiddenSize, intermediateSize, heads, kvHeads, headDim, biases}: DecoderConfig) {
  const [q, kv] = [heads * headDim, kvHeads * headDim];
  return [
    {name: "self_attn.q_proj", out: q, inputs: hiddenSize, bias: biases.qkv},
    {name: "self_attn.k_proj", out: kv, inputs: hiddenSize, bias: biases.qkv},
    {name: "self_attn.v_proj", out: kv, inputs: hiddenSize, bias: biases.qkv},
    {name: "self_attn.o_proj", out: hiddenSize, inputs: q, bias: biases.o},
    {name: "mlp.gate_proj", out: intermediateSize, inputs: hiddenSize, bias: biases.mlp},
    {name: "mlp.up_proj", out: intermediateSize, inputs: hiddenSize, bias: biases.mlp},
    {name: "mlp.down_proj", out: hiddenSize, inputs: intermediateSize, bias: biases.mlp},
  ];
}

/** Leftovers that every reader ignores (rotary frequencies, a second copy of a tied head) are not counted. */
function unusedNames(
  tensors: ReadonlyMap<string, TensorInfo>,
  plan: TensorPlan,
  {tied}: DecoderConfig,
): readonly string[] {
  return Array.from(tensors.keys()).filter(
    (name) =>
      !plan.has(name) && !name.endsWith("rotary_emb.inv_freq") && !(tied && name === `${HEAD}.weight`),
  );
}
