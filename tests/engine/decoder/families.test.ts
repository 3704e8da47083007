/** Properties that the engine keeps for every family, on models that are tiny and random. */

import {readFile} from "node:fs/promises";
import {describe, expect, test} from "vitest";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {type KvCache, plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {decoderOf, inputGroups} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {openDecoder, openDecoderWeights} from "../../../src/lib/engine/open-decoder.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {type TensorToWrite, writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {FAMILIES, goldenPath, loadGolden, maxDifference, readExpected} from "../golden.js";
import {memoryFolder, TINY_CONFIG, tinyFolder, tinyTensors} from "../tiny.js";

const NAMES = [...FAMILIES, "opt-bf16", "opt-sharded"];

describe.each(NAMES)("%s", (name) => {
  const {ids} = readExpected(name);
  const other = ids.map((id, i) => (id + 7 * i) % 100);
  const textTokens = ids.length;

  test("texts with caches of their own do not meet, whatever the order of their parts", async () => {
    const model = await loadGolden(name, {textTokens});
    const texts = [ids, other].map((text) => ({
      text,
      cache: plainKvCache(model.config),
      rows: [] as number[],
    }));
    for (const [from, to] of [
      [0, 5],
      [5, 6],
      [6, 19],
      [19, ids.length],
    ]) {
      for (const {text, cache, rows} of texts)
        rows.push(...forward(model, text.slice(from, to), {cache}).data);
    }
    for (const {text, rows} of texts) expect(maxDifference(rows, forward(model, text).data)).toBe(0);
  });

  test("keys that are kept before rotary and rotated when they are read are the same keys", async () => {
    const model = await loadGolden(name, {textTokens});
    const unrotated: KvCache = {...plainKvCache(model.config), unrotatedKeys: true};
    const rows = [ids.slice(0, 9), ids.slice(9)].flatMap((part) =>
      Array.from(forward(model, part, {cache: unrotated}).data),
    );
    expect(maxDifference(rows, forward(model, ids).data)).toBe(0);
  });

  test("read by the engine's names and made into a model again, it is the same model", async () => {
    const folder = await openFolder(goldenPath(name));
    const weights = await openDecoderWeights(folder);
    await folder.close();
    expect(weights.unused).toEqual([]);
    const remade = await decoderOf(weights);
    expect(maxDifference(forward(remade, ids).data, forward(await loadGolden(name), ids).data)).toBe(0);
    const matrices = Array.from(weights.tensors.keys()).filter((key) => key.includes("_proj.weight"));
    const readers = inputGroups(weights).flatMap((group) => group.readers);
    expect(readers.sort()).toEqual(matrices.sort());
  });

  test("a layer without attention and network passes the stream by, but for norms of the sum", async () => {
    const model = await loadGolden(name);
    const {plans, finalNorm} = model.config;
    if (plans.some(({normsAt}) => normsAt.mixer.includes("sum"))) return;
    let embedding: Float32Array = new Float32Array(0);
    let last: Float32Array = embedding;
    forward(model, ids, {
      hooks: {
        skip: () => true,
        tensor(site, layer, x) {
          if (site === "embedding") embedding = x;
          if (site === "layer.output" && layer === plans.length - 1) last = x;
          return undefined;
        },
      },
    });
    expect(last).toEqual(embedding);
    expect(finalNorm).not.toBeNull();
  });
});

/** The tensors of a golden model by their published names, to be written again under others. */
async function publishedTensors(name: string): Promise<TensorToWrite[]> {
  const folder = await openFolder(goldenPath(name));
  const checkpoint = await openCheckpoint(folder);
  const tensors: TensorToWrite[] = [];
  for (const key of checkpoint.tensors.keys()) tensors.push({name: key, ...(await checkpoint.read(key))});
  await folder.close();
  return tensors;
}

describe("names in published files", () => {
  test.each([
    ["gpt2", (key: string) => `transformer.${key}`],
    ["qwen3", (key: string) => key.replace(/^model\./, "")],
    ["gemma3", (key: string) => `language_model.${key}`],
    ["gemma3", (key: string) => key.replace(/^model\./, "model.language_model.")],
    ["gpt-neox", (key: string) => key.replace(/^gpt_neox\./, "")],
  ])("of %s may begin in another way", async (name, rename) => {
    const tensors = (await publishedTensors(name)).map((tensor) => ({...tensor, name: rename(tensor.name)}));
    const folder = memoryFolder({
      "config.json": await readFile(`${goldenPath(name)}/config.json`),
      "model.safetensors": writeSafetensors(tensors),
    });
    const {ids, logits, tolerance} = readExpected(name);
    const model = await openDecoder(folder);
    expect(maxDifference(forward(model, ids).data, logits)).toBeLessThan(tolerance);
    expect(model.unused).toEqual([]);
  });

  test("a matrix of several parts is named as the file has it, with its whole shape", async () => {
    const tensors = (await publishedTensors("phi3-short")).filter(
      ({name}) => !name.includes("1.self_attn.qkv"),
    );
    const folder = memoryFolder({
      "config.json": await readFile(`${goldenPath("phi3-short")}/config.json`),
      "model.safetensors": writeSafetensors(tensors),
    });
    await expect(openDecoder(folder)).rejects.toThrow(
      "loadDecoder: model.layers.1.self_attn.qkv_proj.weight must be a tensor [96, 48], got none",
    );
  });
});

/** A golden model with keys of its config.json changed; undefined leaves a key out. */
async function withConfig(name: string, keys: Readonly<Record<string, unknown>>) {
  const config = JSON.parse(await readFile(`${goldenPath(name)}/config.json`, "utf8"));
  return memoryFolder({
    "config.json": JSON.stringify({...config, ...keys}),
    "model.safetensors": await readFile(`${goldenPath(name)}/model.safetensors`),
  });
}

describe("configs of newer files", () => {
  const [none, older] = [undefined, {rope_theta: undefined, rope_scaling: undefined}];
  const phi3 = {
    rope_type: "longrope",
    rope_theta: 10_000,
    short_factor: [1.0, 1.05, 1.1, 1.2, 1.3, 1.5],
    long_factor: [1.1, 1.4, 2.0, 2.9, 4.1, 6.0],
    original_max_position_embeddings: 16,
  };
  test.each([
    ["rope-linear", {...older, rope_parameters: {rope_type: "linear", rope_theta: 500, factor: 4}}],
    ["rope-dynamic", {...older, rope_parameters: {rope_type: "dynamic", rope_theta: 500, factor: 2}}],
    [
      "rope-yarn",
      {
        ...older,
        rope_parameters: {
          rope_type: "yarn",
          rope_theta: 500,
          factor: 4,
          original_max_position_embeddings: 16,
          beta_fast: 2,
          beta_slow: 0.5,
        },
      },
    ],
    ["phi3-long", {...older, rope_parameters: phi3}],
    [
      "phi4",
      {
        ...older,
        partial_rotary_factor: none,
        rope_parameters: {rope_theta: 10_000, partial_rotary_factor: 0.75},
      },
    ],
    [
      "gemma3",
      {
        ...older,
        rope_local_base_freq: none,
        sliding_window_pattern: none,
        layer_types: ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters: {
          full_attention: {rope_type: "linear", factor: 8, rope_theta: 1_000_000},
          sliding_attention: {rope_type: "default", rope_theta: 100},
        },
      },
    ],
    ["gemma2", {layer_types: ["sliding_attention", "full_attention", "sliding_attention"], dtype: "float32"}],
    ["qwen3", {layer_types: ["full_attention", "sliding_attention", "sliding_attention"]}],
    ["smollm3", {no_rope_layers: none}],
    ["gpt2", {n_inner: 128, model_type: "gpt2", tie_word_embeddings: true}],
  ])("%s reads the same with %j", async (name, keys) => {
    const {ids, logits, tolerance} = readExpected(name);
    const model = await openDecoder(await withConfig(name, keys));
    expect(maxDifference(forward(model, ids).data, logits)).toBeLessThan(tolerance);
  });

  test("the text part of a folder for images and text is read with what it leaves out", async () => {
    const {ids, logits, tolerance} = readExpected("gemma3");
    const text = JSON.parse(await readFile(`${goldenPath("gemma3")}/config.json`, "utf8"));
    const vision = {name: "vision_tower.patch.weight", shape: [1], data: new Float32Array(1)};
    const tensors = (await publishedTensors("gemma3")).map((each) => ({
      ...each,
      name: `language_model.${each.name}`,
    }));
    const whole = {
      architectures: ["Gemma3ForConditionalGeneration"],
      model_type: "gemma3",
      text_config: {
        ...text,
        architectures: undefined,
        attention_bias: undefined,
        attn_logit_softcapping: undefined,
      },
      vision_config: {model_type: "siglip_vision_model"},
    };
    const model = await openDecoder(
      memoryFolder({
        "config.json": JSON.stringify(whole),
        "model.safetensors": writeSafetensors([...tensors, vision]),
      }),
    );
    expect(maxDifference(forward(model, ids).data, logits)).toBeLessThan(tolerance);
    expect(model.unused).toEqual([vision.name]);
  });
});

describe("a head of the file", () => {
  const tied = {...TINY_CONFIG, tie_word_embeddings: true};
  const head = tinyTensors(TINY_CONFIG, 5).get("lm_head.weight")!;

  test("wins over the flag that ties it to the embedding", async () => {
    const tensors = tinyTensors(tied, 5).set("lm_head.weight", head);
    const model = await openDecoder(tinyFolder(tied, tensors));
    const untied = await openDecoder(tinyFolder(TINY_CONFIG, tensors));
    expect(model.config.tied).toBe(false);
    expect(forward(model, [3, 1, 4]).data).toEqual(forward(untied, [3, 1, 4]).data);
    expect(model.unused).toEqual([]);
  });
});

describe("a text", () => {
  test("longer than a learned table of positions is refused", async () => {
    const model = await loadGolden("gpt2");
    const cache = plainKvCache(model.config);
    forward(model, Array<number>(48).fill(3), {cache});
    expect(() => forward(model, [3], {cache})).toThrow(
      new RangeError("forward: a text must have at most the 48 tokens of the table of positions, got 49"),
    );
  });

  test("does not grow past the length at which longrope changes, unless its length is known before", async () => {
    const {ids, logits, tolerance} = readExpected("phi3-long");
    const unknown = await loadGolden("phi3-long");
    const cache = plainKvCache(unknown.config);
    forward(unknown, ids.slice(0, 16), {cache});
    expect(() => forward(unknown, [1], {cache})).toThrow(/^forward: textTokens must be given .* 16 tokens/);
    const known = await loadGolden("phi3-long", {textTokens: 26});
    const parts = plainKvCache(known.config);
    const rows = ids.flatMap((id) => Array.from(forward(known, [id], {cache: parts}).data));
    expect(maxDifference(rows, logits)).toBeLessThan(tolerance);
  });
});
