import {fieldReader} from "../../io/config-fields.js";
import type {JsonObject} from "../../io/json-file.js";
import type {Json} from "../../io/strict-json.js";
import type {Llama3Scaling} from "../rope.js";

/** The shape and the rules of a decoder of the Llama family. */
export interface DecoderConfig {
  readonly architecture: Architecture;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  /** Longest context in tokens that the model was made for; positions beyond it work and are not meant. */
  readonly maxPositions: number;
  readonly normEps: number;
  readonly ropeTheta: number;
  readonly ropeScaling: Llama3Scaling | null;
  /** The output head is the embedding matrix. */
  readonly tied: boolean;
  /** Keys a query of each layer sees, itself included; null: all before it. */
  readonly windows: readonly (number | null)[];
  /** Linear layers that have a bias by the config; a bias that the file has besides is used too. */
  readonly biases: {readonly qkv: boolean; readonly o: boolean; readonly mlp: boolean};
}

interface Family {
  /** Keys per query for each layer. */
  readonly windows: (config: JsonObject, layers: number) => (number | null)[];
  readonly qkvBias: (config: JsonObject) => boolean;
}

const fields = fieldReader("decoderConfig");
const {count, positive, flag, requireValue, problem} = fields;

const hasAttentionBias = (config: JsonObject) => flag(config, "attention_bias");

/** The architectures that the engine runs, by the name in `architectures`. */
const FAMILIES = {
  LlamaForCausalLM: {windows: (_, layers) => Array(layers).fill(null), qkvBias: hasAttentionBias},
  MistralForCausalLM: {
    // A config of this family without the key means the family's first model, whose window is 4096.
    windows: (config, layers) => Array(layers).fill(config.has("sliding_window") ? windowSize(config) : 4096),
    qkvBias: hasAttentionBias,
  },
  Qwen2ForCausalLM: {windows: qwen2Windows, qkvBias: () => true},
} as const satisfies Record<string, Family>;

/** An architecture of decoders, as config.json names it. */
export type Architecture = keyof typeof FAMILIES;

/** Every architecture of decoders that can be opened. */
export const ARCHITECTURES = Object.keys(FAMILIES) as readonly Architecture[];

/**
 * Reads a published config.json of Llama 2/3, Qwen2/2.5 or Mistral, in the older spelling (`rope_theta`,
 * `rope_scaling`) and the newer one (`rope_parameters`).
 * Source: https://github.com/huggingface/transformers, configuration files of llama, mistral and qwen2.
 * @throws FormatError with kind `unknown-architecture`, `bad-value` or `unsupported`, naming the key.
 */
export function decoderConfig(config: JsonObject): DecoderConfig {
  const architecture = fields.architecture(config, ARCHITECTURES);
  const family: Family = FAMILIES[architecture];
  const layers = count(config, "num_hidden_layers");
  const heads = count(config, "num_attention_heads");
  const hiddenSize = count(config, "hidden_size");
  requireValue(config, "hidden_act", "silu");
  requireValue(config, "partial_rotary_factor", 1);
  const attentionBias = hasAttentionBias(config);
  return {
    architecture,
    hiddenSize,
    layers,
    heads,
    intermediateSize: count(config, "intermediate_size"),
    kvHeads: kvHeadCount(config, heads),
    headDim: headDimension(config, hiddenSize, heads),
    vocabSize: count(config, "vocab_size"),
    maxPositions: count(config, "max_position_embeddings", 2048),
    normEps: positive(config, "rms_norm_eps", 1e-6),
    ...rotary(config),
    tied: flag(config, "tie_word_embeddings"),
    windows: family.windows(config, layers),
    biases: {
      qkv: family.qkvBias(config),
      o: architecture !== "Qwen2ForCausalLM" && attentionBias,
      mlp: flag(config, "mlp_bias"),
    },
  };
}

function kvHeadCount(config: JsonObject, heads: number): number {
  const kvHeads = count(config, "num_key_value_heads", heads);
  if (heads % kvHeads !== 0)
    throw problem("bad-value", "num_key_value_heads", kvHeads, `a divisor of the ${heads} heads`);
  return kvHeads;
}

function headDimension(config: JsonObject, hiddenSize: number, heads: number): number {
  const headDim = count(config, "head_dim", hiddenSize / heads);
  if (headDim % 2 !== 0) throw problem("bad-value", "head_dim", headDim, "even, since rotary rotates pairs");
  return headDim;
}

/** Layers from `max_window_layers` on look through the window, if there is one at all. */
function qwen2Windows(config: JsonObject, layers: number): (number | null)[] {
  if (!flag(config, "use_sliding_window")) return Array(layers).fill(null);
  const window = windowSize(config);
  const types = config.get("layer_types");
  if (Array.isArray(types)) return layerTypeWindows(types, layers, window);
  const first = count(config, "max_window_layers", 28, 0);
  return Array.from({length: layers}, (_, layer) => (layer >= first ? window : null));
}

function layerTypeWindows(types: readonly Json[], layers: number, window: number | null): (number | null)[] {
  const allowed = `${layers} of full_attention and sliding_attention`;
  if (types.length !== layers) throw problem("bad-value", "layer_types", types, allowed);
  return types.map((type) => {
    if (type !== "full_attention" && type !== "sliding_attention")
      throw problem("bad-value", "layer_types", type, allowed);
    return type === "sliding_attention" ? window : null;
  });
}

function windowSize(config: JsonObject): number | null {
  return config.get("sliding_window") === null ? null : count(config, "sliding_window", 4096);
}

function rotary(config: JsonObject): Pick<DecoderConfig, "ropeTheta" | "ropeScaling"> {
  const scaling = config.get("rope_parameters") ?? config.get("rope_scaling") ?? new Map();
  if (!(scaling instanceof Map)) throw problem("bad-value", "rope_scaling", scaling, "an object or null");
  const ropeTheta = positive(scaling.has("rope_theta") ? scaling : config, "rope_theta", 10_000);
  const type = scaling.get("rope_type") ?? scaling.get("type") ?? "default";
  if (type === "default") return {ropeTheta, ropeScaling: null};
  if (type !== "llama3") throw problem("unsupported", "rope_type", type, "default or llama3");
  const ropeScaling = {
    factor: positive(scaling, "factor"),
    lowFreqFactor: positive(scaling, "low_freq_factor"),
    highFreqFactor: positive(scaling, "high_freq_factor"),
    originalMaxPositions: count(scaling, "original_max_position_embeddings"),
  };
  if (ropeScaling.highFreqFactor <= ropeScaling.lowFreqFactor) {
    throw problem("bad-value", "high_freq_factor", ropeScaling.highFreqFactor, "above low_freq_factor");
  }
  return {ropeTheta, ropeScaling};
}
