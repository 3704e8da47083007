import {describe, expect, test} from "vitest";
import {kvElements, stateElements} from "../../src/lib/architectures/cache-elements.js";
import {parameterCount} from "../../src/lib/architectures/parameters.js";
import {modelRecordOfObject} from "../../src/lib/architectures/read-model.js";
import {kinds} from "./cases/case.js";

/** Files with all the keys that their publishers write, where some say nothing of the network. */
const WHOLE: readonly [name: string, config: object, parameters: number][] = [
  [
    "Command R7B",
    {
      architectures: ["Cohere2ForCausalLM"],
      attention_bias: false,
      attention_dropout: 0,
      bos_token_id: 5,
      cache_implementation: "hybrid",
      eos_token_id: 255001,
      head_dim: 128,
      hidden_act: "silu",
      hidden_size: 4096,
      initializer_range: 0.02,
      intermediate_size: 14336,
      layer_norm_eps: 1e-5,
      layer_switch: 4,
      logit_scale: 0.25,
      max_position_embeddings: 8192,
      model_type: "cohere2",
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 8,
      order_of_interleaved_layers: "local_attn_first",
      pad_token_id: 0,
      position_embedding_type: "rope_gptj",
      rope_scaling: null,
      rope_theta: 50000,
      rotary_pct: 1,
      sliding_window: 4096,
      sliding_window_pattern: 4,
      torch_dtype: "bfloat16",
      transformers_version: "4.48.0.dev0",
      use_cache: true,
      use_embedding_sharing: true,
      use_gated_activation: true,
      use_parallel_block: true,
      use_parallel_embedding: true,
      vocab_size: 256000,
    },
    8_028_033_024,
  ],
  [
    "Granite 4.0 micro: a hybrid's type and keys, and no Mamba layer",
    {
      architectures: ["GraniteMoeHybridForCausalLM"],
      attention_bias: false,
      attention_multiplier: 0.015625,
      embedding_multiplier: 12,
      hidden_size: 2560,
      init_method: "mup",
      intermediate_size: 8192,
      layer_types: kinds(40, "attention", "attention", []),
      logits_scaling: 10,
      mamba_chunk_size: 256,
      mamba_conv_bias: true,
      mamba_d_conv: 4,
      mamba_d_head: 32,
      mamba_d_state: 256,
      mamba_expand: 2,
      mamba_n_groups: 1,
      mamba_n_heads: 128,
      mamba_proj_bias: false,
      model_type: "granitemoehybrid",
      normalization_function: "rmsnorm",
      num_attention_heads: 40,
      num_experts_per_tok: 0,
      num_hidden_layers: 40,
      num_key_value_heads: 8,
      num_local_experts: 0,
      position_embedding_type: "rope",
      residual_multiplier: 0.22,
      rope_scaling: null,
      rope_theta: 10000000,
      router_aux_loss_coef: 0.01,
      shared_intermediate_size: 8192,
      tie_word_embeddings: true,
      vocab_size: 100352,
    },
    100352 * 2560 + 40 * (2 * 2560 * 2560 + 2 * 2560 * 512 + 3 * 2560 * 8192 + 2 * 2560) + 2560,
  ],
  [
    "Qwen3 4B",
    {
      architectures: ["Qwen3ForCausalLM"],
      attention_bias: false,
      attention_dropout: 0,
      bos_token_id: 151643,
      eos_token_id: 151645,
      head_dim: 128,
      hidden_act: "silu",
      hidden_size: 2560,
      initializer_range: 0.02,
      intermediate_size: 9728,
      max_position_embeddings: 40960,
      max_window_layers: 36,
      model_type: "qwen3",
      num_attention_heads: 32,
      num_hidden_layers: 36,
      num_key_value_heads: 8,
      rms_norm_eps: 1e-6,
      rope_scaling: null,
      rope_theta: 1000000,
      sliding_window: null,
      tie_word_embeddings: true,
      torch_dtype: "bfloat16",
      use_cache: true,
      use_sliding_window: false,
      vocab_size: 151936,
    },
    4_022_468_096,
  ],
  [
    "LFM2 350M",
    {
      architectures: ["Lfm2ForCausalLM"],
      block_auto_adjust_ff_dim: true,
      block_dim: 1024,
      block_ff_dim: 6656,
      block_ffn_dim_multiplier: 1.0,
      block_mlp_init_scale: 1.0,
      block_multiple_of: 256,
      block_norm_eps: 1e-5,
      block_out_init_scale: 1.0,
      block_use_swiglu: true,
      block_use_xavier_init: true,
      bos_token_id: 1,
      conv_L_cache: 3,
      conv_bias: false,
      conv_dim: 1024,
      conv_dim_out: 1024,
      conv_use_xavier_init: true,
      eos_token_id: 7,
      full_attn_idxs: [2, 5, 8, 10, 12, 14],
      hidden_size: 1024,
      max_position_embeddings: 128000,
      model_type: "lfm2",
      norm_eps: 1e-5,
      num_attention_heads: 16,
      num_heads: 16,
      num_hidden_layers: 16,
      num_key_value_heads: 8,
      rope_theta: 1000000,
      use_pos_enc: true,
      vocab_size: 65536,
    },
    354_483_968,
  ],
];

describe.each(WHOLE)("the whole file of %s", (_, config, parameters) => {
  test("is read", () => {
    expect(parameterCount(modelRecordOfObject(config)).total).toBe(parameters);
  });
});

describe("the text part of a folder about more", () => {
  test("has its family's sizes where it is left out", () => {
    const record = modelRecordOfObject({
      model_type: "gemma3",
      architectures: ["Gemma3ForConditionalGeneration"],
    });
    expect([record.family, record.hidden, record.layers.length, record.vocabulary.rows, record.tied]).toEqual(
      ["gemma3_text", 2304, 26, 262_208, true],
    );
  });

  test("of LLaVA 1.5 is a Llama of 7 billion with the usual sizes", () => {
    const text_config = {
      _name_or_path: "lmsys/vicuna-7b-v1.5",
      architectures: ["LlamaForCausalLM"],
      max_position_embeddings: 4096,
      model_type: "llama",
      rms_norm_eps: 1e-5,
      vocab_size: 32064,
    };
    const record = modelRecordOfObject({model_type: "llava", text_config, tie_word_embeddings: false});
    expect(parameterCount(record).total).toBe(6_738_415_616 + 2 * 64 * 4096);
    expect(kvElements(record, 1)).toBe(262_144);
  });

  test("of PaliGemma is read there, though the file has a width of its own", () => {
    const text_config = {
      hidden_size: 2048,
      intermediate_size: 16384,
      num_attention_heads: 8,
      num_hidden_layers: 18,
      num_key_value_heads: 1,
      vocab_size: 257216,
    };
    const record = modelRecordOfObject({model_type: "paligemma", hidden_size: 4096, text_config});
    expect([record.family, parameterCount(record).total]).toEqual(["gemma", 2_506_172_416 + 1216 * 2048]);
  });

  test("that is refused names the part", () => {
    expect(() => modelRecordOfObject({model_type: "llava", text_config: {model_type: "opt2"}})).toThrow(
      "config.json: text_config.model_type must be one of llama",
    );
  });
});

test("a Mamba whose file mixes both spellings is the same model", () => {
  const authors = {
    d_model: 64,
    n_layer: 2,
    vocab_size: 50,
    ssm_cfg: {d_state: 8, d_conv: 3},
    pad_vocab_size_multiple: 8,
  };
  const ported = {
    model_type: "mamba",
    hidden_size: 64,
    num_hidden_layers: 2,
    vocab_size: 56,
    state_size: 8,
    conv_kernel: 3,
  };
  const [a, b, c] = [authors, {...authors, model_type: "mamba"}, ported].map((each) =>
    modelRecordOfObject(each),
  );
  expect([a.family, b.family]).toEqual(["mamba", "mamba"]);
  expect(a.layers).toEqual(c.layers);
  expect(b.layers).toEqual(c.layers);
  expect([a, b, c].map((each) => parameterCount(each).total)).toEqual(
    [c, c, c].map((each) => parameterCount(each).total),
  );
  expect(stateElements(a)).toBe(2 * 128 * (8 + 3));
});
