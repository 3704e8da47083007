import type {Case} from "./case.js";

/** Mixtures of experts, latent attention. */
export const MIXTURES: readonly Case[] = [
  {
    name: "Mixtral 8x7B",
    config: {
      architectures: ["MixtralForCausalLM"],
      model_type: "mixtral",
      hidden_size: 4096,
      intermediate_size: 14336,
      num_experts_per_tok: 2,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      num_local_experts: 8,
      sliding_window: null,
      vocab_size: 32000,
    },
    parameters:
      2 * 32000 * 4096 +
      32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 8 * 4096 + 8 * 3 * 4096 * 14336 + 2 * 4096) +
      4096,
    published: 46_702_792_704,
    active:
      2 * 32000 * 4096 +
      32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 8 * 4096 + 2 * 3 * 4096 * 14336 + 2 * 4096) +
      4096,
    cache: [
      [1, 131_072],
      [32_768, 2 * 32_768 * 32 * 2 * 1024],
    ],
  },
  {
    name: "Qwen1.5-MoE A2.7B",
    config: {
      architectures: ["Qwen2MoeForCausalLM"],
      model_type: "qwen2_moe",
      decoder_sparse_step: 1,
      hidden_size: 2048,
      intermediate_size: 5632,
      moe_intermediate_size: 1408,
      num_experts: 60,
      num_experts_per_tok: 4,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      num_key_value_heads: 16,
      shared_expert_intermediate_size: 5632,
      vocab_size: 151936,
    },
    // Router, shared expert and the row that gates it, sixty experts.
    parameters:
      2 * 151936 * 2048 +
      24 *
        (4 * 2048 * 2048 + 3 * 2048 + 60 * 2048 + 3 * 2048 * 5632 + 2048 + 60 * 3 * 2048 * 1408 + 2 * 2048) +
      2048,
    published: 14_315_784_192,
    active:
      2 * 151936 * 2048 +
      24 *
        (4 * 2048 * 2048 + 3 * 2048 + 60 * 2048 + 3 * 2048 * 5632 + 2048 + 4 * 3 * 2048 * 1408 + 2 * 2048) +
      2048,
    cache: [
      [1, 196_608],
      [8192, 2 * 8192 * 24 * 2 * 2048],
    ],
  },
  {
    name: "Qwen3 30B A3B",
    config: {
      architectures: ["Qwen3MoeForCausalLM"],
      model_type: "qwen3_moe",
      decoder_sparse_step: 1,
      head_dim: 128,
      hidden_size: 2048,
      intermediate_size: 6144,
      mlp_only_layers: [],
      moe_intermediate_size: 768,
      norm_topk_prob: true,
      num_experts: 128,
      num_experts_per_tok: 8,
      num_hidden_layers: 48,
      num_attention_heads: 32,
      num_key_value_heads: 4,
      vocab_size: 151936,
    },
    parameters:
      2 * 151936 * 2048 +
      48 * (2 * 2048 * 4096 + 2 * 2048 * 512 + 2 * 128 + 128 * 2048 + 128 * 3 * 2048 * 768 + 2 * 2048) +
      2048,
    published: 30_532_122_624,
    active:
      2 * 151936 * 2048 +
      48 * (2 * 2048 * 4096 + 2 * 2048 * 512 + 2 * 128 + 128 * 2048 + 8 * 3 * 2048 * 768 + 2 * 2048) +
      2048,
    cache: [
      [1, 98_304],
      [40_960, 2 * 40_960 * 48 * 2 * 512],
    ],
  },
  {
    name: "Granite 3.1 1B A400M",
    config: {
      architectures: ["GraniteMoeForCausalLM"],
      model_type: "granitemoe",
      attention_multiplier: 0.015625,
      embedding_multiplier: 12,
      hidden_size: 1024,
      intermediate_size: 512,
      logits_scaling: 6,
      num_experts_per_tok: 8,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      num_key_value_heads: 8,
      num_local_experts: 32,
      residual_multiplier: 0.22,
      tie_word_embeddings: true,
      vocab_size: 49155,
    },
    parameters:
      49155 * 1024 +
      24 * (2 * 1024 * 1024 + 2 * 1024 * 512 + 32 * 1024 + 32 * 3 * 1024 * 512 + 2 * 1024) +
      1024,
    published: 1_334_628_352,
    active:
      49155 * 1024 +
      24 * (2 * 1024 * 1024 + 2 * 1024 * 512 + 32 * 1024 + 8 * 3 * 1024 * 512 + 2 * 1024) +
      1024,
    cache: [
      [1, 49_152],
      [131_072, 2 * 131_072 * 24 * 2 * 512],
    ],
  },
  {
    name: "DeepSeek-V2-Lite",
    config: {
      architectures: ["DeepseekV2ForCausalLM"],
      model_type: "deepseek_v2",
      first_k_dense_replace: 1,
      hidden_size: 2048,
      intermediate_size: 10944,
      kv_lora_rank: 512,
      moe_intermediate_size: 1408,
      n_routed_experts: 64,
      n_shared_experts: 2,
      num_experts_per_tok: 6,
      num_hidden_layers: 27,
      num_attention_heads: 16,
      num_key_value_heads: 16,
      q_lora_rank: null,
      qk_nope_head_dim: 128,
      qk_rope_head_dim: 64,
      v_head_dim: 128,
      vocab_size: 102400,
    },
    // Queries 16 · 192, latents 512 + 64 with a norm, keys and values 16 · 256 from them, output 16 · 128; 26 layers of experts.
    parameters:
      2 * 102400 * 2048 +
      27 * (2048 * 3072 + 2048 * 576 + 512 + 512 * 4096 + 2048 * 2048 + 2 * 2048) +
      3 * 2048 * 10944 +
      26 * (64 * 2048 + 66 * 3 * 2048 * 1408) +
      2048,
    published: 15_706_484_224,
    active:
      2 * 102400 * 2048 +
      27 * (2048 * 3072 + 2048 * 576 + 512 + 512 * 4096 + 2048 * 2048 + 2 * 2048) +
      3 * 2048 * 10944 +
      26 * (64 * 2048 + 8 * 3 * 2048 * 1408) +
      2048,
    cache: [
      [1, 27 * 576 * 2],
      [32_768, 2 * 32_768 * 27 * 576],
    ],
  },
  {
    name: "DeepSeek-V3, whose extra prediction layer is named and not counted",
    config: {
      architectures: ["DeepseekV3ForCausalLM"],
      model_type: "deepseek_v3",
      first_k_dense_replace: 3,
      hidden_size: 7168,
      intermediate_size: 18432,
      kv_lora_rank: 512,
      moe_intermediate_size: 2048,
      moe_layer_freq: 1,
      n_group: 8,
      n_routed_experts: 256,
      n_shared_experts: 1,
      norm_topk_prob: true,
      num_experts_per_tok: 8,
      num_hidden_layers: 61,
      num_attention_heads: 128,
      num_key_value_heads: 128,
      num_nextn_predict_layers: 1,
      q_lora_rank: 1536,
      qk_nope_head_dim: 128,
      qk_rope_head_dim: 64,
      routed_scaling_factor: 2.5,
      scoring_func: "sigmoid",
      topk_group: 4,
      topk_method: "noaux_tc",
      v_head_dim: 128,
      vocab_size: 129280,
    },
    // Queries by a latent of 1536; a number for each expert that keeps them in balance.
    parameters:
      2 * 129280 * 7168 +
      61 *
        (7168 * 1536 +
          1536 +
          1536 * 128 * 192 +
          7168 * 576 +
          512 +
          512 * 128 * 256 +
          128 * 128 * 7168 +
          2 * 7168) +
      3 * 3 * 7168 * 18432 +
      58 * (256 * 7168 + 256 + 257 * 3 * 7168 * 2048) +
      7168,
    published: 671_026_419_200,
    active:
      2 * 129280 * 7168 +
      61 *
        (7168 * 1536 +
          1536 +
          1536 * 128 * 192 +
          7168 * 576 +
          512 +
          512 * 128 * 256 +
          128 * 128 * 7168 +
          2 * 7168) +
      3 * 3 * 7168 * 18432 +
      58 * (256 * 7168 + 256 + 9 * 3 * 7168 * 2048) +
      7168,
    cache: [
      [1, 61 * 576 * 2],
      [131_072, 2 * 131_072 * 61 * 576],
    ],
  },
  {
    name: "MiniMax-M2",
    config: {
      architectures: ["MiniMaxM2ForCausalLM"],
      model_type: "minimax_m2",
      head_dim: 128,
      hidden_size: 3072,
      intermediate_size: 1536,
      num_attention_heads: 48,
      num_experts_per_tok: 8,
      num_hidden_layers: 62,
      num_key_value_heads: 8,
      num_local_experts: 256,
      num_mtp_modules: 3,
      qk_norm_type: "per_layer",
      rotary_dim: 64,
      scoring_func: "sigmoid",
      shared_intermediate_size: 0,
      use_qk_norm: true,
      use_routing_bias: true,
      vocab_size: 200064,
    },
    // Norms of all queries and all keys; a number for each expert.
    parameters:
      2 * 200064 * 3072 +
      62 *
        (2 * 3072 * 6144 +
          2 * 3072 * 1024 +
          6144 +
          1024 +
          256 * 3072 +
          256 +
          256 * 3 * 3072 * 1536 +
          2 * 3072) +
      3072,
    published: null,
    active:
      2 * 200064 * 3072 +
      62 *
        (2 * 3072 * 6144 +
          2 * 3072 * 1024 +
          6144 +
          1024 +
          256 * 3072 +
          256 +
          8 * 3 * 3072 * 1536 +
          2 * 3072) +
      3072,
    cache: [
      [1, 253_952],
      [196_608, 2 * 196_608 * 62 * 2 * 1024],
    ],
  },
  {
    name: "MiniCPM3 4B",
    config: {
      architectures: ["MiniCPM3ForCausalLM"],
      model_type: "minicpm3",
      dim_model_base: 256,
      hidden_size: 2560,
      intermediate_size: 6400,
      kv_lora_rank: 256,
      num_hidden_layers: 62,
      num_attention_heads: 40,
      num_key_value_heads: 40,
      q_lora_rank: 768,
      qk_nope_head_dim: 64,
      qk_rope_head_dim: 32,
      scale_depth: 1.4,
      scale_emb: 12,
      v_head_dim: 64,
      vocab_size: 73448,
    },
    parameters:
      73448 * 2560 +
      62 *
        (2560 * 768 +
          768 +
          768 * 40 * 96 +
          2560 * 288 +
          256 +
          256 * 40 * 128 +
          40 * 64 * 2560 +
          3 * 2560 * 6400 +
          2 * 2560) +
      2560,
    published: null,
    cache: [
      [1, 62 * 288 * 2],
      [32_768, 2 * 32_768 * 62 * 288],
    ],
  },
  {
    name: "gpt-oss 20B",
    config: {
      architectures: ["GptOssForCausalLM"],
      model_type: "gpt_oss",
      attention_bias: true,
      head_dim: 64,
      hidden_size: 2880,
      intermediate_size: 2880,
      num_experts_per_tok: 4,
      num_hidden_layers: 24,
      num_attention_heads: 64,
      num_key_value_heads: 8,
      num_local_experts: 32,
      sliding_window: 128,
      vocab_size: 201088,
    },
    // Biases everywhere, a sink for each head; 12 of 24 layers see 128 tokens.
    parameters:
      2 * 201088 * 2880 +
      24 *
        (2880 * 4096 +
          4096 +
          2 * (2880 * 512 + 512) +
          4096 * 2880 +
          2880 +
          64 +
          32 * 2880 +
          32 +
          32 * (3 * 2880 * 2880 + 2 * 2880 + 2880) +
          2 * 2880) +
      2880,
    published: 20_914_757_184,
    active:
      2 * 201088 * 2880 +
      24 *
        (2880 * 4096 +
          4096 +
          2 * (2880 * 512 + 512) +
          4096 * 2880 +
          2880 +
          64 +
          32 * 2880 +
          32 +
          4 * (3 * 2880 * 2880 + 2 * 2880 + 2880) +
          2 * 2880) +
      2880,
    cache: [
      [100, 2 * 100 * 24 * 2 * 512],
      [131_072, 2 * 2 * 512 * (12 * 128 + 12 * 131_072)],
    ],
  },
];
