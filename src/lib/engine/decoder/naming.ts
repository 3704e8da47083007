/** Names of tensors in published checkpoints of each family, against the engine's own, which are those of Llama. */

/** A matrix that holds several parts: their rows one after another, or those of each key head and its queries. */
export interface Fused {
  readonly parts: readonly string[];
  readonly order: "one after another" | "group by group";
}

/** Names of a family where they are not Llama's. */
export interface Naming {
  /** Beginnings of all names but the head's: the first under which the file has layers is taken. */
  readonly prefixes: readonly string[];
  /** Beginning of a layer's names, before its number. */
  readonly layers: string;
  /** Published names of parts outside the layers, after the prefix. */
  readonly outside: Readonly<Record<OutsidePart, string>>;
  /** Names of the head, of which the first that is there is taken. */
  readonly heads: readonly string[];
  /**
   * Published names of a layer's parts, `*` for an expert's number, of several the first that is there; a part that is not
   * named has the engine's name.
   */
  readonly parts: Readonly<Record<string, string | readonly string[]>>;
  /** Matrices of a layer that hold several parts, by their published names. */
  readonly fused: Readonly<Record<string, Fused>>;
  /** Matrices are stored [in, out]. */
  readonly isTransposed: boolean;
  /** Tensors of older files that every reader ignores. */
  readonly leftovers: RegExp;
}

/** Parts outside the layers, by the engine's names. */
export type OutsidePart = "embed_tokens" | "embed_positions" | "project_in" | "project_out" | "norm";

/** The engine's own names: a published Llama checkpoint has the same. */
export const ENGINE_NAMING: Naming = {
  prefixes: ["model."],
  layers: "layers.",
  outside: {
    embed_tokens: "embed_tokens",
    embed_positions: "embed_positions",
    project_in: "project_in",
    project_out: "project_out",
    norm: "norm",
  },
  heads: ["lm_head"],
  parts: {},
  fused: {},
  isTransposed: false,
  leftovers: /rotary_emb\.inv_freq$/,
};

const llama: Naming = {...ENGINE_NAMING, prefixes: ["model.", ""]};

/** Norms before and after both parts of a layer. */
const sandwich: Naming = {
  ...llama,
  parts: {
    post_attention_layernorm: "pre_feedforward_layernorm",
    attention_output_norm: "post_attention_layernorm",
    mlp_output_norm: "post_feedforward_layernorm",
  },
};

/** Norms after both parts of a layer alone. */
const normsAfter: Naming = {
  ...llama,
  parts: {attention_output_norm: "post_attention_layernorm", mlp_output_norm: "post_feedforward_layernorm"},
};

/** The text part of a folder for images and text, in the spelling of either half of 2025. */
const besideVision: Naming = {
  ...sandwich,
  prefixes: ["model.", "language_model.model.", "model.language_model.", ""],
  heads: ["lm_head", "language_model.lm_head"],
};

/** Queries, keys and values in one matrix. */
const queriesKeysValues = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

/** Families of decoders that the engine runs, by their `model_type`. */
const NAMINGS: Readonly<Record<string, Naming>> = {
  llama,
  mistral: llama,
  ministral: llama,
  mixtral: {
    ...llama,
    parts: {
      "mlp.gate": "block_sparse_moe.gate",
      "mlp.experts.*.gate_proj": "block_sparse_moe.experts.*.w1",
      "mlp.experts.*.up_proj": "block_sparse_moe.experts.*.w3",
      "mlp.experts.*.down_proj": "block_sparse_moe.experts.*.w2",
    },
  },
  moe_plus_plus: llama,
  blockffn: llama,
  smallthinker: {
    ...llama,
    parts: {
      "mlp.gate": "block_sparse_moe.primary_router",
      "mlp.experts.*.gate_proj": "block_sparse_moe.experts.*.gate",
      "mlp.experts.*.up_proj": "block_sparse_moe.experts.*.up",
      "mlp.experts.*.down_proj": "block_sparse_moe.experts.*.down",
    },
  },
  qwen2: llama,
  qwen2_moe: llama,
  qwen3: llama,
  qwen3_moe: llama,
  gemma: llama,
  gemma2: sandwich,
  gemma3_text: besideVision,
  gemma3: besideVision,
  phi3: {
    ...llama,
    fused: {
      "self_attn.qkv_proj": {parts: queriesKeysValues, order: "one after another"},
      "mlp.gate_up_proj": {parts: ["mlp.gate_proj", "mlp.up_proj"], order: "one after another"},
    },
  },
  smollm3: llama,
  granite: llama,
  olmo: llama,
  olmo2: normsAfter,
  olmo3: normsAfter,
  stablelm: llama,
  starcoder2: {...llama, parts: {"mlp.up_proj": "mlp.c_fc", "mlp.down_proj": "mlp.c_proj"}},
  internlm2: {
    ...llama,
    outside: {...llama.outside, embed_tokens: "tok_embeddings"},
    heads: ["output"],
    parts: {
      input_layernorm: "attention_norm",
      post_attention_layernorm: "ffn_norm",
      "self_attn.o_proj": "attention.wo",
      "mlp.gate_proj": "feed_forward.w1",
      "mlp.up_proj": "feed_forward.w3",
      "mlp.down_proj": "feed_forward.w2",
    },
    fused: {"attention.wqkv": {parts: queriesKeysValues, order: "group by group"}},
  },
  llada: {
    ...llama,
    prefixes: ["model.transformer.", "transformer."],
    layers: "blocks.",
    outside: {...llama.outside, embed_tokens: "wte", norm: "ln_f"},
    heads: ["model.transformer.ff_out", "transformer.ff_out"],
    parts: {
      input_layernorm: "attn_norm",
      post_attention_layernorm: "ff_norm",
      "self_attn.q_proj": "q_proj",
      "self_attn.k_proj": "k_proj",
      "self_attn.v_proj": "v_proj",
      "self_attn.o_proj": "attn_out",
      "mlp.gate_proj": "ff_proj",
      "mlp.up_proj": "up_proj",
      "mlp.down_proj": "ff_out",
    },
  },
  Dream: llama,
  falcon: {
    ...llama,
    prefixes: ["transformer.", ""],
    layers: "h.",
    outside: {...llama.outside, embed_tokens: "word_embeddings", norm: "ln_f"},
    parts: {
      input_layernorm: ["input_layernorm", "ln_attn"],
      post_attention_layernorm: ["post_attention_layernorm", "ln_mlp"],
      "self_attn.o_proj": "self_attention.dense",
      "mlp.up_proj": "mlp.dense_h_to_4h",
      "mlp.down_proj": "mlp.dense_4h_to_h",
    },
    fused: {"self_attention.query_key_value": {parts: queriesKeysValues, order: "group by group"}},
  },
  cohere: llama,
  cohere2: llama,
  gpt2: {
    ...llama,
    prefixes: ["transformer.", ""],
    layers: "h.",
    outside: {...llama.outside, embed_tokens: "wte", embed_positions: "wpe", norm: "ln_f"},
    parts: {
      input_layernorm: "ln_1",
      post_attention_layernorm: "ln_2",
      "self_attn.o_proj": "attn.c_proj",
      "mlp.up_proj": "mlp.c_fc",
      "mlp.down_proj": "mlp.c_proj",
    },
    fused: {"attn.c_attn": {parts: queriesKeysValues, order: "one after another"}},
    isTransposed: true,
    leftovers: /\.attn\.(masked_)?bias$/,
  },
  gpt_neox: {
    ...llama,
    prefixes: ["gpt_neox.", ""],
    outside: {...llama.outside, embed_tokens: "embed_in", norm: "final_layer_norm"},
    heads: ["embed_out", "lm_head"],
    parts: {
      "self_attn.o_proj": "attention.dense",
      "mlp.up_proj": "mlp.dense_h_to_4h",
      "mlp.down_proj": "mlp.dense_4h_to_h",
    },
    fused: {"attention.query_key_value": {parts: queriesKeysValues, order: "group by group"}},
    leftovers: /\.attention\.((masked_)?bias|rotary_emb\.inv_freq)$/,
  },
  opt: {
    ...llama,
    prefixes: ["model.decoder.", "decoder.", ""],
    outside: {...llama.outside, norm: "final_layer_norm"},
    parts: {
      input_layernorm: "self_attn_layer_norm",
      attention_sum_norm: "self_attn_layer_norm",
      post_attention_layernorm: "final_layer_norm",
      mlp_sum_norm: "final_layer_norm",
      "self_attn.o_proj": "self_attn.out_proj",
      "mlp.up_proj": "fc1",
      "mlp.down_proj": "fc2",
    },
  },
};

/** Every family of decoders that can be opened, by `model_type`. */
export const DECODER_FAMILIES: readonly string[] = Object.keys(NAMINGS);

/** The names of a family; the caller has checked that it is one of {@link DECODER_FAMILIES}. */
export function namingOf(family: string): Naming {
  return NAMINGS[family] ?? llama;
}
