import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {kvElements, stateElements} from "../../src/lib/architectures/cache-elements.js";
import type {ModelRecord} from "../../src/lib/architectures/model-record.js";
import {parameterCount} from "../../src/lib/architectures/parameters.js";
import {modelRecordOfObject, modelRecordOfText} from "../../src/lib/architectures/read-model.js";
import type {AttentionMixer} from "../../src/lib/architectures/record/mixer.js";
import {MODEL_TYPES} from "../../src/lib/architectures/registry.js";
import {FormatError} from "../../src/lib/io/format-error.js";
import {CASES} from "./cases/all.js";

const LLAMA = {
  model_type: "llama",
  hidden_size: 64,
  intermediate_size: 176,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 256,
};
/** GPT-2 and its like have keys and values of every head. */
const heads = (own: object) =>
  "model_type" in own && /^(gpt|opt)/.test(String(own.model_type)) ? {num_key_value_heads: 4} : {};
const read = (own: object) => modelRecordOfObject({...LLAMA, ...heads(own), ...own});
const attentionOf = ({layers}: ModelRecord, layer = 0) => layers[layer].mixer as AttentionMixer;

describe("what is not known is refused with its name", () => {
  test.each([
    [{model_type: "t5"}, `model_type must be one of ${MODEL_TYPES.join(", ")}, got t5`],
    [{model_type: undefined}, "model_type must be one of llama"],
    [{model_type: "toString"}, "model_type must be one of llama"],
    [{architectures: ["NopeForCausalLM"]}, "architectures must be one of LlamaForCausalLM"],
    [{architectures: ["LlamaForSequenceClassification"]}, "got LlamaForSequenceClassification"],
    [{architectures: ["Qwen2ForCausalLM"]}, "architectures must be LlamaForCausalLM"],
    [{hidden_act: "tanh"}, "hidden_act must be one of silu, swish"],
    [{rope_scaling: {rope_type: "mrope"}}, "rope_scaling.rope_type must be one of default, linear"],
    [
      {layer_types: ["chunked_attention", "x", "x", "x"]},
      "layer_types must be one of full_attention, sliding",
    ],
    [{layer_types: ["full_attention"]}, "layer_types must be 4 of full_attention and sliding_attention"],
    [
      {model_type: "qwen3_next", moe_intermediate_size: 8, layer_types: ["a", "a", "a", "a"]},
      "layer_types must be one of linear_att",
    ],
    [
      {model_type: "granitemoehybrid", layer_types: ["rwkv", "a", "a", "a"]},
      "must be one of mamba, attention",
    ],
    [{model_type: "gpt2", n_positions: 8, add_cross_attention: true}, "add_cross_attention must be false"],
    [{model_type: "mamba", hidden_act: "gelu"}, "hidden_act must be silu"],
    [
      {
        model_type: "deepseek_v3",
        kv_lora_rank: 8,
        qk_nope_head_dim: 8,
        qk_rope_head_dim: 8,
        v_head_dim: 8,
        n_routed_experts: 4,
        moe_intermediate_size: 8,
        num_experts_per_tok: 2,
        topk_method: "x",
      },
      "topk_method must be one of greedy",
    ],
  ])("%j", (own, message) => {
    expect(() => read(own)).toThrow(FormatError);
    expect(() => read(own)).toThrow(message);
  });

  test.each([
    {num_experts: 8},
    {num_local_experts: 8},
    {sliding_window: 4096},
    {num_kv_shared_layers: 2},
    {kv_lora_rank: 16},
    {use_bidirectional_attention: true},
    {qk_layernorm: true},
    {final_logit_softcapping: 30},
    {residual_multiplier: 0.22},
    {is_encoder_decoder: true},
    {alibi: true},
  ])("a key that would change a Llama's meaning: %j", (own) => {
    const [key] = Object.keys(own);
    expect(() => read(own)).toThrow(`config.json: ${key} must be left out: models of this type are not`);
    expect(() => read({[key]: null})).not.toThrow();
  });

  test("a mixture's layers without experts are no Mixtral's", () => {
    expect(() => read({model_type: "mixtral", first_k_dense_replace: 2})).toThrow("first_k_dense_replace");
  });

  test("two spellings of a size that disagree", () => {
    expect(() => read({n_layer: 5})).toThrow("n_layer must be what num_hidden_layers is, 4, got 5");
    expect(read({n_layer: 4}).layers).toHaveLength(4);
  });
});

describe("a record", () => {
  test("has each family's own default of the tie flag", () => {
    const tied = (type: string, own: object = {}) => read({model_type: type, ...own}).tied;
    for (const type of ["llama", "mistral", "qwen2", "qwen3", "phi3", "olmo2", "granite", "gpt_neox"])
      expect(tied(type), type).toBe(false);
    for (const type of [
      "gemma",
      "gemma2",
      "gemma3_text",
      "cohere",
      "cohere2",
      "smollm3",
      "opt",
      "gpt2",
      "falcon",
    ])
      expect(tied(type, type === "falcon" ? {num_key_value_heads: 2} : {}), type).toBe(true);
    expect(read({tie_word_embeddings: true}).tied).toBe(true);
    expect(read({model_type: "gemma", tie_word_embeddings: false}).tied).toBe(false);
  });

  test("is the same in the older and the newer spelling of rotation", () => {
    const scaling = {rope_type: "yarn", factor: 4, original_max_position_embeddings: 32_768};
    const older = read({rope_theta: 1e6, rope_scaling: scaling, max_position_embeddings: 131_072});
    const newer = read({rope_parameters: {rope_theta: 1e6, ...scaling}, max_position_embeddings: 131_072});
    expect(newer).toEqual(older);
    expect(attentionOf(older).rope).toEqual({
      theta: 1e6,
      dim: 16,
      pairs: "halves",
      scaling: {
        kind: "yarn",
        factor: 4,
        originalMaxPositions: 32_768,
        betaFast: 32,
        betaSlow: 1,
        truncate: true,
        attentionFactor: 0.1 * Math.log(4) + 1,
      },
    });
  });

  test("knows two ropes of a Gemma 3, in both spellings", () => {
    const older = {model_type: "gemma3_text", rope_theta: 1e6, rope_local_base_freq: 1e4};
    const newer = {
      model_type: "gemma3_text",
      rope_parameters: {
        full_attention: {rope_type: "linear", factor: 8, rope_theta: 1e6},
        sliding_attention: {rope_type: "default", rope_theta: 1e4},
      },
    };
    const own = {num_hidden_layers: 6, head_dim: 16};
    const [a, b] = [
      read({...older, ...own, rope_scaling: {type: "linear", factor: 8}}),
      read({...newer, ...own}),
    ];
    expect(b).toEqual(a);
    expect(attentionOf(a, 0).rope).toMatchObject({theta: 1e4, scaling: null});
    expect(attentionOf(a, 5).rope).toMatchObject({theta: 1e6, scaling: {kind: "linear", factor: 8}});
  });

  test("holds a longrope's two lists, as many as pairs are rotated", () => {
    const rope_scaling = {
      type: "longrope",
      short_factor: [1, 2, 3, 4, 5, 6, 7, 8],
      long_factor: [8, 7, 6, 5, 4, 3, 2, 1],
    };
    const own = {
      model_type: "phi3",
      max_position_embeddings: 131_072,
      original_max_position_embeddings: 4096,
    };
    expect(attentionOf(read({...own, rope_scaling})).rope?.scaling).toMatchObject({
      kind: "longrope",
      originalMaxPositions: 4096,
      attentionFactor: Math.sqrt(1 + Math.log(32) / Math.log(4096)),
    });
    expect(() => read({...own, rope_scaling: {...rope_scaling, long_factor: [1]}})).toThrow(
      "rope_scaling.long_factor must be 8 positive numbers",
    );
  });

  test("has head counts and widths by layer where the file lists them", () => {
    const record = read({num_key_value_heads: [4, 2, 1, 2], intermediate_size: [8, 16, 24, 32]});
    expect(record.layers.map(({mixer}) => (mixer as AttentionMixer).kvHeads)).toEqual([4, 2, 1, 2]);
    expect(kvElements(record, 10)).toBe(10 * 2 * 16 * 9);
    expect(() => read({num_key_value_heads: [4, 2]})).toThrow("num_key_value_heads must be 4 integers");
    expect(() => read({num_key_value_heads: [4, 2, 3, 2]})).toThrow(
      "must be a divisor of the 4 heads, got 3",
    );
  });

  test("names extra prediction layers, the begin token and what was not read", () => {
    const deepseek = CASES.find(({name}) => name.startsWith("DeepSeek-V3"))?.config ?? {};
    expect(modelRecordOfObject(deepseek).extraPredictionLayers).toBe(1);
    expect([
      read({bos_token_id: 5}).beginToken,
      read({}).beginToken,
      read({bos_token_id: null}).beginToken,
    ]).toEqual([5, null, null]);
    expect(read({_name_or_path: "/home/me", initializer_range: 0.02, moods: 3}).ignored).toEqual([
      {key: "_name_or_path", reason: "a path or a name, which is not used"},
      {key: "initializer_range", reason: "for training"},
      {key: "moods", reason: "not known to change the network"},
    ]);
    expect(JSON.stringify(read({_name_or_path: "/home/me"}))).not.toContain("/home/me");
  });

  test("reads what newer files write: a window of 0 that is off, the rotated share in two places, recurrences by one name", () => {
    expect(
      attentionOf(read({model_type: "qwen2", use_sliding_window: false, sliding_window: 0})).window,
    ).toBe(null);
    const glm = {model_type: "glm", head_dim: 16, partial_rotary_factor: 0.5};
    const both = {
      ...glm,
      rope_parameters: {rope_type: "default", rope_theta: 1e4, partial_rotary_factor: 0.5},
    };
    expect(attentionOf(read(both))).toEqual(attentionOf(read(glm)));
    expect(() => read({...both, partial_rotary_factor: 1})).toThrow("partial_rotary_factor must be 0.5");
    const hybrid = {model_type: "granitemoehybrid", mamba_n_heads: 4, mamba_d_head: 32, mamba_d_state: 8};
    const named = (recurrent: string, full: string) =>
      read({...hybrid, layer_types: [recurrent, full, recurrent, recurrent]}).layers;
    expect(named("linear_attention", "full_attention")).toEqual(named("mamba", "attention"));
  });

  test.each(["gpt2", "gpt_neox", "opt"])(
    "refuses fewer key heads in %s, whose own library would not read them",
    (model_type) => {
      expect(() => read({model_type, num_key_value_heads: 2})).toThrow(
        "num_key_value_heads must be the 4 heads",
      );
      expect(() => read({model_type, head_dim: 8})).toThrow("head_dim must be 16");
    },
  );

  test("has the bias of the output projection where a family has one", () => {
    const o = (own: object) => attentionOf(read(own)).biases.o;
    expect([o({}), o({attention_bias: true}), o({model_type: "qwen2"}), o({model_type: "gpt_neox"})]).toEqual(
      [false, true, false, true],
    );
    expect(parameterCount(read({attention_bias: true})).total - parameterCount(read({})).total).toBe(
      4 * (64 + 32 + 32 + 64),
    );
  });
});

describe("JSON as Python writes it", () => {
  const mamba = (limit: string) =>
    modelRecordOfText(
      `{"model_type": "mamba2", "hidden_size": 64, "num_hidden_layers": 2, "num_heads": 8, "head_dim": 16, "n_groups": 2, "vocab_size": 32, "time_step_limit": ${limit}, "junk": NaN}`,
    );

  test.each(["[0.0, Infinity]", '[0.0, {"__float__": "Infinity"}]'])("%s is read", (limit) => {
    expect(mamba(limit).layers[0].mixer).toMatchObject({
      timeStepLimit: [0, Number.POSITIVE_INFINITY],
      normGroups: 2,
    });
  });

  test("NaN is no bound", () => {
    expect(() => mamba("[NaN, 1.0]")).toThrow("time_step_limit must be two numbers, 0 <= low <= high");
  });
});

describe("every count has a bound", () => {
  const HUGE = [2 ** 32, Number.MAX_SAFE_INTEGER, 1e300, -1, 0.5, "32"];

  test.each(CASES)("$name", ({config}) => {
    for (const [key, value] of Object.entries(config)) {
      if (typeof value !== "number" || !Number.isInteger(value)) continue;
      for (const wrong of HUGE) {
        try {
          const record = modelRecordOfObject({...config, [key]: wrong});
          expect(Number.isSafeInteger(parameterCount(record).total)).toBe(true);
          expect(Number.isSafeInteger(kvElements(record, 1) + stateElements(record))).toBe(true);
        } catch (error) {
          expect(error, `${key}: ${wrong}`).toBeInstanceOf(FormatError);
        }
      }
    }
  });

  test("with any field spoilt there is a record of finite size, or an error that names the key", () => {
    const spoilt = fc.oneof(
      fc.constantFrom(undefined, null, {}, [1], true, "x", 2 ** 24, -1, 0.5),
      fc.integer({min: 0, max: 5000}),
    );
    const cases = fc
      .constantFrom<Record<string, unknown>>(...CASES.map(({config}) => ({...config})))
      .chain((config) => fc.tuple(fc.constant(config), fc.constantFrom(...Object.keys(config)), spoilt));
    fc.assert(
      fc.property(cases, ([config, key, value]) => {
        try {
          expect(
            Number.isSafeInteger(parameterCount(modelRecordOfObject({...config, [key]: value})).total),
          ).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          expect(String(error)).toMatch(/^FormatError: modelRecord: config\.json: [\w.]+ must be /);
        }
      }),
      {seed: 14, numRuns: 3000},
    );
  });
});
