import type {Case} from "./case.js";

/** Masked diffusion language models. */
export const MASKED: readonly Case[] = [
  {
    name: "LLaDA 8B",
    config: {
      architectures: ["LLaDAModelLM"],
      model_type: "llada",
      activation_type: "silu",
      bias_for_layer_norm: false,
      block_type: "llama",
      d_model: 4096,
      embedding_size: 126_464,
      include_bias: false,
      include_qkv_bias: false,
      layer_norm_type: "rms",
      mask_token_id: 126_336,
      max_sequence_length: 4096,
      mlp_hidden_size: 12_288,
      mlp_ratio: 4,
      n_heads: 32,
      n_kv_heads: 32,
      n_layers: 32,
      rms_norm_eps: 1e-5,
      rope: true,
      rope_theta: 500_000,
      vocab_size: 126_464,
      weight_tying: false,
    },
    parameters: 2 * 126_464 * 4096 + 32 * (4 * 4096 * 4096 + 3 * 4096 * 12_288 + 2 * 4096) + 4096,
    published: 8_015_581_184,
    // What a prefix takes that is kept between steps.
    cache: [
      [1, 2 * 2 * 32 * 4096],
      [512, 512 * 2 * 2 * 32 * 4096],
    ],
  },
  {
    name: "Dream 7B",
    config: {
      architectures: ["DreamModel"],
      model_type: "Dream",
      hidden_act: "silu",
      hidden_size: 3584,
      intermediate_size: 18_944,
      mask_token_id: 151_666,
      max_position_embeddings: 131_072,
      max_window_layers: 28,
      num_attention_heads: 28,
      num_hidden_layers: 28,
      num_key_value_heads: 4,
      rms_norm_eps: 1e-6,
      rope_theta: 1_000_000,
      sliding_window: null,
      tie_word_embeddings: false,
      use_sliding_window: false,
      vocab_size: 152_064,
    },
    parameters:
      2 * 152_064 * 3584 +
      28 * (2 * 3584 * 3584 + 3584 + 2 * (3584 * 512 + 512) + 3 * 3584 * 18_944 + 2 * 3584) +
      3584,
    published: 7_615_616_512,
    cache: [
      [1, 2 * 2 * 28 * 512],
      [1024, 1024 * 2 * 2 * 28 * 512],
    ],
  },
];
