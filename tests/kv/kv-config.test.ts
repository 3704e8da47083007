import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {FormatError} from "../../src/lib/io/format-error.js";
import {kvBytesPerToken, kvCacheBytes} from "../../src/lib/kv/calculator.js";
import {kvModelFromConfig} from "../../src/lib/kv/kv-config.js";
import {mlaExplicit} from "../../src/lib/kv/mla/mla-technique.js";

/** The keys that matter, as the published files have them. */
const LLAMA = {
  model_type: "llama",
  intermediate_size: 14_336,
  vocab_size: 128_256,
  hidden_size: 4096,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
};
const LITE = {
  model_type: "deepseek_v2",
  intermediate_size: 10_944,
  vocab_size: 102_400,
  hidden_size: 2048,
  num_attention_heads: 16,
  num_hidden_layers: 27,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 128,
  v_head_dim: 128,
};
const GEMMA2 = {
  ...LLAMA,
  model_type: "gemma2",
  hidden_size: 3584,
  num_attention_heads: 16,
  num_hidden_layers: 42,
  head_dim: 256,
  sliding_window: 4096,
};
const GEMMA3 = {
  model_type: "gemma3",
  text_config: {
    model_type: "gemma3_text",
    hidden_size: 2560,
    intermediate_size: 10_240,
    num_hidden_layers: 34,
    sliding_window: 1024,
  },
};
const QWEN2 = {
  ...LLAMA,
  model_type: "qwen2",
  num_hidden_layers: 28,
  hidden_size: 3584,
  num_attention_heads: 28,
  num_key_value_heads: 4,
  sliding_window: 131_072,
  use_sliding_window: false,
  max_window_layers: 28,
};
const GPT2 = {model_type: "gpt2", n_embd: 768, n_head: 12, n_layer: 12, vocab_size: 50_257};

const read = (config: object) => kvModelFromConfig(JSON.stringify(config));
const windowed = (config: object) =>
  read(config).windows!.flatMap((window, layer) => (window === null ? [] : [layer]));

describe("kvModelFromConfig", () => {
  test.each([
    ["multi-head", GPT2, 12 * 2 * 768 * 2],
    ["grouped-query", LLAMA, 131_072],
    ["grouped-query with a wide head", GEMMA2, 42 * 2 * 8 * 256 * 2],
    ["latent", LITE, 27 * 576 * 2],
    ["vision and language", GEMMA3, 34 * 2 * 4 * 256 * 2],
  ])("of a %s model gives its bytes per token", (_, config, bytes) => {
    expect(kvBytesPerToken(read(config), 1)).toBe(bytes);
  });

  test("of latent attention knows what its heads would cache", () => {
    expect(kvCacheBytes(read(LITE), 1, {technique: mlaExplicit})).toBe(27 * 16 * 320 * 2);
  });

  test("slides in the layers that the type or the file says", () => {
    expect(windowed(GEMMA2)).toEqual(Array.from({length: 21}, (_, i) => 2 * i));
    expect(read(GEMMA3).windows!.filter((window) => window === null)).toHaveLength(5);
    expect(windowed({...LLAMA, model_type: "mistral", sliding_window: 4096})).toHaveLength(32);
    expect(windowed({...LLAMA, model_type: "mistral", sliding_window: null})).toEqual([]);
    expect(windowed(QWEN2)).toEqual([]);
    expect(windowed({...QWEN2, use_sliding_window: true, max_window_layers: 26})).toEqual([26, 27]);
    const types = ["full_attention", "sliding_attention"];
    const small = {...LLAMA, num_hidden_layers: 2, layer_types: types, sliding_window: 9};
    expect(read(small).windows).toEqual([null, 9]);
  });

  test("counts a sliding layer no further than its window", () => {
    expect(kvCacheBytes(read(GEMMA2), 8192)).toBe(2 * 8 * 256 * 2 * (21 * 4096 + 21 * 8192));
  });

  test.each([
    ["{", "kvModelFromConfig: config.json must be"],
    ["[1]", "kvModelFromConfig: config.json must be a JSON object, got [1] (at byte 0)"],
    ["", "kvModelFromConfig: config.json must be"],
    [
      '{"model_type": "llama", "model_type": "opt"}',
      "config.json must be a name that occurs once, got model_type",
    ],
    [
      JSON.stringify({model_type: "mamba", hidden_size: 16, num_hidden_layers: 2, vocab_size: 32}),
      "config.json: model_type must be a model with layers that cache keys and values, or latents, got mamba",
    ],
    [JSON.stringify({...LLAMA, model_type: "t5"}), "config.json: model_type must be one of llama, mistral"],
    [JSON.stringify({...LLAMA, model_type: undefined}), "config.json: model_type must be one of llama"],
    [JSON.stringify({...LLAMA, model_type: "__proto__"}), "config.json: model_type must be one of llama"],
    [
      JSON.stringify({...LLAMA, num_hidden_layers: 1e9}),
      "kvModelFromConfig: config.json: num_hidden_layers must be at most 4096, got 1000000000",
    ],
    [
      JSON.stringify({...LLAMA, num_hidden_layers: "32"}),
      "config.json: num_hidden_layers must be an integer of at least 1, got 32",
    ],
    [
      JSON.stringify({...LLAMA, num_key_value_heads: 5}),
      "num_key_value_heads must be a divisor of the 32 heads, got 5",
    ],
    [
      JSON.stringify({...LLAMA, hidden_size: 4097}),
      "hidden_size must be a multiple of the 32 heads; give head_dim, got 4097",
    ],
    [
      JSON.stringify({...LLAMA, layer_types: ["linear_attention"], num_hidden_layers: 1}),
      "layer_types must be one of full_attention, sliding_attention, got linear_attention",
    ],
    [
      JSON.stringify({...LITE, qk_rope_head_dim: undefined}),
      "qk_rope_head_dim must be an integer of at least 1, got undefined",
    ],
  ])("refuses %s", (text, message) => {
    expect(() => kvModelFromConfig(text)).toThrow(FormatError);
    expect(() => kvModelFromConfig(text)).toThrow(message);
  });

  test("with any field spoilt gives a cache of finite size, or says what is wrong", () => {
    const spoilt = fc.oneof(
      fc.constantFrom(undefined, null, {}, [1], true, Number.MAX_SAFE_INTEGER, 2 ** 40, -1, 0.5, "x"),
      fc.integer(),
    );
    const cases = fc
      .constantFrom<Record<string, unknown>>(LLAMA, LITE, GEMMA2, QWEN2, GPT2)
      .chain((config) => fc.tuple(fc.constant(config), fc.constantFrom(...Object.keys(config)), spoilt));
    fc.assert(
      fc.property(cases, ([config, key, value]) => {
        let bytes: number;
        try {
          bytes = kvCacheBytes(read({...config, [key]: value}), 1000);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          return;
        }
        expect(Number.isFinite(bytes) && bytes > 0).toBe(true);
      }),
      {seed: 4, numRuns: 800},
    );
  });
});
