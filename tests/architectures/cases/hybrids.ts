import {type Case, kinds} from "./case.js";

const everyEighth = Array.from({length: 80}, (_, i) => ((i + 1) % 8 === 0 ? 1 : 0));

/** Models that keep a state and a cache: some layers the one and some the other, or every layer both. */
export const HYBRIDS: readonly Case[] = [
  {
    name: "Qwen3-Next 80B A3B",
    config: {
      architectures: ["Qwen3NextForCausalLM"],
      model_type: "qwen3_next",
      full_attention_interval: 4,
      head_dim: 256,
      hidden_size: 2048,
      intermediate_size: 5120,
      linear_conv_kernel_dim: 4,
      linear_key_head_dim: 128,
      linear_num_key_heads: 16,
      linear_num_value_heads: 32,
      linear_value_head_dim: 128,
      moe_intermediate_size: 512,
      norm_topk_prob: true,
      num_experts: 512,
      num_experts_per_tok: 10,
      num_hidden_layers: 48,
      num_attention_heads: 16,
      num_key_value_heads: 2,
      partial_rotary_factor: 0.25,
      shared_expert_intermediate_size: 512,
      vocab_size: 151936,
    },
    // 12 layers of gated attention (queries twice as wide), 36 of the delta rule: keys 2048, values 4096, 32 heads.
    parameters:
      2 * 151936 * 2048 +
      12 * (3 * 2048 * 4096 + 2 * 2048 * 512 + 2 * 256) +
      36 * (2048 * 12288 + 2048 * 64 + 4 * 8192 + 2 * 32 + 128 + 4096 * 2048) +
      48 * (512 * 2048 + 513 * 3 * 2048 * 512 + 2048 + 2 * 2048) +
      2048,
    published: 79_674_391_296,
    active:
      2 * 151936 * 2048 +
      12 * (3 * 2048 * 4096 + 2 * 2048 * 512 + 2 * 256) +
      36 * (2048 * 12288 + 2048 * 64 + 4 * 8192 + 2 * 32 + 128 + 4096 * 2048) +
      48 * (512 * 2048 + 11 * 3 * 2048 * 512 + 2048 + 2 * 2048) +
      2048,
    cache: [
      [1, 24_576],
      [262_144, 2 * 262_144 * 12 * 2 * 512],
    ],
    state: 2 * 36 * (32 * 128 * 128 + 4 * 8192),
  },
  {
    name: "MiniMax-Text-01",
    config: {
      architectures: ["MiniMaxText01ForCausalLM"],
      model_type: "minimax_text_01",
      attn_type_list: everyEighth,
      head_dim: 128,
      hidden_size: 6144,
      intermediate_size: 9216,
      num_experts_per_tok: 2,
      num_hidden_layers: 80,
      num_attention_heads: 64,
      num_key_value_heads: 8,
      num_local_experts: 32,
      postnorm: true,
      rotary_dim: 64,
      shared_intermediate_size: 0,
      vocab_size: 200064,
    },
    // 70 layers of lightning attention: queries, keys, values, gate and output of 8192, and a norm of it.
    parameters:
      2 * 200064 * 6144 +
      10 * (2 * 6144 * 8192 + 2 * 6144 * 1024) +
      70 * (5 * 6144 * 8192 + 8192) +
      80 * (32 * 6144 + 32 * 3 * 6144 * 9216 + 2 * 6144) +
      6144,
    published: 456_089_655_296,
    active:
      2 * 200064 * 6144 +
      10 * (2 * 6144 * 8192 + 2 * 6144 * 1024) +
      70 * (5 * 6144 * 8192 + 8192) +
      80 * (32 * 6144 + 2 * 3 * 6144 * 9216 + 2 * 6144) +
      6144,
    cache: [
      [1, 40_960],
      [1_048_576, 2 * 1_048_576 * 10 * 2 * 1024],
    ],
    state: 2 * 70 * 64 * 128 * 128,
  },
  {
    name: "LFM2 1.2B",
    config: {
      architectures: ["Lfm2ForCausalLM"],
      model_type: "lfm2",
      block_auto_adjust_ff_dim: true,
      block_dim: 2048,
      block_ff_dim: 12288,
      block_ffn_dim_multiplier: 1,
      block_multiple_of: 256,
      conv_L_cache: 3,
      conv_bias: false,
      conv_dim: 2048,
      full_attn_idxs: [2, 5, 8, 10, 12, 14],
      hidden_size: 2048,
      num_hidden_layers: 16,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      vocab_size: 65536,
    },
    // Two thirds of 12288 are 8192. Ten layers of a convolution between two gates.
    parameters:
      65536 * 2048 +
      6 * (2 * 2048 * 2048 + 2 * 2048 * 512 + 2 * 64) +
      10 * (2048 * 6144 + 3 * 2048 + 2048 * 2048) +
      16 * (3 * 2048 * 8192 + 2 * 2048) +
      2048,
    published: 1_170_340_608,
    cache: [
      [1, 12_288],
      [128_000, 2 * 128_000 * 6 * 2 * 512],
    ],
    state: 2 * 10 * 3 * 2048,
  },
  {
    name: "Jamba v0.1",
    config: {
      architectures: ["JambaForCausalLM"],
      model_type: "jamba",
      attn_layer_offset: 4,
      attn_layer_period: 8,
      expert_layer_offset: 1,
      expert_layer_period: 2,
      hidden_size: 4096,
      intermediate_size: 14336,
      mamba_conv_bias: true,
      mamba_d_conv: 4,
      mamba_d_state: 16,
      mamba_dt_rank: 256,
      mamba_expand: 2,
      mamba_proj_bias: false,
      num_experts: 16,
      num_experts_per_tok: 2,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      sliding_window: null,
      vocab_size: 65536,
    },
    // 28 layers of Mamba with norms of step, B and C; 16 layers of experts.
    parameters:
      2 * 65536 * 4096 +
      4 * (2 * 4096 * 4096 + 2 * 4096 * 1024) +
      28 * (4096 * 16384 + 5 * 8192 + 8192 * 288 + 256 * 8192 + 8192 + 16 * 8192 + 8192 + 8192 * 4096 + 288) +
      16 * 3 * 4096 * 14336 +
      16 * (16 * 4096 + 16 * 3 * 4096 * 14336) +
      32 * 2 * 4096 +
      4096,
    published: 51_570_323_328,
    active:
      2 * 65536 * 4096 +
      4 * (2 * 4096 * 4096 + 2 * 4096 * 1024) +
      28 * (4096 * 16384 + 5 * 8192 + 8192 * 288 + 256 * 8192 + 8192 + 16 * 8192 + 8192 + 8192 * 4096 + 288) +
      16 * 3 * 4096 * 14336 +
      16 * (16 * 4096 + 2 * 3 * 4096 * 14336) +
      32 * 2 * 4096 +
      4096,
    cache: [
      [1, 16_384],
      [262_144, 2 * 262_144 * 4 * 2 * 1024],
    ],
    state: 2 * 28 * (8192 * 16 + 8192 * 4),
  },
  {
    name: "Granite 4.0 H tiny",
    config: {
      architectures: ["GraniteMoeHybridForCausalLM"],
      model_type: "granitemoehybrid",
      hidden_size: 1536,
      intermediate_size: 512,
      layer_types: kinds(40, "mamba", "attention", [5, 15, 25, 35]),
      mamba_conv_bias: true,
      mamba_d_conv: 4,
      mamba_d_head: 64,
      mamba_d_state: 128,
      mamba_expand: 2,
      mamba_n_groups: 1,
      mamba_n_heads: 48,
      num_experts_per_tok: 6,
      num_hidden_layers: 40,
      num_attention_heads: 12,
      num_key_value_heads: 4,
      num_local_experts: 64,
      position_embedding_type: "nope",
      shared_intermediate_size: 1024,
      tie_word_embeddings: true,
      vocab_size: 100352,
    },
    // Mamba-2 of 3072 channels, 48 heads and one group of 128; experts of 512 beside a network of 1024.
    parameters:
      100352 * 1536 +
      4 * (2 * 1536 * 1536 + 2 * 1536 * 512) +
      36 * (1536 * (2 * 3072 + 2 * 128 + 48) + 5 * (3072 + 2 * 128) + 3 * 48 + 3072 + 3072 * 1536) +
      40 * (64 * 1536 + 64 * 3 * 1536 * 512 + 3 * 1536 * 1024 + 2 * 1536) +
      1536,
    published: 6_939_037_248,
    active:
      100352 * 1536 +
      4 * (2 * 1536 * 1536 + 2 * 1536 * 512) +
      36 * (1536 * (2 * 3072 + 2 * 128 + 48) + 5 * (3072 + 2 * 128) + 3 * 48 + 3072 + 3072 * 1536) +
      40 * (64 * 1536 + 6 * 3 * 1536 * 512 + 3 * 1536 * 1024 + 2 * 1536) +
      1536,
    cache: [
      [1, 8192],
      [131_072, 2 * 131_072 * 4 * 2 * 512],
    ],
    state: 2 * 36 * (3072 * 128 + 4 * (3072 + 2 * 128)),
  },
  {
    name: "RecurrentGemma 2B",
    config: {
      architectures: ["RecurrentGemmaForCausalLM"],
      model_type: "recurrent_gemma",
      attention_window_size: 2048,
      block_types: ["recurrent", "recurrent", "attention"],
      conv1d_width: 4,
      hidden_size: 2560,
      intermediate_size: 15360,
      lru_width: 2560,
      num_hidden_layers: 26,
      num_attention_heads: 10,
      num_key_value_heads: 1,
      vocab_size: 256000,
    },
    // 8 layers of attention with a window; 18 of a recurrence whose two gates have ten blocks of 256 · 256.
    parameters:
      256000 * 2560 +
      8 * (2 * 2560 * 2560 + 2 * 2560 * 256 + 2560) +
      18 * (3 * (2560 * 2560 + 2560) + 5 * 2560 + 2 * (10 * 256 * 256 + 2560) + 2560) +
      26 * (3 * 2560 * 7680 + 2 * 7680 + 2560 + 2 * 2560) +
      2560,
    published: 2_682_862_080,
    cache: [
      [1000, 2 * 1000 * 8 * 2 * 256],
      [8192, 2 * 2048 * 8 * 2 * 256],
    ],
    state: 2 * 18 * (2560 + 3 * 2560),
  },
  {
    name: "Attamba, the model that comes along",
    config: {
      architectures: ["AttambaForCausalLM"],
      model_type: "attamba",
      chunk_strategy: "cyclic",
      head_dim: 16,
      hidden_act: "silu",
      hidden_size: 64,
      intermediate_size: 176,
      leading_tokens: 4,
      num_attention_heads: 4,
      num_hidden_layers: 4,
      rms_norm_eps: 1e-5,
      rope_theta: 10000,
      ssm_conv_kernel: 4,
      ssm_intermediate_size: 64,
      ssm_num_heads: 4,
      ssm_state_size: 16,
      ssm_time_step_bias: false,
      tie_word_embeddings: false,
      token_chunk: 4,
      vocab_size: 256,
    },
    // Queries and outputs; twice a scan: z, x, B, C and dt, the convolution with its bias, A and D, a norm, the way out.
    parameters:
      2 * 256 * 64 +
      4 * (2 * 64 * 64 + 2 * (64 * 164 + 5 * 96 + 2 * 4 + 64 + 64 * 64) + 3 * 64 * 176 + 2 * 64) +
      64,
    published: 322_432,
    // The first token, the end of every chunk, and the last four tokens: at most.
    cache: [
      [4, 2 * 4 * 4 * 2 * 64],
      [128, 2 * 4 * (1 + 32 + 4) * 2 * 64],
    ],
    state: 2 * 4 * 2 * (64 * 16 + 3 * 96),
  },
];
