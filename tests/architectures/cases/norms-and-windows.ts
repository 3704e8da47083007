import type {Case} from "./case.js";

/** Decoders with norms, heads or windows of their own. */
export const NORMS_AND_WINDOWS: readonly Case[] = [
  {
    name: "Gemma 2B",
    config: {
      architectures: ["GemmaForCausalLM"],
      model_type: "gemma",
      head_dim: 256,
      hidden_act: "gelu",
      hidden_size: 2048,
      intermediate_size: 16384,
      num_hidden_layers: 18,
      num_attention_heads: 8,
      num_key_value_heads: 1,
      vocab_size: 256000,
    },
    parameters: 256000 * 2048 + 18 * (2 * 2048 * 2048 + 2 * 2048 * 256 + 3 * 2048 * 16384 + 2 * 2048) + 2048,
    published: 2_506_172_416,
    cache: [
      [1, 18_432],
      [8192, 2 * 8192 * 18 * 2 * 256],
    ],
  },
  {
    name: "Gemma 2 2B",
    config: {
      architectures: ["Gemma2ForCausalLM"],
      model_type: "gemma2",
      head_dim: 256,
      hidden_size: 2304,
      intermediate_size: 9216,
      num_hidden_layers: 26,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      sliding_window: 4096,
      vocab_size: 256000,
    },
    // Four norms a layer; 13 of 26 layers see 4096 tokens.
    parameters: 256000 * 2304 + 26 * (2 * 2304 * 2048 + 2 * 2304 * 1024 + 3 * 2304 * 9216 + 4 * 2304) + 2304,
    published: 2_614_341_888,
    cache: [
      [1000, 2 * 1000 * 26 * 2 * 1024],
      [8192, 2 * 2 * 1024 * (13 * 4096 + 13 * 8192)],
    ],
  },
  {
    name: "Gemma 3 1B",
    config: {
      architectures: ["Gemma3ForCausalLM"],
      model_type: "gemma3_text",
      head_dim: 256,
      hidden_size: 1152,
      intermediate_size: 6912,
      num_hidden_layers: 26,
      num_attention_heads: 4,
      num_key_value_heads: 1,
      query_pre_attn_scalar: 256,
      sliding_window: 512,
      sliding_window_pattern: 6,
      vocab_size: 262144,
    },
    // Norms of a query head and a key head beside four a layer; 4 of 26 layers see all.
    parameters:
      262144 * 1152 + 26 * (2 * 1152 * 1024 + 2 * 1152 * 256 + 2 * 256 + 3 * 1152 * 6912 + 4 * 1152) + 1152,
    published: 999_885_952,
    cache: [
      [100, 2 * 100 * 26 * 2 * 256],
      [32_768, 2 * 2 * 256 * (22 * 512 + 4 * 32_768)],
    ],
  },
  {
    name: "Gemma 3 4B, the text part of a folder that omits what is its default",
    config: {
      architectures: ["Gemma3ForConditionalGeneration"],
      model_type: "gemma3",
      mm_tokens_per_image: 256,
      text_config: {
        hidden_size: 2560,
        intermediate_size: 10240,
        model_type: "gemma3_text",
        num_hidden_layers: 34,
        rope_scaling: {factor: 8, rope_type: "linear"},
        sliding_window: 1024,
      },
      vision_config: {hidden_size: 1152, model_type: "siglip_vision_model"},
    },
    // By default 262208 tokens, 8 heads and 4 key heads of 256; 5 of 34 layers see all.
    parameters:
      262208 * 2560 + 34 * (2 * 2560 * 2048 + 2 * 2560 * 1024 + 2 * 256 + 3 * 2560 * 10240 + 4 * 2560) + 2560,
    published: 3_880_263_168,
    cache: [
      [1000, 2 * 1000 * 34 * 2 * 1024],
      [131_072, 2 * 2 * 1024 * (29 * 1024 + 5 * 131_072)],
    ],
  },
  {
    name: "Phi-3 mini 4k",
    config: {
      architectures: ["Phi3ForCausalLM"],
      model_type: "phi3",
      hidden_size: 3072,
      intermediate_size: 8192,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      sliding_window: 2047,
      tie_word_embeddings: false,
      vocab_size: 32064,
    },
    parameters: 2 * 32064 * 3072 + 32 * (4 * 3072 * 3072 + 3 * 3072 * 8192 + 2 * 3072) + 3072,
    published: 3_821_079_552,
    cache: [
      [1000, 2 * 1000 * 32 * 2 * 3072],
      [4096, 2 * 2047 * 32 * 2 * 3072],
    ],
  },
  {
    name: "Phi-4",
    config: {
      architectures: ["Phi3ForCausalLM"],
      model_type: "phi3",
      hidden_size: 5120,
      intermediate_size: 17920,
      num_hidden_layers: 40,
      num_attention_heads: 40,
      num_key_value_heads: 10,
      sliding_window: null,
      tie_word_embeddings: false,
      vocab_size: 100352,
    },
    parameters:
      2 * 100352 * 5120 + 40 * (2 * 5120 * 5120 + 2 * 5120 * 1280 + 3 * 5120 * 17920 + 2 * 5120) + 5120,
    published: 14_659_507_200,
    cache: [
      [1, 204_800],
      [16_384, 2 * 16_384 * 40 * 2 * 1280],
    ],
  },
  {
    name: "Command R v01",
    config: {
      architectures: ["CohereForCausalLM"],
      model_type: "cohere",
      hidden_size: 8192,
      intermediate_size: 22528,
      logit_scale: 0.0625,
      num_hidden_layers: 40,
      num_attention_heads: 64,
      num_key_value_heads: 64,
      use_qk_norm: false,
      vocab_size: 256000,
    },
    // One norm a layer, and the head is the embedding.
    parameters: 256000 * 8192 + 40 * (4 * 8192 * 8192 + 3 * 8192 * 22528 + 8192) + 8192,
    published: 34_980_831_232,
    cache: [
      [1, 2_621_440 / 2],
      [131_072, 2 * 131_072 * 40 * 2 * 8192],
    ],
  },
  {
    name: "Command R7B",
    config: {
      architectures: ["Cohere2ForCausalLM"],
      model_type: "cohere2",
      hidden_size: 4096,
      intermediate_size: 14336,
      logit_scale: 0.25,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      sliding_window: 4096,
      sliding_window_pattern: 4,
      vocab_size: 256000,
    },
    // 8 of 32 layers see all.
    parameters: 256000 * 4096 + 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336 + 4096) + 4096,
    published: 8_028_033_024,
    cache: [
      [1000, 2 * 1000 * 32 * 2 * 1024],
      [131_072, 2 * 2 * 1024 * (24 * 4096 + 8 * 131_072)],
    ],
  },
  {
    name: "OLMo 7B",
    config: {
      architectures: ["OlmoForCausalLM"],
      model_type: "olmo",
      hidden_size: 4096,
      intermediate_size: 11008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      vocab_size: 50304,
    },
    // Its norms have no weights.
    parameters: 2 * 50304 * 4096 + 32 * (4 * 4096 * 4096 + 3 * 4096 * 11008),
    published: 6_888_095_744,
    cache: [
      [1, 524_288],
      [2048, 2 * 2048 * 32 * 2 * 4096],
    ],
  },
  {
    name: "OLMo 2 7B",
    config: {
      architectures: ["Olmo2ForCausalLM"],
      model_type: "olmo2",
      hidden_size: 4096,
      intermediate_size: 11008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      vocab_size: 100352,
    },
    // Norms of all queries and all keys beside two a layer.
    parameters: 2 * 100352 * 4096 + 32 * (4 * 4096 * 4096 + 2 * 4096 + 3 * 4096 * 11008 + 2 * 4096) + 4096,
    published: 7_298_617_344,
    cache: [
      [1, 524_288],
      [4096, 2 * 4096 * 32 * 2 * 4096],
    ],
  },
  {
    name: "OLMo 3 7B",
    config: {
      architectures: ["Olmo3ForCausalLM"],
      model_type: "olmo3",
      hidden_size: 4096,
      intermediate_size: 11008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      sliding_window: 4096,
      vocab_size: 100278,
    },
    // 8 of 32 layers see all.
    parameters: 2 * 100278 * 4096 + 32 * (4 * 4096 * 4096 + 2 * 4096 + 3 * 4096 * 11008 + 2 * 4096) + 4096,
    published: 7_298_011_136,
    cache: [
      [1000, 2 * 1000 * 32 * 2 * 4096],
      [65_536, 2 * 2 * 4096 * (24 * 4096 + 8 * 65_536)],
    ],
  },
  {
    name: "GLM-4 9B",
    config: {
      architectures: ["GlmForCausalLM"],
      model_type: "glm",
      attention_bias: true,
      head_dim: 128,
      hidden_size: 4096,
      intermediate_size: 13696,
      num_hidden_layers: 40,
      num_attention_heads: 32,
      num_key_value_heads: 2,
      partial_rotary_factor: 0.5,
      vocab_size: 151552,
    },
    // Biases of queries (4096), keys (256) and values (256).
    parameters:
      2 * 151552 * 4096 +
      40 * (2 * 4096 * 4096 + 2 * 4096 * 256 + 4096 + 256 + 256 + 3 * 4096 * 13696 + 2 * 4096) +
      4096,
    published: 9_399_951_360,
    cache: [
      [1, 40_960],
      [131_072, 2 * 131_072 * 40 * 2 * 256],
    ],
  },
];
