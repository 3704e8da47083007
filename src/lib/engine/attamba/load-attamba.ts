import type {Checkpoint} from "../../io/checkpoint.js";
import type {TensorInfo} from "../../io/safetensors.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type Backend, type Linear, referenceBackend} from "../backend.js";
import {DEFAULT_MAX_BYTES, type LoadOptions} from "../decoder/load-decoder.js";
import {type ChannelNetwork, denseNetwork} from "../decoder/network.js";
import {
  checkFits,
  heldCheckpoint,
  planReader,
  planShapes,
  shapesOfLayers,
  type TensorPlan,
  unusedNames,
} from "../tensor-plan.js";
import {type AttambaConfig, scanChannels} from "./attamba-config.js";
import {type ChunkScan, chunkScan} from "./chunk-scan.js";

/** A language model whose attention reads states of chunks, ready to run. */
export interface Attamba {
  readonly config: AttambaConfig;
  readonly backend: Backend;
  /** [vocab, hidden] */
  readonly embedding: Float32Array;
  readonly layers: readonly AttambaLayer[];
  /** Weight of the last norm. */
  readonly norm: Float32Array;
  readonly head: Linear;
  /** Names of tensors in the file that no part of the model takes. */
  readonly unused: readonly string[];
}

/** One layer: attention over what its two scans read, and a network over the channels. */
export interface AttambaLayer {
  readonly attentionNorm: Float32Array;
  readonly q: Linear;
  readonly k: ChunkScan;
  readonly v: ChunkScan;
  readonly o: Linear;
  readonly networkNorm: Float32Array;
  readonly network: ChannelNetwork;
}

/** All tensors of a model by their names. */
export interface AttambaWeights {
  readonly config: AttambaConfig;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const EMBEDDING = "model.embed_tokens.weight";
const HEAD = "lm_head";

/**
 * Loads a model from a checkpoint. All shapes are checked before the first tensor is read.
 * @throws FormatError with kind `missing-tensor` or `bad-shape` naming the tensor, or `does-not-fit`.
 */
export async function loadAttamba(
  checkpoint: Checkpoint,
  config: AttambaConfig,
  options: LoadOptions = {},
): Promise<Attamba> {
  const {backend = referenceBackend, maxBytes = DEFAULT_MAX_BYTES} = options;
  const plan = planAttamba(checkpoint.tensors, config);
  checkFits("loadAttamba", plan.values(), maxBytes);
  const tensor = planReader(checkpoint, plan, options.transform);
  const makeLinear = options.linear ?? ((_, weight, bias) => backend.linear(weight, bias));
  const linear = async (name: string) => makeLinear(name, await tensor(`${name}.weight`), null);
  const embedding = await tensor(EMBEDDING);
  const layers: AttambaLayer[] = [];
  for (let layer = 0; layer < config.layers; layer++) {
    const at = (name: string) => `model.layers.${layer}.${name}`;
    const gain = async (name: string) => (await tensor(at(`${name}.weight`))).data;
    const scan = (side: string) =>
      chunkScan(config, {
        backend,
        tensor: (name) => tensor(at(`self_attn.${side}_ssm.${name}`)),
        linear: (name) => linear(at(`self_attn.${side}_ssm.${name}`)),
      });
    const matrices = {
      gate: await linear(at("mlp.gate_proj")),
      up: await linear(at("mlp.up_proj")),
      down: await linear(at("mlp.down_proj")),
    };
    layers.push({
      attentionNorm: await gain("input_layernorm"),
      q: await linear(at("self_attn.q_proj")),
      k: await scan("k"),
      v: await scan("v"),
      o: await linear(at("self_attn.o_proj")),
      networkNorm: await gain("post_attention_layernorm"),
      network: denseNetwork({activation: "silu"}, matrices, {hiddenSize: config.hiddenSize, backend}),
    });
  }
  return {
    config,
    backend,
    embedding: embedding.data,
    layers,
    norm: (await tensor("model.norm.weight")).data,
    head: plan.has(`${HEAD}.weight`) ? await linear(HEAD) : makeLinear(HEAD, embedding, null),
    unused: unusedNames(checkpoint.tensors, plan),
  };
}

/** Makes the model of tensors in memory. @throws FormatError as {@link loadAttamba}. */
export function attambaOf({config, tensors}: AttambaWeights, options: LoadOptions = {}): Promise<Attamba> {
  return loadAttamba(heldCheckpoint(tensors), config, options);
}

/**
 * Finds every tensor that `config` needs.
 * @throws FormatError with kind `missing-tensor` or `bad-shape`.
 */
export function planAttamba(tensors: ReadonlyMap<string, TensorInfo>, config: AttambaConfig): TensorPlan {
  const head = {name: `${HEAD}.weight`, shape: [config.vocabSize, config.hiddenSize], tied: config.tied};
  return planShapes("loadAttamba", tensors, attambaShapes(config), head);
}

/** Names and shapes of all tensors but the head. */
export function attambaShapes(config: AttambaConfig): Readonly<Record<string, readonly number[]>> {
  const {vocabSize, hiddenSize: d, intermediateSize, layers, heads, headDim} = config;
  const ofLayer: Readonly<Record<string, readonly number[]>> = {
    "input_layernorm.weight": [d],
    "post_attention_layernorm.weight": [d],
    "self_attn.q_proj.weight": [heads * headDim, d],
    "self_attn.o_proj.weight": [d, heads * headDim],
    "mlp.gate_proj.weight": [intermediateSize, d],
    "mlp.up_proj.weight": [intermediateSize, d],
    "mlp.down_proj.weight": [d, intermediateSize],
    ...scanShapes(config, "self_attn.k_ssm"),
    ...scanShapes(config, "self_attn.v_ssm"),
  };
  return {
    [EMBEDDING]: [vocabSize, d],
    "model.norm.weight": [d],
    ...shapesOfLayers(layers, ofLayer),
  };
}

function scanShapes({hiddenSize, scan}: AttambaConfig, prefix: string): Record<string, readonly number[]> {
  const {inner, heads, convWidth} = scan;
  const channels = scanChannels(scan);
  return {
    [`${prefix}.in_proj.weight`]: [inner + channels + heads, hiddenSize],
    [`${prefix}.conv1d.weight`]: [channels, 1, convWidth],
    [`${prefix}.conv1d.bias`]: [channels],
    [`${prefix}.A_log`]: [heads],
    [`${prefix}.D`]: [heads],
    [`${prefix}.norm.weight`]: [inner],
    [`${prefix}.out_proj.weight`]: [hiddenSize, inner],
  };
}
