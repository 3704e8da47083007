import type {Case} from "./case.js";

/** Decoders in the manner of Llama: three matrices of the network, RMS norms, rotation. */
export const LLAMAS: readonly Case[] = [
  {
    name: "LLaMA 7B (Llama 1, capitals as its first files have them)",
    config: {
      architectures: ["LLaMAForCausalLM"],
      model_type: "llama",
      hidden_size: 4096,
      intermediate_size: 11008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      vocab_size: 32000,
    },
    parameters: 2 * 32000 * 4096 + 32 * (4 * 4096 * 4096 + 3 * 4096 * 11008 + 2 * 4096) + 4096,
    published: 6_738_415_616,
    cache: [
      [1, 524_288],
      [2048, 2 * 2048 * 32 * 2 * 4096],
    ],
  },
  {
    name: "Llama 2 70B",
    config: {
      model_type: "llama",
      hidden_size: 8192,
      intermediate_size: 28672,
      num_hidden_layers: 80,
      num_attention_heads: 64,
      num_key_value_heads: 8,
      vocab_size: 32000,
    },
    parameters:
      2 * 32000 * 8192 + 80 * (2 * 8192 * 8192 + 2 * 8192 * 1024 + 3 * 8192 * 28672 + 2 * 8192) + 8192,
    published: 68_976_648_192,
    cache: [
      [1, 327_680],
      [4096, 2 * 4096 * 80 * 2 * 1024],
    ],
  },
  {
    name: "Llama 3.1 8B",
    config: {
      architectures: ["LlamaForCausalLM"],
      model_type: "llama",
      hidden_size: 4096,
      intermediate_size: 14336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      vocab_size: 128256,
      max_position_embeddings: 131072,
      rope_theta: 500000,
      rope_scaling: {
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 8192,
        rope_type: "llama3",
      },
    },
    parameters:
      2 * 128256 * 4096 + 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336 + 2 * 4096) + 4096,
    published: 8_030_261_248,
    cache: [
      [1, 131_072],
      [131_072, 2 * 131_072 * 32 * 2 * 1024],
    ],
  },
  {
    name: "Mistral 7B v0.1",
    config: {
      architectures: ["MistralForCausalLM"],
      model_type: "mistral",
      hidden_size: 4096,
      intermediate_size: 14336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      sliding_window: 4096,
      vocab_size: 32000,
    },
    parameters:
      2 * 32000 * 4096 + 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336 + 2 * 4096) + 4096,
    published: 7_241_732_096,
    cache: [
      [1000, 2 * 1000 * 32 * 2 * 1024],
      [100_000, 2 * 4096 * 32 * 2 * 1024],
    ],
  },
  {
    name: "Qwen2.5 7B",
    config: {
      architectures: ["Qwen2ForCausalLM"],
      model_type: "qwen2",
      hidden_size: 3584,
      intermediate_size: 18944,
      max_window_layers: 28,
      num_hidden_layers: 28,
      num_attention_heads: 28,
      num_key_value_heads: 4,
      sliding_window: 131072,
      use_sliding_window: false,
      tie_word_embeddings: false,
      vocab_size: 152064,
    },
    // Biases of queries (3584), keys (512) and values (512).
    parameters:
      2 * 152064 * 3584 +
      28 * (2 * 3584 * 3584 + 2 * 3584 * 512 + 3584 + 512 + 512 + 3 * 3584 * 18944 + 2 * 3584) +
      3584,
    published: 7_615_616_512,
    cache: [
      [4096, 2 * 4096 * 28 * 2 * 512],
      [262_144, 2 * 262_144 * 28 * 2 * 512],
    ],
  },
  {
    name: "Qwen2 0.5B",
    config: {
      model_type: "qwen2",
      hidden_size: 896,
      intermediate_size: 4864,
      num_hidden_layers: 24,
      num_attention_heads: 14,
      num_key_value_heads: 2,
      tie_word_embeddings: true,
      vocab_size: 151936,
    },
    parameters:
      151936 * 896 + 24 * (2 * 896 * 896 + 2 * 896 * 128 + 896 + 128 + 128 + 3 * 896 * 4864 + 2 * 896) + 896,
    published: 494_032_768,
    cache: [
      [1, 12_288],
      [32_768, 2 * 32_768 * 24 * 2 * 128],
    ],
  },
  {
    name: "Qwen3 8B",
    config: {
      architectures: ["Qwen3ForCausalLM"],
      model_type: "qwen3",
      head_dim: 128,
      hidden_size: 4096,
      intermediate_size: 12288,
      num_hidden_layers: 36,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      vocab_size: 151936,
    },
    // Norms of a query head and a key head, 128 each.
    parameters:
      2 * 151936 * 4096 +
      36 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 2 * 128 + 3 * 4096 * 12288 + 2 * 4096) +
      4096,
    published: 8_190_735_360,
    cache: [
      [1, 147_456],
      [40_960, 2 * 40_960 * 36 * 2 * 1024],
    ],
  },
  {
    name: "SmolLM3 3B",
    config: {
      architectures: ["SmolLM3ForCausalLM"],
      model_type: "smollm3",
      hidden_size: 2048,
      intermediate_size: 11008,
      no_rope_layer_interval: 4,
      num_hidden_layers: 36,
      num_attention_heads: 16,
      num_key_value_heads: 4,
      sliding_window: null,
      use_sliding_window: false,
      vocab_size: 128256,
    },
    parameters: 128256 * 2048 + 36 * (2 * 2048 * 2048 + 2 * 2048 * 512 + 3 * 2048 * 11008 + 2 * 2048) + 2048,
    published: 3_075_098_624,
    cache: [
      [1, 73_728],
      [65_536, 2 * 65_536 * 36 * 2 * 512],
    ],
  },
  {
    name: "Granite 3.1 2B",
    config: {
      architectures: ["GraniteForCausalLM"],
      model_type: "granite",
      attention_multiplier: 0.015625,
      embedding_multiplier: 12,
      hidden_size: 2048,
      intermediate_size: 8192,
      logits_scaling: 8,
      num_hidden_layers: 40,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      residual_multiplier: 0.22,
      tie_word_embeddings: true,
      vocab_size: 49155,
    },
    parameters: 49155 * 2048 + 40 * (2 * 2048 * 2048 + 2 * 2048 * 512 + 3 * 2048 * 8192 + 2 * 2048) + 2048,
    published: 2_533_531_648,
    cache: [
      [1, 81_920],
      [131_072, 2 * 131_072 * 40 * 2 * 512],
    ],
  },
  {
    name: "InternLM 2 7B",
    config: {
      architectures: ["InternLM2ForCausalLM"],
      model_type: "internlm2",
      bias: false,
      hidden_size: 4096,
      intermediate_size: 14336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      vocab_size: 92544,
    },
    parameters:
      2 * 92544 * 4096 + 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336 + 2 * 4096) + 4096,
    published: 7_737_708_544,
    cache: [
      [1, 131_072],
      [32_768, 2 * 32_768 * 32 * 2 * 1024],
    ],
  },
];
