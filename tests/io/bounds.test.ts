import {describe, expect, test} from "vitest";
import {modelFromConfig} from "../../src/lib/accel/hf-config.js";
import {decoderConfig} from "../../src/lib/engine/decoder/config.js";
import {mambaConfig} from "../../src/lib/engine/mamba/mamba-config.js";
import {FormatError} from "../../src/lib/io/format-error.js";
import {type JsonObject, parseJsonObject, SIDE_FILE_LIMITS} from "../../src/lib/io/json-file.js";
import {parseTokenizer} from "../../src/lib/io/tokenizer/tokenizer.js";
import {kvModelFromConfig} from "../../src/lib/kv/kv-config.js";

const asJson = (value: unknown): JsonObject =>
  parseJsonObject(new TextEncoder().encode(JSON.stringify(value)), {
    reader: "test",
    field: "file",
    limits: SIDE_FILE_LIMITS,
  });

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
};
const MAMBA = {
  architectures: ["MambaForCausalLM"],
  model_type: "mamba",
  vocab_size: 256,
  hidden_size: 64,
  state_size: 16,
  num_hidden_layers: 2,
  conv_kernel: 4,
  intermediate_size: 128,
  time_step_rank: 4,
};

describe("a count of a config.json", () => {
  const readers = [
    ["decoderConfig", LLAMA, (json: object) => decoderConfig(asJson(json))],
    ["mambaConfig", MAMBA, (json: object) => mambaConfig(asJson(json))],
    ["kvModelFromConfig", LLAMA, (json: object) => kvModelFromConfig(JSON.stringify(json))],
    ["modelFromConfig of a decoder", LLAMA, (json: object) => modelFromConfig(json)],
    ["modelFromConfig of Mamba", MAMBA, (json: object) => modelFromConfig(json)],
  ] as const;

  test.each(readers)("has a bound in %s", (_, config, read) => {
    expect(() => read(config)).not.toThrow();
    expect(() => read({...config, num_hidden_layers: 4097})).toThrow(
      /num_hidden_layers must be .*4096, got 4097/,
    );
    for (const [key, value] of Object.entries(config)) {
      if (typeof value !== "number") continue;
      for (const wrong of [2 ** 32, Number.MAX_SAFE_INTEGER, 1e300]) {
        try {
          read({...config, [key]: wrong});
        } catch (error) {
          expect(
            error instanceof FormatError || error instanceof RangeError,
            `${key} ${wrong}: ${error}`,
          ).toBe(true);
        }
      }
    }
  });
});

describe("a tokenizer.json", () => {
  const tokenizer = (parts: object) =>
    parseTokenizer(
      asJson({
        normalizer: null,
        pre_tokenizer: null,
        post_processor: null,
        decoder: null,
        added_tokens: [],
        model: {type: "WordLevel", vocab: {a: 0, "?": 1}, unk_token: "?"},
        ...parts,
      }),
    );
  const times = <T>(count: number, part: T) => Array.from({length: count}, () => part);
  const double = {type: "Replace", pattern: {String: "a"}, content: "aa"};
  const long = {type: "Replace", pattern: {String: "a"}, content: "a".repeat(60_000)};

  test.each([
    ["a normalizer that doubles", {normalizer: {type: "Sequence", normalizers: times(60, double)}}],
    ["a normalizer with a long text", {normalizer: long}],
    [
      "a normalizer that prepends",
      {
        normalizer: {
          type: "Sequence",
          normalizers: times(50, {type: "Prepend", prepend: "b".repeat(60_000)}),
        },
      },
    ],
    [
      "pre-tokenizers that make bytes of bytes",
      {pre_tokenizer: {type: "Sequence", pretokenizers: times(60, {type: "ByteLevel", use_regex: false})}},
    ],
    [
      "a template that repeats the text",
      {
        pre_tokenizer: {type: "Split", pattern: {String: "a"}, behavior: "Isolated"},
        post_processor: {
          type: "TemplateProcessing",
          special_tokens: {},
          single: times(5000, {Sequence: {id: "A"}}),
        },
      },
    ],
  ])("with %s ends in an error that says so", (_, parts) => {
    const text = `${"é".repeat(200)}${"a".repeat(2000)}`;
    expect(() => tokenizer(parts).encode(text)).toThrow(
      /^parseTokenizer: tokenizer\.json: .* must be steps that make at most/,
    );
  });

  test("with a decoder that multiplies ends in an error that says so", () => {
    for (const decoder of [long, {type: "Sequence", decoders: times(60, double)}])
      expect(() => tokenizer({decoder}).decode(times(2000, 0))).toThrow("must be steps that make at most");
  });

  test("with a template longer than any text is refused at once", () => {
    const special_tokens = {x: {id: "x", ids: times(1000, 0), tokens: []}};
    const single = times(1000, {SpecialToken: {id: "x"}});
    expect(() => tokenizer({post_processor: {type: "TemplateProcessing", special_tokens, single}})).toThrow(
      "must be steps that make at most",
    );
  });

  test.each(["", "ab"])("cannot strip %j", (content) => {
    expect(() => tokenizer({decoder: {type: "Strip", content, start: 2, stop: 2}})).toThrow("one character");
  });

  test("may have hundreds of thousands of added tokens, long ones too", () => {
    const contents = [...Array.from({length: 300_000}, (_, n) => `<${n}>`), "x".repeat(65_000)];
    const json = asJson({model: {type: "WordLevel", vocab: {a: 0, "?": 1}, unk_token: "?"}});
    const tokens = contents.map(
      (content, n) =>
        new Map<string, string | number | boolean>([
          ["id", n + 2],
          ["content", content],
          ["special", true],
        ]),
    );
    const {encode} = parseTokenizer(new Map([...json, ["added_tokens", tokens]]));
    expect(encode(`a<299999>${"x".repeat(65_000)}<1`)).toEqual([0, 300_001, 300_002, 1]);
  });

  test("finds the longest of added tokens that start together, and whole characters", () => {
    const added_tokens = ["ab", "abc", "😀", "b"].map((content, n) => ({id: n + 2, content, special: true}));
    expect(tokenizer({added_tokens}).encode("abcab😀b😀a")).toEqual([3, 2, 4, 5, 4, 0]);
  });
});
