import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {modelFromConfig} from "../../src/lib/accel/hf-config.js";
import {MACHINES} from "../../src/lib/accel/machines.js";
import {compareMeasurements, MEASUREMENTS} from "../../src/lib/accel/measurements.js";
import {kvElementsPerToken, type Model, parameterCount} from "../../src/lib/accel/model.js";
import {MODELS, modelById} from "../../src/lib/accel/models.js";
import {machinesFromJson, modelsFromJson} from "../../src/lib/accel/tables.js";
import {buildOperators} from "../../src/lib/accel/workload/build.js";
import {decode} from "../../src/lib/accel/workload/step.js";
import {FormatError} from "../../src/lib/io/format-error.js";

const mine = {
  id: "my-board",
  title: "My board",
  source: "measured at home",
  peakTops: {fp16: 2},
  bandwidthGBs: 30,
  memoryGB: 16,
  memoryKind: "lpddr",
};

describe("a user's machines", () => {
  test("join the table, one record or a list, with what may be left out filled in", () => {
    const table = machinesFromJson(mine, MACHINES);
    expect(table.size).toBe(MACHINES.size + 1);
    expect(table.get("my-board")).toEqual({...mine, verified: false, tdpWatts: null});
    expect(machinesFromJson([mine, {...mine, id: "other"}]).size).toBe(2);
  });

  test("the published machines are of the same form", () => {
    expect(machinesFromJson(JSON.parse(JSON.stringify([...MACHINES.values()])))).toEqual(new Map(MACHINES));
  });

  const wrong: [string, unknown, string | RegExp][] = [
    [
      "a missing field",
      {...mine, bandwidthGBs: undefined},
      /machinesFromJson: 0\.bandwidthGBs .*, got undefined/,
    ],
    [
      "a rate of zero",
      {...mine, peakTops: {fp16: 0}},
      "machinesFromJson: 0.peakTops.fp16 must be above 0, got 0",
    ],
    ["no rate", {...mine, peakTops: {}}, "machinesFromJson: 0.peakTops must name at least one rate"],
    ["an unknown format", {...mine, peakTops: {fp64: 1}}, /0\.peakTops\.fp64/],
    ["an unknown field", {...mine, flops: 1}, /0\.flops/],
    [
      "an infinite bandwidth",
      {...mine, bandwidthGBs: Number.POSITIVE_INFINITY},
      /0\.bandwidthGBs must be finite/,
    ],
    ["an id with capitals", {...mine, id: "Mine"}, /0\.id must be lower case letters, digits, dots, hyphens/],
    ["something else", 7, /machinesFromJson: 0 .*got 7/],
  ];
  for (const [what, json, message] of wrong) {
    test(`refuse ${what}`, () => expect(() => machinesFromJson(json)).toThrow(message));
  }

  test("may not take a published id", () => {
    expect(() => machinesFromJson({...mine, id: "h200"}, MACHINES)).toThrow(
      "machinesFromJson: id must be new, got h200 again",
    );
  });
});

describe("a user's models", () => {
  test("the published models are of the same form", () => {
    expect(modelsFromJson(JSON.parse(JSON.stringify([...MODELS.values()])))).toEqual(new Map(MODELS));
  });

  test("sizes that do not go together are refused", () => {
    const llama = modelById("llama-3.1-8b");
    const broken = {
      ...llama,
      id: "x",
      groups: [{...llama.groups[0], mixer: {kind: "gqa", heads: 7, kvHeads: 2, headDim: 64}}],
    };
    expect(() => modelsFromJson(broken)).toThrow(
      "modelsFromJson: x: heads must be a multiple of kvHeads = 2, got 7",
    );
    const moe = {
      ...llama,
      id: "y",
      groups: [{...llama.groups[0], ffn: {kind: "moe", experts: 2, active: 3, shared: 0, width: 8}}],
    };
    expect(() => modelsFromJson(moe)).toThrow("modelsFromJson: y: active must be at most experts = 2, got 3");
    expect(() => modelsFromJson({...llama, id: "z", hidden: 1.5})).toThrow(
      /0\.hidden must be an integer, got 1\.5/,
    );
    expect(() => modelsFromJson({...llama, id: "z", groups: []})).toThrow(
      /0\.groups must hold at least one group/,
    );
  });
});

const LLAMA = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  tie_word_embeddings: false,
};
const MISTRAL = {...LLAMA, model_type: "mistral"};
const OPT = {
  model_type: "opt",
  hidden_size: 2048,
  ffn_dim: 8192,
  num_hidden_layers: 24,
  num_attention_heads: 32,
  vocab_size: 50272,
  max_position_embeddings: 2048,
};
const LITE = {
  model_type: "deepseek_v2",
  hidden_size: 2048,
  intermediate_size: 10944,
  moe_intermediate_size: 1408,
  num_hidden_layers: 27,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  q_lora_rank: null,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 128,
  v_head_dim: 128,
  n_routed_experts: 64,
  n_shared_experts: 2,
  num_experts_per_tok: 6,
  first_k_dense_replace: 1,
  vocab_size: 102400,
};
const QWEN = {
  ...LLAMA,
  model_type: "qwen2",
  hidden_size: 3584,
  intermediate_size: 18944,
  num_hidden_layers: 28,
  num_attention_heads: 28,
  num_key_value_heads: 4,
  vocab_size: 152064,
};
const MAMBA = {model_type: "mamba", d_model: 2560, n_layer: 64, vocab_size: 50280};
const GPT2 = {model_type: "gpt2", n_embd: 768, n_head: 12, n_layer: 12, n_positions: 1024, vocab_size: 50257};
const VIT = {
  model_type: "vit",
  hidden_size: 384,
  intermediate_size: 1536,
  num_hidden_layers: 12,
  num_attention_heads: 6,
  num_labels: 1000,
};
const QWEN3 = {
  ...LLAMA,
  model_type: "qwen3",
  hidden_size: 1024,
  intermediate_size: 3072,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  vocab_size: 151936,
  tie_word_embeddings: true,
};

const PYTHIA = {
  model_type: "gpt_neox",
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  vocab_size: 50304,
  tie_word_embeddings: false,
};
const STARCODER = {
  model_type: "starcoder2",
  hidden_size: 3072,
  intermediate_size: 12288,
  num_hidden_layers: 30,
  num_attention_heads: 24,
  num_key_value_heads: 2,
  vocab_size: 49152,
};

test("no size of a model in JSON is larger than any model's", () => {
  const llama = modelById("llama-3.1-8b");
  const [group] = llama.groups;
  const changed = (own: object) => () => modelsFromJson({...llama, id: "huge", ...own});
  expect(changed({groups: [{...group, count: 2 ** 32}]})).toThrow(
    /groups\.0\.count must be at most 4096, got/,
  );
  expect(changed({hidden: 2 ** 40})).toThrow(/hidden must be at most 16777216/);
  expect(changed({groups: Array(5000).fill(group)})).toThrow(/groups must hold at most 4096 groups/);
});

describe("a config.json", () => {
  const counts: [string, object, number][] = [
    ["Llama 3.1 8B", LLAMA, 8_030_261_248],
    ["OPT 1.3B", OPT, 1_315_758_080],
    ["DeepSeek-V2-Lite", LITE, 15_706_484_224],
    ["Qwen2.5 7B", QWEN, 7_615_616_512],
    ["Mamba 2.8B", MAMBA, 2_768_345_600],
    ["GPT-2", GPT2, 124_439_808],
    ["ViT-S/16", VIT, 22_050_664],
    ["Pythia 1.4B", PYTHIA, 1_414_647_808],
    ["StarCoder2 3B", STARCODER, 3_030_371_328],
    ["Qwen3 0.6B", QWEN3, 596_049_920],
  ];
  for (const [name, config, count] of counts) {
    test(`of ${name} gives its ${count} parameters`, () => {
      expect(parameterCount(modelFromConfig(config)).total).toBe(count);
    });
  }

  test("with any field spoilt gives a model whose costs are finite, or says what is wrong", () => {
    const configs = [
      LLAMA,
      OPT,
      LITE,
      QWEN,
      MAMBA,
      {...MAMBA, model_type: "mamba2"},
      GPT2,
      VIT,
      QWEN3,
      PYTHIA,
    ];
    const spoilt = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.integer({min: -5, max: 1_000_000}),
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant({}),
      fc.constant([1]),
    );
    const cases = fc
      .constantFrom<Record<string, unknown>>(...configs)
      .chain((config) => fc.tuple(fc.constant(config), fc.constantFrom(...Object.keys(config)), spoilt));
    fc.assert(
      fc.property(cases, ([config, field, value]) => {
        let model: Model;
        try {
          model = modelFromConfig({...config, [field]: value});
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          expect((error as Error).message).toMatch(/^modelFromConfig: .{10,}/);
          return;
        }
        expect(
          Number.isSafeInteger(parameterCount(model).total) || parameterCount(model).total > 2 ** 53,
        ).toBe(true);
        for (const op of buildOperators(model, decode(1, 10))) {
          expect(Number.isFinite(op.flops) && op.flops >= 0 && op.weights >= 0).toBe(true);
        }
      }),
      {seed: 21, numRuns: 1500},
    );
  });

  test("of a vision-language model is read for its decoder", () => {
    const model = modelFromConfig({model_type: "llava", text_config: LLAMA});
    expect(kvElementsPerToken(model)).toBe(65_536);
  });

  test("a window counts unless it is switched off", () => {
    const mixer = (extra: object) => modelFromConfig({...MISTRAL, ...extra}).groups[0].mixer;
    expect(mixer({sliding_window: 4096})).toMatchObject({window: 4096});
    const qwen = {...QWEN, sliding_window: 4096, use_sliding_window: false};
    expect(modelFromConfig(qwen).groups[0].mixer).not.toHaveProperty("window");
    expect(mixer({sliding_window: null})).not.toHaveProperty("window");
  });

  const wrong: [string, unknown, string][] = [
    ["nothing", null, "modelFromConfig: config must be an object, got null"],
    ["a list", [1], "modelFromConfig: config must be an object, got a list"],
    [
      "a missing size",
      {...LLAMA, hidden_size: undefined},
      "modelFromConfig: config.json: hidden_size must be an integer of at least 1, got undefined",
    ],
    [
      "a size that is text",
      {...LLAMA, vocab_size: "many"},
      "modelFromConfig: config.json: vocab_size must be an integer of at least 1, got many",
    ],
    [
      "a negative size",
      {...LLAMA, num_hidden_layers: -3},
      "modelFromConfig: config.json: num_hidden_layers must be an integer of at least 1, got -3",
    ],
    [
      "heads that do not group",
      {...LLAMA, num_key_value_heads: 5},
      "modelFromConfig: config.json: num_key_value_heads must be a divisor of the 32 heads, got 5",
    ],
    [
      "a width that heads do not divide",
      {...LLAMA, hidden_size: 4097},
      "modelFromConfig: config.json: hidden_size must be a multiple of the 32 heads; give head_dim, got 4097",
    ],
    [
      "more active experts than there are",
      {...LITE, num_experts_per_tok: 65},
      "modelFromConfig: config.json: num_experts_per_tok must be at most 64, got 65",
    ],
    [
      "an encoder-decoder",
      {...LLAMA, model_type: "t5"},
      "modelFromConfig: config.json: model_type must be one of llama, mistral",
    ],
  ];
  for (const [what, config, message] of wrong) {
    test(`with ${what} is refused`, () => expect(() => modelFromConfig(config)).toThrow(message));
  }
});

describe("published measurements", () => {
  const compared = compareMeasurements();

  test("none is faster than its bound", () => {
    expect(compared).toHaveLength(MEASUREMENTS.length);
    for (const {ratio} of compared) {
      expect(ratio).toBeGreaterThan(0);
      expect(ratio).toBeLessThan(1);
    }
  });

  test("T-MAC with all threads of a Raspberry Pi 5 reaches about 73 % of the bandwidth at 4 bits", () => {
    const best = compared.find(
      ({measurement: m}) => m.machine === "raspberry-pi-5" && m.weightBits === 4 && m.threads === 2,
    )!;
    expect(best.ratio).toBeCloseTo(0.73, 1);
  });

  test("T-MAC on a Raspberry Pi 5 is within 30 % of its bound at both widths", () => {
    const board = compared.filter(({measurement: m}) => m.machine === "raspberry-pi-5" && m.threads === 2);
    expect(board.map(({measurement}) => measurement.weightBits)).toEqual([4, 2]);
    for (const {ratio} of board) expect(ratio).toBeGreaterThan(0.7);
  });

  test("one bandwidth a device explains 4 and 2 bits within 15 % on the Pi and the Orin's CPU", () => {
    for (const [machine, threads] of [
      ["raspberry-pi-5", 2],
      ["jetson-agx-orin", 12],
    ] as const) {
      const ratio = (bits: number) =>
        compared.find(
          ({measurement: m}) =>
            m.machine === machine && m.threads === threads && m.weightBits === bits && m.system === "T-MAC",
        )!.ratio;
      expect(Math.abs(ratio(4) / ratio(2) - 1)).toBeLessThan(0.15);
    }
  });

  test("a speed that is none is refused", () => {
    expect(() => compareMeasurements([{...MEASUREMENTS[0], tokensPerSecond: 0}])).toThrow(
      "compareMeasurements: tokensPerSecond must be above 0, got 0",
    );
  });
});
