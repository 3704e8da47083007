import type {Json} from "../io/strict-json.js";
import type {ConfigReader} from "./config-reader.js";
import type {IgnoredKey} from "./model-record.js";

/**
 * Keys that change what a network is in some family. Where the family that is read does not know one, a value of it that is
 * not null, false, 0, empty or one of those listed here is refused: the file means something that would be dropped.
 */
const MEANINGFUL: Readonly<Record<string, readonly Json[]>> = {
  add_cross_attention: [],
  alibi: [],
  alibi_bias_max: [],
  altup_num_inputs: [],
  apply_residual_connection_post_layernorm: [],
  attention_bias: [],
  attention_chunk_size: [],
  attention_multiplier: [1],
  attn_config: [],
  attn_layer_idx: [],
  attn_layer_indices: [],
  attn_layer_offset: [],
  attn_layer_period: [],
  attn_logit_softcapping: [],
  attn_type_list: [],
  block_configs: [],
  block_types: [],
  cla_share_factor: [1],
  clip_qkv: [],
  cross_attention_layers: [],
  cross_decoder_layers: [],
  decoder_sparse_step: [1],
  embedding_multiplier: [1],
  expert_layer_period: [1],
  final_logit_softcapping: [],
  first_k_dense_replace: [],
  full_attention_interval: [1],
  full_attn_idxs: [],
  global_attn_every_n_layers: [1],
  hybrid_layer_ids: [],
  hybrid_override_pattern: [],
  index_topk: [],
  interleave_moe_layer_step: [],
  is_encoder_decoder: [],
  kv_lora_rank: [],
  laurel_rank: [],
  layer_group_size: [1],
  layer_types: [],
  layers_block_type: [],
  lm_head_bias: [],
  logit_scale: [1],
  logits_scaling: [1],
  mamba_d_state: [],
  mlp_bias: [],
  mlp_only_layers: [],
  moe_intermediate_size: [],
  moe_layer_freq: [1],
  moe_layers: [],
  moe_layers_enum: [],
  moe_num_experts: [],
  multi_query: [],
  n_routed_experts: [],
  n_shared_experts: [],
  no_rope_layers: [],
  num_experts: [],
  num_experts_per_layer: [],
  num_kv_shared_layers: [],
  num_mtp_modules: [],
  num_local_experts: [],
  num_nextn_predict_layers: [],
  num_query_heads: [],
  num_shared_experts: [],
  parallel_attn: [],
  parallel_residual: [],
  partial_rotary_factor: [1],
  position_embedding_type: ["rope", "rotary"],
  q_lora_rank: [],
  qk_layernorm: [],
  qk_norm: [],
  qkv_bias: [],
  residual_multiplier: [1],
  rope_scaling: [],
  rotary_pct: [1],
  scale_depth: [],
  scale_emb: [1],
  scoring_func: ["softmax"],
  shared_expert_intermediate_size: [],
  shared_intermediate_size: [],
  sliding_window: [],
  sliding_window_pattern: [1],
  use_alibi: [],
  use_bias: [],
  use_bidirectional_attention: [],
  use_mla: [],
  use_parallel_residual: [],
  use_qk_norm: [],
  use_qkv_bias: [],
  use_sliding_window: [],
};

/** @throws FormatError with kind `unsupported` naming a key that was not read and means something. */
export function refuseMeaning(c: ConfigReader): void {
  for (const key of c.unread()) {
    const neutral = Object.hasOwn(MEANINGFUL, key) ? MEANINGFUL[key] : undefined;
    const value = c.raw(key);
    if (neutral === undefined || isNothing(value) || neutral.some((each) => each === value)) continue;
    throw c.problem("unsupported", key, value, "left out: models of this type are not known to have it");
  }
}

function isNothing(value: Json | undefined): boolean {
  if (value == null || value === false || value === 0 || value === "") return true;
  if (Array.isArray(value)) return value.every((each: Json) => each === "full_attention");
  return value instanceof Map && value.size === 0;
}

/** Keys that say nothing about the network, by the reason. */
const HARMLESS: readonly {readonly pattern: RegExp; readonly reason: string}[] = [
  {
    pattern: /dropout|pdrop|drop_path|layerdrop|jitter|aux_loss|z_loss|router_logits|seq_aux/,
    reason: "for training",
  },
  {
    pattern: /^init|initializer|_init$|init_|ep_size|time_step_(floor|max|min)|rescale_|gradient/,
    reason: "for training",
  },
  {
    pattern: /token_id$|token_index$|^use_cache$|cache_implementation|logits_to_keep|pad_token/,
    reason: "for generating text",
  },
  {
    pattern: /max_length|temperature|top_k$|top_p$|repetition|do_sample|task_specific|summary_|prefix$/,
    reason: "for generating text",
  },
  {pattern: /^(torch_dtype|dtype)$/, reason: "the weights say their own type"},
  {
    pattern: /^(transformers_version|_attn_implementation.*|attn_implementation|model_type|architectures)$/,
    reason: "about the library that wrote it",
  },
  {pattern: /^(_name_or_path|name_or_path)$/, reason: "a path or a name, which is not used"},
  {pattern: /^auto_map$/, reason: "names code, which is not run"},
  {
    pattern: /fused|kernel|flash|pretraining_tp|residual_in_fp32|upcast|^use_mamba_kernels$/,
    reason: "about how it is computed, not what",
  },
  {pattern: /^quantization_config$/, reason: "about how the weights are stored"},
  {pattern: /^(vision|audio|image|mm|projector)_|_config$/, reason: "about another part than the text"},
];

/** Keys that were not read, each with the reason. */
export function ignoredKeys(c: ConfigReader, whole: ConfigReader | null): readonly IgnoredKey[] {
  const reasonOf = (key: string) =>
    HARMLESS.find(({pattern}) => pattern.test(key))?.reason ?? "not known to change the network";
  const own = c.unread().map((key) => ({key, reason: reasonOf(key)}));
  const outside = (whole?.unread() ?? []).filter((key) => !/^(text|llm|language)_config$/.test(key));
  return [...own, ...outside.map((key) => ({key, reason: "outside of the text part"}))];
}
