import type {Case} from "./case.js";

/** Mixtures whose routers read before attention, choose experts without matrices, or take all above zero. */
export const ROUTERS: readonly Case[] = [
  {
    name: "SmallThinker 4B-A0.6B",
    config: {
      architectures: ["SmallThinkerForCausalLM"],
      model_type: "smallthinker",
      head_dim: 128,
      hidden_size: 1536,
      moe_ffn_hidden_size: 768,
      moe_num_active_primary_experts: 4,
      moe_num_primary_experts: 32,
      moe_primary_router_apply_softmax: false,
      num_attention_heads: 12,
      num_hidden_layers: 32,
      num_key_value_heads: 2,
      rope_layout: Array(32).fill(1),
      sliding_window_layout: Array(32).fill(0),
      sliding_window_size: 4096,
      tie_word_embeddings: true,
      vocab_size: 151936,
    },
    // One matrix for embedding and head; the router, 32 experts.
    parameters:
      151936 * 1536 +
      32 * (2 * 1536 * 1536 + 2 * 1536 * 256 + 32 * 1536 + 32 * 3 * 1536 * 768 + 2 * 1536) +
      1536,
    published: null,
    active:
      151936 * 1536 +
      32 * (2 * 1536 * 1536 + 2 * 1536 * 256 + 32 * 1536 + 4 * 3 * 1536 * 768 + 2 * 1536) +
      1536,
    cache: [
      [1, 32 * 2 * 256 * 2],
      [16_384, 16_384 * 32 * 2 * 256 * 2],
    ],
  },
  {
    name: "SmallThinker 21B-A3B",
    config: {
      architectures: ["SmallThinkerForCausalLM"],
      model_type: "smallthinker",
      head_dim: 128,
      hidden_size: 2560,
      moe_ffn_hidden_size: 768,
      moe_num_active_primary_experts: 6,
      moe_num_primary_experts: 64,
      moe_primary_router_apply_softmax: true,
      num_attention_heads: 28,
      num_hidden_layers: 52,
      num_key_value_heads: 4,
      rope_layout: Array.from({length: 52}, (_, i) => (i % 4 === 0 ? 0 : 1)),
      sliding_window_layout: Array.from({length: 52}, (_, i) => (i % 4 === 0 ? 0 : 1)),
      sliding_window_size: 4096,
      tie_word_embeddings: false,
      vocab_size: 151936,
    },
    parameters:
      2 * 151936 * 2560 +
      52 * (2 * 2560 * 3584 + 2 * 2560 * 512 + 64 * 2560 + 64 * 3 * 2560 * 768 + 2 * 2560) +
      2560,
    published: null,
    active:
      2 * 151936 * 2560 +
      52 * (2 * 2560 * 3584 + 2 * 2560 * 512 + 64 * 2560 + 6 * 3 * 2560 * 768 + 2 * 2560) +
      2560,
    // One layer in four sees all, the others 4096 tokens.
    cache: [
      [1, 52 * 2 * 512 * 2],
      [16_384, 2 * 2 * 512 * (13 * 16_384 + 39 * 4096)],
    ],
  },
  {
    name: "mixture-small-zero",
    config: {
      architectures: ["MoEPlusPlusForCausalLM"],
      model_type: "moe_plus_plus",
      expert_input_scale: 1,
      gating_residual: true,
      head_dim: 16,
      hidden_size: 64,
      intermediate_size: 44,
      num_attention_heads: 4,
      num_constant_experts: 2,
      num_copy_experts: 1,
      num_experts_per_tok: 2,
      num_hidden_layers: 4,
      num_key_value_heads: 2,
      num_local_experts: 8,
      num_zero_experts: 1,
      tie_word_embeddings: false,
      vocab_size: 256,
    },
    // Twelve rows of scores, which three layers lead on; two vectors and the rows that mix them.
    parameters:
      2 * 256 * 64 +
      4 * (2 * 64 * 64 + 2 * 64 * 32 + 12 * 64 + 8 * 3 * 64 * 44 + 2 * 64 + 4 * 64 + 2 * 64) +
      3 * 12 * 12 +
      64,
    published: 357_872,
    active:
      2 * 256 * 64 +
      4 * (2 * 64 * 64 + 2 * 64 * 32 + 12 * 64 + 2 * 3 * 64 * 44 + 2 * 64 + 4 * 64 + 2 * 64) +
      3 * 12 * 12 +
      64,
    cache: [[1, 4 * 2 * 32 * 2]],
  },
  {
    name: "blockffn-small",
    config: {
      architectures: ["BlockFFNForCausalLM"],
      model_type: "blockffn",
      head_dim: 16,
      hidden_size: 64,
      intermediate_size: 8,
      num_attention_heads: 4,
      num_hidden_layers: 4,
      num_key_value_heads: 2,
      num_local_experts: 40,
      tie_word_embeddings: false,
      vocab_size: 256,
    },
    // Two matrices an expert; a gain for each score.
    parameters: 2 * 256 * 64 + 4 * (2 * 64 * 64 + 2 * 64 * 32 + 40 * 64 + 40 + 40 * 2 * 64 * 8 + 2 * 64) + 64,
    published: 256_736,
    cache: [[1, 4 * 2 * 32 * 2]],
  },
];
