import type {Case} from "./case.js";

/** Decoders with layer norms and networks of two matrices, and images. */
export const OLDER: readonly Case[] = [
  {
    name: "GPT-2",
    config: {
      architectures: ["GPT2LMHeadModel"],
      model_type: "gpt2",
      n_ctx: 1024,
      n_embd: 768,
      n_head: 12,
      n_layer: 12,
      n_positions: 1024,
      vocab_size: 50257,
    },
    // Every matrix has a bias, every norm two vectors.
    parameters:
      50257 * 768 +
      1024 * 768 +
      12 * (4 * (768 * 768 + 768) + (768 * 3072 + 3072) + (3072 * 768 + 768) + 4 * 768) +
      2 * 768,
    published: 124_439_808,
    cache: [
      [1, 36_864],
      [1024, 2 * 1024 * 12 * 2 * 768],
    ],
  },
  {
    name: "Pythia 1B",
    config: {
      architectures: ["GPTNeoXForCausalLM"],
      model_type: "gpt_neox",
      hidden_size: 2048,
      intermediate_size: 8192,
      num_hidden_layers: 16,
      num_attention_heads: 8,
      rotary_emb_base: 10000,
      rotary_pct: 0.25,
      vocab_size: 50304,
    },
    parameters:
      2 * 50304 * 2048 +
      16 * (4 * (2048 * 2048 + 2048) + (2048 * 8192 + 8192) + (8192 * 2048 + 2048) + 4 * 2048) +
      2 * 2048,
    published: 1_011_781_632,
    cache: [
      [1, 131_072],
      [2048, 2 * 2048 * 16 * 2 * 2048],
    ],
  },
  {
    name: "OPT 350M, whose embedding is narrower than its stream",
    config: {
      architectures: ["OPTForCausalLM"],
      model_type: "opt",
      do_layer_norm_before: false,
      ffn_dim: 4096,
      hidden_size: 1024,
      max_position_embeddings: 2048,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      vocab_size: 50272,
      word_embed_proj_dim: 512,
    },
    // Rows of 512, a matrix in and one out, 2050 positions, no last norm.
    parameters:
      50272 * 512 +
      2 * 512 * 1024 +
      2050 * 1024 +
      24 * (4 * (1024 * 1024 + 1024) + (1024 * 4096 + 4096) + (4096 * 1024 + 1024) + 4 * 1024),
    published: 331_196_416,
    cache: [
      [1, 98_304],
      [2048, 2 * 2048 * 24 * 2 * 1024],
    ],
  },
  {
    name: "Falcon 7B",
    config: {
      architectures: ["FalconForCausalLM"],
      model_type: "falcon",
      alibi: false,
      bias: false,
      hidden_size: 4544,
      multi_query: true,
      new_decoder_architecture: false,
      num_hidden_layers: 32,
      num_attention_heads: 71,
      parallel_attn: true,
      vocab_size: 65024,
    },
    // One key head of 64, one norm a layer.
    parameters:
      65024 * 4544 + 32 * (2 * 4544 * 4544 + 2 * 4544 * 64 + 2 * 4544 * 18176 + 2 * 4544) + 2 * 4544,
    published: 6_921_720_704,
    cache: [
      [1, 8192],
      [2048, 2 * 2048 * 32 * 2 * 64],
    ],
  },
  {
    name: "Falcon 40B, in the older spelling",
    config: {
      architectures: ["RWForCausalLM"],
      model_type: "RefinedWeb",
      alibi: false,
      bias: false,
      hidden_size: 8192,
      n_head: 128,
      n_head_kv: 8,
      n_layer: 60,
      new_decoder_architecture: true,
      parallel_attn: true,
      vocab_size: 65024,
    },
    // Eight key heads of 64, two norms a layer.
    parameters:
      65024 * 8192 + 60 * (2 * 8192 * 8192 + 2 * 8192 * 512 + 2 * 8192 * 32768 + 4 * 8192) + 2 * 8192,
    published: 41_303_293_952,
    cache: [
      [1, 122_880],
      [2048, 2 * 2048 * 60 * 2 * 512],
    ],
  },
  {
    name: "StarCoder2 3B",
    config: {
      architectures: ["Starcoder2ForCausalLM"],
      model_type: "starcoder2",
      hidden_act: "gelu_pytorch_tanh",
      hidden_size: 3072,
      intermediate_size: 12288,
      num_hidden_layers: 30,
      num_attention_heads: 24,
      num_key_value_heads: 2,
      sliding_window: 4096,
      use_bias: true,
      vocab_size: 49152,
    },
    parameters:
      49152 * 3072 +
      30 *
        (2 * (3072 * 3072 + 3072) +
          2 * (3072 * 256 + 256) +
          (3072 * 12288 + 12288) +
          (12288 * 3072 + 3072) +
          4 * 3072) +
      2 * 3072,
    published: 3_030_371_328,
    cache: [
      [1000, 2 * 1000 * 30 * 2 * 256],
      [16_384, 2 * 4096 * 30 * 2 * 256],
    ],
  },
  {
    name: "StableLM 2 1.6B",
    config: {
      architectures: ["StableLmForCausalLM"],
      model_type: "stablelm",
      hidden_size: 2048,
      intermediate_size: 5632,
      num_hidden_layers: 24,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      partial_rotary_factor: 0.25,
      use_qkv_bias: true,
      vocab_size: 100352,
    },
    parameters: 2 * 100352 * 2048 + 24 * (4 * 2048 * 2048 + 3 * 2048 + 3 * 2048 * 5632 + 4 * 2048) + 2 * 2048,
    published: 1_644_515_328,
    cache: [
      [1, 196_608],
      [4096, 2 * 4096 * 24 * 2 * 2048],
    ],
  },
  {
    name: "ViT-S/16",
    config: {
      architectures: ["ViTForImageClassification"],
      model_type: "vit",
      hidden_size: 384,
      intermediate_size: 1536,
      num_hidden_layers: 12,
      num_attention_heads: 6,
      num_labels: 1000,
    },
    // Patches of 16 · 16 · 3, one learned token, 197 positions.
    parameters:
      768 * 384 +
      384 +
      384 +
      197 * 384 +
      12 * (4 * (384 * 384 + 384) + (384 * 1536 + 1536) + (1536 * 384 + 384) + 4 * 384) +
      2 * 384 +
      (384 * 1000 + 1000),
    published: 22_050_664,
    cache: [],
  },
  {
    name: "the classifier of pictures of this project",
    config: {
      architectures: ["VMambaForImageClassification"],
      model_type: "vmamba",
      hidden_size: 64,
      num_hidden_layers: 6,
      intermediate_size: 96,
      state_size: 16,
      time_step_rank: 4,
      conv_kernel: 3,
      image_size: 32,
      patch_size: 4,
      num_channels: 1,
      num_labels: 10,
    },
    // Patches of 4 · 4; in a layer norm, projections, convolution, four directions and the norm behind them; norm and head.
    parameters:
      16 * 64 +
      64 +
      6 * (2 * 64 + 3 * 64 * 96 + 10 * 96 + 4 * (36 * 96 + 4 * 96 + 96 + 16 * 96 + 96) + 2 * 96) +
      2 * 64 +
      (64 * 10 + 10),
    published: 253_770,
    cache: [],
  },
];
