import type {Case} from "./case.js";

/** Models that keep nothing but a state of fixed size. */
export const RECURRENT: readonly Case[] = [
  {
    name: "Mamba 2.8B",
    config: {
      architectures: ["MambaForCausalLM"],
      model_type: "mamba",
      conv_kernel: 4,
      hidden_size: 2560,
      intermediate_size: 5120,
      num_hidden_layers: 64,
      state_size: 16,
      time_step_rank: 160,
      vocab_size: 50280,
    },
    parameters:
      50280 * 2560 +
      64 *
        (2560 * 10240 + 5 * 5120 + 5120 * 192 + 160 * 5120 + 5120 + 16 * 5120 + 5120 + 5120 * 2560 + 2560) +
      2560,
    published: 2_768_345_600,
    cache: [
      [1, 0],
      [1_000_000, 0],
    ],
    state: 2 * 64 * (5120 * 16 + 5120 * 4),
  },
  {
    name: "Mamba 130M, in its authors' spelling, the vocabulary padded from 50277",
    config: {
      d_model: 768,
      fused_add_norm: true,
      n_layer: 24,
      pad_vocab_size_multiple: 8,
      residual_in_fp32: true,
      rms_norm: true,
      ssm_cfg: {},
      vocab_size: 50277,
    },
    parameters:
      50280 * 768 +
      24 * (768 * 3072 + 5 * 1536 + 1536 * 80 + 48 * 1536 + 1536 + 16 * 1536 + 1536 + 1536 * 768 + 768) +
      768,
    published: 129_135_360,
    cache: [
      [1, 0],
      [1_000_000, 0],
    ],
    state: 2 * 24 * (1536 * 16 + 1536 * 4),
  },
  {
    name: "Mamba2 2.7B, in its authors' spelling",
    config: {
      attn_cfg: {},
      attn_layer_idx: [],
      d_intermediate: 0,
      d_model: 2560,
      n_layer: 64,
      pad_vocab_size_multiple: 16,
      rms_norm: true,
      ssm_cfg: {layer: "Mamba2"},
      tie_embeddings: true,
      vocab_size: 50277,
    },
    // 80 heads of 64, one group of 128.
    parameters:
      50288 * 2560 +
      64 * (2560 * (2 * 5120 + 2 * 128 + 80) + 5 * (5120 + 256) + 3 * 80 + 5120 + 5120 * 2560 + 2560) +
      2560,
    published: 2_702_599_680,
    cache: [
      [1, 0],
      [1_000_000, 0],
    ],
    state: 2 * 64 * (5120 * 128 + 4 * (5120 + 256)),
  },
  {
    name: "Mamba2 of eight groups, as Codestral Mamba 7B has them",
    config: {
      architectures: ["Mamba2ForCausalLM"],
      model_type: "mamba2",
      conv_kernel: 4,
      expand: 2,
      head_dim: 64,
      hidden_size: 4096,
      n_groups: 8,
      num_heads: 128,
      num_hidden_layers: 64,
      state_size: 128,
      tie_word_embeddings: false,
      vocab_size: 32768,
    },
    parameters:
      2 * 32768 * 4096 +
      64 * (4096 * (2 * 8192 + 2 * 1024 + 128) + 5 * (8192 + 2048) + 3 * 128 + 8192 + 8192 * 4096 + 4096) +
      4096,
    published: 7_285_403_648,
    cache: [
      [1, 0],
      [1_000_000, 0],
    ],
    state: 2 * 64 * (8192 * 128 + 4 * (8192 + 2048)),
  },
  {
    name: "RWKV-4 169M",
    config: {
      architectures: ["RwkvForCausalLM"],
      model_type: "rwkv",
      attention_hidden_size: 768,
      context_length: 1024,
      hidden_size: 768,
      intermediate_size: 3072,
      num_hidden_layers: 12,
      vocab_size: 50277,
    },
    // Four square matrices and five vectors; a network of a square one beside its two, and two vectors; two norms.
    parameters:
      2 * 50277 * 768 +
      12 * (4 * 768 * 768 + 5 * 768 + 2 * 768 * 3072 + 768 * 768 + 2 * 768 + 4 * 768) +
      2 * 768 +
      2 * 768,
    published: 169_342_464,
    cache: [
      [1, 0],
      [1_000_000, 0],
    ],
    state: 2 * 12 * 5 * 768,
  },
  {
    name: "MatMul-free LM, the model that comes along",
    config: {
      architectures: ["HGRNBitForCausalLM"],
      model_type: "hgrn_bit",
      attn_mode: "fused_recurrent",
      expand_ratio: 1,
      hidden_act: "silu",
      hidden_ratio: 4,
      hidden_size: 64,
      intermediate_size: null,
      num_heads: 1,
      num_hidden_layers: 4,
      rms_norm_eps: 1e-6,
      tie_word_embeddings: false,
      use_lower_bound: true,
      use_short_conv: false,
      vocab_size: 256,
    },
    // Four square matrices and three of 256 neurons, which follow from the width; six norms of matrices, three others and the bounds.
    parameters: 2 * 256 * 64 + 4 * (4 * 64 * 64 + 3 * 64 * 256 + 5 * 64 + 256 + 3 * 64 + 64) + 2 * 64,
    published: 298_368,
    cache: [
      [4, 0],
      [128, 0],
    ],
    state: 2 * 4 * 64,
  },
];
