import {mostOf} from "../io/config-fields.js";
import type {Ffn, GroupedAttention, LatentAttention, LayerGroup, Mixer, Model} from "./model.js";

/** A parsed config.json of a checkpoint in the manner of Hugging Face. */
type Config = Readonly<Record<string, unknown>>;

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80);

/** The first of `names` that the config has. @throws RangeError if none is there or the value is no count. */
function size(config: Config, ...names: readonly string[]): number {
  const name = names.find((n) => config[n] !== undefined && config[n] !== null);
  if (name === undefined)
    throw new RangeError(`modelFromConfig: config must have ${names.join(" or ")}, got none`);
  const value = config[name];
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new RangeError(`modelFromConfig: ${name} must be an integer of at least 1, got ${shown(value)}`);
  }
  if ((value as number) > mostOf(name))
    throw new RangeError(`modelFromConfig: ${name} must be at most ${mostOf(name)}, got ${shown(value)}`);
  return value as number;
}

function optionalSize(config: Config, fallback: number, ...names: readonly string[]): number {
  return names.some((name) => config[name] !== undefined && config[name] !== null)
    ? size(config, ...names)
    : fallback;
}

const flag = (config: Config, name: string, fallback: boolean): boolean =>
  typeof config[name] === "boolean" ? config[name] : fallback;

/** Sliding windows that are switched off by a flag, or hold for some layers only, are not read as such. */
function windowOf(config: Config): {window?: number} {
  if (config.use_sliding_window === false || Array.isArray(config.layer_types)) return {};
  return typeof config.sliding_window === "number" ? {window: size(config, "sliding_window")} : {};
}

const QKV_BIAS = new Set(["qwen2", "qwen2_moe", "opt", "vit", "deit", "gpt2", "gpt_neox", "starcoder2"]);
const QK_NORM = new Set(["qwen3", "qwen3_moe"]);
/** Two FFN matrices, biases everywhere, layer norms. */
const PLAIN = new Set(["opt", "vit", "deit", "gpt2", "gpt_neox", "starcoder2"]);

function groupedAttention(config: Config, type: string): GroupedAttention {
  const hidden = size(config, "hidden_size", "n_embd", "d_model");
  const heads = size(config, "num_attention_heads", "n_head");
  const kvHeads = optionalSize(config, heads, "num_key_value_heads");
  if (heads % kvHeads !== 0) {
    throw new RangeError(
      `modelFromConfig: num_attention_heads must be a multiple of num_key_value_heads = ${kvHeads}, got ${heads}`,
    );
  }
  const headDim = optionalSize(config, hidden / heads, "head_dim");
  if (!Number.isInteger(headDim)) {
    throw new RangeError(
      `modelFromConfig: hidden_size must be a multiple of num_attention_heads = ${heads}, got ${hidden}. Give head_dim.`,
    );
  }
  return {
    kind: "gqa",
    heads,
    kvHeads,
    headDim,
    ...(flag(config, "attention_bias", QKV_BIAS.has(type)) ? {qkvBias: true} : {}),
    ...(PLAIN.has(type) ? {outBias: true} : {}),
    ...(QK_NORM.has(type) ? {qkNorm: true} : {}),
    ...windowOf(config),
  };
}

function latentAttention(config: Config): LatentAttention {
  return {
    kind: "mla",
    heads: size(config, "num_attention_heads"),
    qRank: config.q_lora_rank == null ? null : size(config, "q_lora_rank"),
    kvRank: size(config, "kv_lora_rank"),
    ropeDim: size(config, "qk_rope_head_dim"),
    nopeDim: size(config, "qk_nope_head_dim"),
    valueDim: size(config, "v_head_dim"),
  };
}

function denseFfn(config: Config, type: string): Ffn {
  const plain = PLAIN.has(type);
  const hidden = size(config, "hidden_size", "n_embd", "d_model");
  const width =
    type === "gpt2"
      ? optionalSize(config, 4 * hidden, "n_inner")
      : size(config, "intermediate_size", "ffn_dim");
  return {kind: "dense", width, gated: !plain, ...(plain || config.mlp_bias === true ? {bias: true} : {})};
}

/** Experts, whose fields carry a different name in every family; null for a dense model. */
function expertFfn(config: Config): Ffn | null {
  const names = ["n_routed_experts", "num_local_experts", "num_experts"];
  if (!names.some((name) => config[name] !== undefined && config[name] !== null)) return null;
  const experts = size(config, ...names);
  const active = size(config, "num_experts_per_tok");
  if (active > experts) {
    throw new RangeError(`modelFromConfig: num_experts_per_tok must be at most ${experts}, got ${active}`);
  }
  const shared = config.n_shared_experts ? size(config, "n_shared_experts") : 0;
  const sharedWidth = config.shared_expert_intermediate_size;
  return {
    kind: "moe",
    experts,
    active,
    shared: sharedWidth ? 1 : shared,
    width: size(config, "moe_intermediate_size", "intermediate_size"),
    ...(sharedWidth ? {sharedWidth: size(config, "shared_expert_intermediate_size")} : {}),
  };
}

function transformerGroups(config: Config, type: string): LayerGroup[] {
  const layers = size(config, "num_hidden_layers", "n_layer");
  const mixer: Mixer =
    config.kv_lora_rank === undefined ? groupedAttention(config, type) : latentAttention(config);
  const experts = expertFfn(config);
  if (experts === null) return [{count: layers, mixer, ffn: denseFfn(config, type)}];
  const first = config.first_k_dense_replace ? size(config, "first_k_dense_replace") : 0;
  if (first >= layers) return [{count: layers, mixer, ffn: denseFfn(config, type)}];
  const dense = first > 0 ? [{count: first, mixer, ffn: denseFfn(config, type)}] : [];
  return [...dense, {count: layers - first, mixer, ffn: experts}];
}

function mambaGroups(config: Config, type: string): LayerGroup[] {
  const hidden = size(config, "hidden_size", "d_model");
  const inner = optionalSize(config, hidden * optionalSize(config, 2, "expand"), "intermediate_size");
  const state = optionalSize(config, type === "mamba" ? 16 : 128, "state_size", "d_state");
  const convWidth = optionalSize(config, 4, "conv_kernel", "d_conv");
  const count = size(config, "num_hidden_layers", "n_layer");
  if (type === "mamba") {
    const rank = config.time_step_rank;
    const dtRank = typeof rank === "number" ? size(config, "time_step_rank") : Math.ceil(hidden / 16);
    return [{count, mixer: {kind: "mamba", inner, state, convWidth, dtRank}, ffn: null}];
  }
  const heads = optionalSize(config, inner / optionalSize(config, 64, "head_dim"), "num_heads");
  if (inner % heads !== 0) {
    throw new RangeError(`modelFromConfig: num_heads must divide the inner width of ${inner}, got ${heads}`);
  }
  const groups = optionalSize(config, 1, "n_groups");
  const chunk = optionalSize(config, 256, "chunk_size");
  return [{count, mixer: {kind: "mamba2", inner, heads, state, groups, convWidth, chunk}, ffn: null}];
}

/**
 * Classes of an image model. A configuration usually lists them in `id2label`; without one the library that wrote
 * it assumes two.
 */
function classesOf(config: Config): number {
  const labels = config.id2label;
  return typeof labels === "object" && labels !== null
    ? Object.keys(labels).length
    : optionalSize(config, 2, "num_labels");
}

/** Rows of the learned position table: OPT keeps two before the first position. */
function positionsOf(config: Config, type: string): {positions?: number} {
  if (type === "opt") return {positions: size(config, "max_position_embeddings") + 2};
  return type === "gpt2" ? {positions: size(config, "n_positions")} : {};
}

/** Families whose head is the embedding's matrix unless the configuration says otherwise. */
const TIED = new Set(["opt", "gpt2", "mamba", "gemma", "gemma2", "starcoder2"]);

/**
 * The model that a checkpoint's config.json describes: decoders in the manner of Llama (Mistral, Qwen, Gemma …),
 * OPT, GPT-2, GPT-NeoX and StarCoder2, mixtures of experts (Mixtral, Qwen-MoE, DeepSeek), latent attention, Mamba and Mamba-2, ViT and
 * DeiT. Sizes are read, names of tensors are not; parameters that no rule covers (extra norms) are left out.
 * @throws RangeError naming the field that is missing or impossible, or the type that is not known.
 */
export function modelFromConfig(config: unknown, id = "config"): Model {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new RangeError(`modelFromConfig: config must be an object, got ${shown(config)}`);
  }
  const fields = textConfig(config as Config);
  const type = String(fields.model_type ?? "llama");
  const isMamba = type === "mamba" || type === "mamba2";
  if (UNKNOWN.has(type))
    throw new RangeError(`modelFromConfig: model_type ${type} has layers that are not modelled`);
  const isImage = type === "vit" || type === "deit";
  return {
    id,
    title: String(fields._name_or_path || id),
    source: "config.json given by the user",
    verified: false,
    hidden: size(fields, "hidden_size", "n_embd", "d_model"),
    vocab: isImage ? classesOf(fields) : size(fields, "vocab_size"),
    tied: isImage ? false : flag(fields, "tie_word_embeddings", TIED.has(type)),
    groups: isMamba ? mambaGroups(fields, type) : transformerGroups(fields, type),
    ...(PLAIN.has(type) ? {layerNorm: true} : {}),
    ...positionsOf(fields, type),
    ...(isImage ? {input: imageOf(fields, type)} : {}),
  };
}

function imageOf(config: Config, type: string): NonNullable<Model["input"]> {
  const image = optionalSize(config, 224, "image_size");
  const patch = optionalSize(config, 16, "patch_size");
  if (patch > image)
    throw new RangeError(`modelFromConfig: patch_size must be at most ${image}, got ${patch}`);
  return {kind: "image", image, patch, extraTokens: type === "deit" ? 2 : 1};
}

/** Vision-language checkpoints keep their decoder's sizes one level down. */
function textConfig(config: Config): Config {
  const inner = config.text_config;
  return typeof inner === "object" && inner !== null && config.hidden_size === undefined
    ? (inner as Config)
    : config;
}

/** Types whose layers differ from anything here; a wrong number would be worse than none. */
const UNKNOWN = new Set(
  (
    "t5 bart whisper bert clip swin rwkv jamba zamba zamba2 bamba falcon_h1 nemotron_h qwen3_next llama4 llama4_text " +
    "bloom falcon gptj gpt_bigcode mpt phi dbrx"
  ).split(" "),
);
