import {fieldReader} from "../../io/config-fields.js";
import type {JsonObject} from "../../io/json-file.js";
import type {Json} from "../../io/strict-json.js";

/** Sizes that Mamba and Mamba2 models have in common. */
interface CommonConfig {
  readonly hiddenSize: number;
  /** Channels inside a mixer. */
  readonly innerSize: number;
  readonly layers: number;
  /** Numbers of state for each inner channel. */
  readonly stateSize: number;
  /** Tokens that the convolution sees. */
  readonly convWidth: number;
  readonly vocabSize: number;
  readonly normEps: number;
  /** The output head is the embedding matrix. */
  readonly tied: boolean;
  /** Layers that have a bias by the config; a bias that the file has besides is used too. */
  readonly biases: {readonly projections: boolean; readonly conv: boolean};
}

/** The shape of a Mamba model. */
export interface Mamba1Config extends CommonConfig {
  readonly architecture: "MambaForCausalLM";
  /** Width from which the time steps of all channels are projected. */
  readonly timeStepRank: number;
}

/** The shape of a Mamba2 model. */
export interface Mamba2Config extends CommonConfig {
  readonly architecture: "Mamba2ForCausalLM";
  readonly heads: number;
  /** Inner channels of a head. */
  readonly headDim: number;
  /** Runs of heads that share B and C. */
  readonly groups: number;
  /** Runs of inner channels that the gated norm takes one by one: 1, or as many as `groups`. */
  readonly normGroups: number;
  /** Bounds of a time step after softplus. */
  readonly timeStepLimit: readonly [low: number, high: number];
}

/** The shape and the rules of a state-space language model. */
export type MambaConfig = Mamba1Config | Mamba2Config;

/** Architectures of state-space models that can be opened, as config.json names them. */
export const MAMBA_ARCHITECTURES = ["MambaForCausalLM", "Mamba2ForCausalLM"] as const;

const {architecture, count, positive, flag, requireValue, problem} = fieldReader("mambaConfig");

/**
 * Reads a published config.json of Mamba or Mamba2. One key is our own: `norm_groups`, by default 1, is to be set to
 * `n_groups` for weights trained with the authors' module, which norms each group of a Mamba2 by itself. Keys that only serve initialization or a kernel (`time_step_min`,
 * `chunk_size`) are not read.
 * Source: https://github.com/huggingface/transformers, configuration files of mamba and mamba2.
 * @throws FormatError with kind `unknown-architecture`, `bad-value` or `unsupported`, naming the key.
 */
export function mambaConfig(config: JsonObject): MambaConfig {
  const name = architecture(config, MAMBA_ARCHITECTURES);
  requireValue(config, "hidden_act", "silu");
  requireValue(config, "rms_norm", true);
  return name === "MambaForCausalLM" ? mamba1(config) : mamba2(config);
}

function common(config: JsonObject, {tied}: {tied: boolean}): CommonConfig {
  const hiddenSize = count(config, "hidden_size");
  return {
    hiddenSize,
    innerSize: Math.floor(positive(config, "expand", 2) * hiddenSize),
    layers: count(config, "num_hidden_layers"),
    stateSize: count(config, "state_size"),
    convWidth: count(config, "conv_kernel", 4),
    vocabSize: count(config, "vocab_size"),
    normEps: positive(config, "layer_norm_epsilon", 1e-5),
    tied: flag(config, "tie_word_embeddings", tied),
    biases: {projections: flag(config, "use_bias"), conv: flag(config, "use_conv_bias", true)},
  };
}

function mamba1(config: JsonObject): Mamba1Config {
  const shared = common(config, {tied: true});
  const rank = config.get("time_step_rank") ?? "auto";
  return {
    architecture: "MambaForCausalLM",
    ...shared,
    innerSize: count(config, "intermediate_size", shared.innerSize),
    timeStepRank: rank === "auto" ? Math.ceil(shared.hiddenSize / 16) : count(config, "time_step_rank"),
  };
}

function mamba2(config: JsonObject): Mamba2Config {
  const shared = common(config, {tied: false});
  const heads = count(config, "num_heads", 128);
  const headDim = count(config, "head_dim", 64);
  const groups = count(config, "n_groups", 8);
  if (heads * headDim !== shared.innerSize) {
    const allowed = `${shared.innerSize} inner channels / head_dim ${headDim}`;
    throw problem("bad-value", "num_heads", heads, allowed);
  }
  if (heads % groups !== 0) throw problem("bad-value", "n_groups", groups, `a divisor of the ${heads} heads`);
  const normGroups = count(config, "norm_groups", 1);
  if (normGroups !== 1 && normGroups !== groups) {
    throw problem("bad-value", "norm_groups", normGroups, `1 or n_groups ${groups}`);
  }
  return {
    architecture: "Mamba2ForCausalLM",
    ...shared,
    heads,
    headDim,
    groups,
    normGroups,
    timeStepLimit: timeStepLimit(config),
  };
}

/** Infinity is a bare word in older files and `{"__float__": "Infinity"}` in newer ones. */
function timeStepLimit(config: JsonObject): readonly [number, number] {
  const limit = config.get("time_step_limit") ?? [0, Number.POSITIVE_INFINITY];
  const bounds = Array.isArray(limit) ? limit.map(toNumber) : [];
  const [low, high] = bounds;
  if (bounds.length === 2 && low >= 0 && low <= high) return [low, high];
  throw problem("bad-value", "time_step_limit", limit, "two numbers, 0 <= low <= high");
}

function toNumber(value: Json): number {
  const inner = value instanceof Map ? value.get("__float__") : value;
  if (inner === "Infinity") return Number.POSITIVE_INFINITY;
  return typeof inner === "number" ? inner : Number.NaN;
}
