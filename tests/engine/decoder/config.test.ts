import {describe, expect, test} from "vitest";
import {decoderConfig} from "../../../src/lib/engine/decoder/config.js";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {parseJsonObject, SIDE_FILE_LIMITS} from "../../../src/lib/io/json-file.js";
import {TINY_CONFIG} from "../tiny.js";

function read(config: Record<string, unknown>) {
  const bytes = new TextEncoder().encode(JSON.stringify(config));
  return decoderConfig(
    parseJsonObject(bytes, {reader: "test", field: "config.json", limits: SIDE_FILE_LIMITS}),
  );
}

const withKeys = (keys: Record<string, unknown>) => read({...TINY_CONFIG, ...keys});

describe("decoderConfig", () => {
  test("reads the sizes of the published spelling", () => {
    expect(read(TINY_CONFIG)).toEqual({
      architecture: "LlamaForCausalLM",
      hiddenSize: 20,
      intermediateSize: 28,
      layers: 2,
      heads: 6,
      kvHeads: 3,
      headDim: 4,
      vocabSize: 23,
      maxPositions: 64,
      normEps: 1e-5,
      ropeTheta: 1000,
      ropeScaling: null,
      tied: false,
      windows: [null, null],
      biases: {qkv: false, o: false, mlp: false},
    });
  });

  test("what is absent or null takes the family's default", () => {
    const {head_dim, num_key_value_heads, rms_norm_eps, rope_theta, tie_word_embeddings, ...rest} =
      TINY_CONFIG;
    const config = read({...rest, hidden_size: 24, rope_scaling: null});
    expect(config).toMatchObject({headDim: 4, kvHeads: 6, normEps: 1e-6, ropeTheta: 10_000, tied: false});
    expect(withKeys({head_dim: null, hidden_size: 24, num_key_value_heads: null})).toMatchObject({
      headDim: 4,
      kvHeads: 6,
    });
  });

  test("llama3 scaling reads the same in both spellings, and by its oldest name", () => {
    const keys = {factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32};
    const scaling = {factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 32};
    const {rope_theta, ...rest} = TINY_CONFIG;
    const expected = {ropeTheta: 1000, ropeScaling: scaling};
    expect(withKeys({rope_scaling: {rope_type: "llama3", ...keys}})).toMatchObject(expected);
    expect(withKeys({rope_scaling: {type: "llama3", ...keys}})).toMatchObject(expected);
    expect(read({...rest, rope_parameters: {rope_type: "llama3", rope_theta, ...keys}})).toMatchObject(
      expected,
    );
    expect(read({...rest, rope_parameters: {rope_type: "default", rope_theta: 7}})).toMatchObject({
      ropeTheta: 7,
      ropeScaling: null,
    });
  });

  test("Mistral looks through its window in every layer; null means none, absent the first model's", () => {
    const mistral = {...TINY_CONFIG, architectures: ["MistralForCausalLM"]};
    expect(read({...mistral, sliding_window: 5}).windows).toEqual([5, 5]);
    expect(read({...mistral, sliding_window: null}).windows).toEqual([null, null]);
    expect(read(mistral).windows).toEqual([4096, 4096]);
  });

  test("Qwen2 uses its window only when told to, and only from max_window_layers on", () => {
    const qwen = {
      ...TINY_CONFIG,
      architectures: ["Qwen2ForCausalLM"],
      num_hidden_layers: 4,
      sliding_window: 6,
    };
    expect(read(qwen).windows).toEqual([null, null, null, null]);
    expect(read({...qwen, use_sliding_window: true}).windows).toEqual([null, null, null, null]);
    expect(read({...qwen, use_sliding_window: true, max_window_layers: 3}).windows).toEqual([
      null,
      null,
      null,
      6,
    ]);
    expect(read({...qwen, use_sliding_window: true, max_window_layers: 0}).windows).toEqual([6, 6, 6, 6]);
    const types = ["sliding_attention", "full_attention", "full_attention", "sliding_attention"];
    expect(read({...qwen, use_sliding_window: true, layer_types: types}).windows).toEqual([6, null, null, 6]);
    expect(read(qwen).biases).toEqual({qkv: true, o: false, mlp: false});
  });

  test("attention_bias and mlp_bias ask for the biases of a Llama", () => {
    expect(withKeys({attention_bias: true, mlp_bias: true}).biases).toEqual({qkv: true, o: true, mlp: true});
  });

  test.each([
    [
      {architectures: ["GemmaForCausalLM"]},
      "unknown-architecture",
      "architectures must be one of LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, got GemmaForCausalLM",
    ],
    [{architectures: []}, "unknown-architecture", "got undefined"],
    [{architectures: undefined}, "unknown-architecture", "got undefined"],
    [
      {hidden_size: undefined},
      "bad-value",
      "config.json: hidden_size must be an integer of at least 1, got undefined",
    ],
    [{num_hidden_layers: 0}, "bad-value", "num_hidden_layers must be an integer of at least 1, got 0"],
    [{num_attention_heads: "6"}, "bad-value", "num_attention_heads must be an integer of at least 1, got 6"],
    [{num_key_value_heads: 4}, "bad-value", "num_key_value_heads must be a divisor of the 6 heads, got 4"],
    [{head_dim: undefined}, "bad-value", "head_dim must be an integer of at least 1, got 3.333"],
    [{head_dim: 5}, "bad-value", "head_dim must be even, since rotary rotates pairs, got 5"],
    [{vocab_size: 2 ** 60}, "bad-value", "vocab_size must be an integer"],
    [{rms_norm_eps: 0}, "bad-value", "rms_norm_eps must be a positive number, got 0"],
    [{rope_theta: "many"}, "bad-value", "rope_theta must be a positive number, got many"],
    [{rope_scaling: 3}, "bad-value", "rope_scaling must be an object or null, got 3"],
    [
      {rope_scaling: {rope_type: "yarn", factor: 4}},
      "unsupported",
      "rope_type must be default or llama3, got yarn",
    ],
    [
      {rope_scaling: {rope_type: "llama3", factor: 4}},
      "bad-value",
      "low_freq_factor must be a positive number, got undefined",
    ],
    [
      {
        rope_scaling: {
          rope_type: "llama3",
          factor: 4,
          low_freq_factor: 4,
          high_freq_factor: 4,
          original_max_position_embeddings: 9,
        },
      },
      "bad-value",
      "high_freq_factor must be above low_freq_factor, got 4",
    ],
    [{hidden_act: "gelu"}, "unsupported", "hidden_act must be silu, got gelu"],
    [{partial_rotary_factor: 0.5}, "unsupported", "partial_rotary_factor must be 1, got 0.5"],
    [{tie_word_embeddings: 1}, "bad-value", "tie_word_embeddings must be true or false, got 1"],
    [
      {architectures: ["Qwen2ForCausalLM"], use_sliding_window: true, layer_types: ["full_attention"]},
      "bad-value",
      "layer_types must be 2 of full_attention and sliding_attention, got [full_attention]",
    ],
    [
      {architectures: ["Qwen2ForCausalLM"], use_sliding_window: true, layer_types: ["full_attention", "x"]},
      "bad-value",
      "got x",
    ],
  ])("%j is refused", (keys, kind, message) => {
    try {
      withKeys(keys);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      expect((error as FormatError).message).toContain(message);
      expect((error as FormatError).kind).toBe(kind);
      return;
    }
    throw new Error("accepted");
  });
});
