import {describe, expect, test} from "vitest";
import {modelById} from "../../../src/lib/accel/models.js";
import {context, kvModelOf} from "../../../src/lib/experiments/kv/context.js";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {kvCacheBytes} from "../../../src/lib/kv/calculator.js";
import {kvModelFromConfig} from "../../../src/lib/kv/kv-config.js";

type Setting = Parameters<typeof context.run>[0];
const chosen = async (setting: Setting) => (await context.run(setting)).filter(({isChosen}) => isChosen);
const of = async (technique: string, setting: Setting) =>
  (await chosen(setting)).find((row) => row.technique === technique)!;

describe("the calculator of contexts", () => {
  test.each([
    [0.3125, [2.52, 2.48, 2.41]],
    [0.25, [3.15, 3.1, 3.01]],
    [0.15625, [5.04, 4.96, 4.82]],
    [0.125, [6.3, 6.21, 6.02]],
    [0.09375, [8.4, 8.27, 8.03]],
  ])(
    "has xKV's printed ratios for Llama-3.1-8B at 64 thousand tokens, keys kept %f",
    async (keptKeys, ratios) => {
      const rows = await chosen({keptKeys, context: 65_536});
      const found = ["SVD of each layer", "xKV-2", "xKV-4"].map(
        (technique) => rows.find((row) => row.technique === technique)!.ratio!,
      );
      expect(found.map((ratio) => Number(ratio.toFixed(2)))).toEqual(ratios);
    },
  );

  test("multiplies by sequences and leaves them the memory that weights do not take", async () => {
    const [one, four] = [await of("fp16", {memory: 40}), await of("fp16", {memory: 40, batch: 4})];
    expect(four.cacheBytes).toBe(4 * one.cacheBytes!);
    expect(one.weightBytes).toBe(2 * 8_030_261_248);
    const room = 40e9 - one.weightBytes;
    expect(one.largestContext).toBe(Math.floor(room / 131_072));
    expect(four.largestContext).toBe(Math.floor(room / 4 / 131_072));
  });

  test("says that nothing fits where weights alone are too large", async () => {
    const row = await of("KIVI-2", {memory: 10});
    expect(row.largestContext).toBe(0);
    expect((await of("KIVI-2", {memory: 10, weights: "none"})).largestContext).toBeGreaterThan(100_000);
  });

  test("never gives a smaller context for more memory or a longer one for more sequences", async () => {
    for (const model of ["llama-3.1-8b", "deepseek-v2-lite", "gemma-3-4b"] as const) {
      const largest = async (setting: Setting) =>
        (await chosen({model, weights: "none", ...setting})).map((row) => row.largestContext ?? 0);
      const [small, large, many] = [
        await largest({memory: 4}),
        await largest({memory: 8}),
        await largest({memory: 8, batch: 2}),
      ];
      small.forEach((value, i) => {
        expect(large[i]).toBeGreaterThanOrEqual(value);
        expect(many[i]).toBe(value);
      });
    }
  });

  test("says why a technique has no number for a model, and shows latents beside what they save", async () => {
    const kivi = await of("KIVI-4", {model: "deepseek-v2-lite"});
    expect([kivi.ratio, kivi.note]).toEqual([null, "kivi must have keys and values, got latents"]);
    const explicit = await of("without latents", {model: "deepseek-v2-lite"});
    expect(explicit.ratio).toBeCloseTo(576 / 5120, 10);
    const sliding = await of("fp16", {model: "mistral-7b"});
    expect(sliding.note).toBe("any context fits: no layer holds more than its window");
    expect((await of("xKV-4", {model: "gemma-2-9b"})).note).toMatch(/got a sliding window$/);
    expect((await of("xKV-4", {model: "gemma-2-9b", context: 4096})).ratio).toBeGreaterThan(1);
  });

  test("takes a config.json instead of a model, and names what is wrong in one", async () => {
    const config = {
      model_type: "llama",
      hidden_size: 4096,
      intermediate_size: 14336,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 8,
      vocab_size: 128256,
    };
    const own = await chosen({config: JSON.stringify(config)});
    const published = await chosen({});
    expect(own.map((row) => ({...row, model: ""}))).toEqual(published.map((row) => ({...row, model: ""})));
    const spoilt = JSON.stringify({...config, num_hidden_layers: -1});
    await expect(context.run({config: spoilt})).rejects.toThrow(FormatError);
    await expect(context.run({config: spoilt})).rejects.toThrow(
      "config: config.json: num_hidden_layers must be an integer of at least 1, got -1",
    );
    await expect(context.run({config: "not json"})).rejects.toThrow(/config.json must be/);
  });

  test("calls every number modelled, and draws every curve through the same contexts", async () => {
    const rows = await context.run({context: 3000});
    expect(new Set(rows.map(({provenance}) => provenance))).toEqual(new Set(["modelled"]));
    const contexts = rows.filter(({technique}) => technique === "fp16").map((row) => row.context);
    expect(contexts).toContain(3000);
    expect(rows).toHaveLength(contexts.length * new Set(rows.map(({technique}) => technique)).size);
  });
});

test("a published model and its config.json have the same cache", () => {
  const config = JSON.stringify({
    model_type: "gemma2",
    hidden_size: 3584,
    intermediate_size: 14_336,
    vocab_size: 256_000,
    num_attention_heads: 16,
    num_key_value_heads: 8,
    num_hidden_layers: 42,
    head_dim: 256,
    sliding_window: 4096,
  });
  for (const tokens of [1000, 4096, 10_000]) {
    const published = kvCacheBytes(kvModelOf(modelById("gemma-2-9b")), tokens);
    expect(kvCacheBytes(kvModelFromConfig(config), tokens)).toBe(published);
  }
  expect(kvModelOf(modelById("mamba-2.8b")).widths.every((width) => width === 0)).toBe(true);
});
