import {decoderConfig} from "../../../src/lib/engine/decoder/config.js";
import {parseJsonObject, SIDE_FILE_LIMITS} from "../../../src/lib/io/json-file.js";
import type {FuzzTarget} from "../target.js";

const LLAMA = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  vocab_size: 256,
  hidden_size: 64,
  intermediate_size: 176,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  rope_scaling: {
    rope_type: "llama3",
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 64,
  },
  tie_word_embeddings: false,
  hidden_act: "silu",
};

export const config: FuzzTarget = {
  id: "config",
  seeds: async () => [new TextEncoder().encode(JSON.stringify(LLAMA))],
  read(bytes) {
    const json = parseJsonObject(bytes, {reader: "fuzz", field: "config.json", limits: SIDE_FILE_LIMITS});
    decoderConfig(json);
  },
};
