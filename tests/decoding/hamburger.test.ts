import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {groupDecoding, readGroup} from "../../src/lib/decoding/hamburger/group-decoding.js";
import {type GroupModel, groupModel} from "../../src/lib/decoding/hamburger/group-model.js";
import {hamburger} from "../../src/lib/decoding/hamburger/hamburger.js";
import {
  confidenceEntropy,
  groupSizes,
  MOST_TOKENS,
  type SegmentationRule,
  segmentationRules,
} from "../../src/lib/decoding/hamburger/segmentation.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {greedy} from "../../src/lib/engine/generate.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import type {Tensor} from "../../src/lib/tensor/tensor.js";
import {floats, loadFolder, maxDifference} from "../engine/golden.js";
import {TINY_CONFIG, tinyDecoder, tinyTensors} from "../engine/tiny.js";

const sizes = (rule: SegmentationRule, entropies: number[], threshold = 1, most = 4) =>
  groupSizes(entropies, {rule, threshold, most});

describe("the entropy of a confidence", () => {
  test("is 4.139 nats at 0.7 for 128,256 tokens, and none at 1", () => {
    expect(confidenceEntropy(0.7, 128256)).toBeCloseTo(4.139, 3);
    expect(confidenceEntropy(1, 128256)).toBe(0);
    expect(confidenceEntropy(0.25, 4)).toBeCloseTo(Math.log(4), 12);
    expect(() => confidenceEntropy(0, 4)).toThrow("confidence must be above 0");
    expect(() => confidenceEntropy(0.5, 1)).toThrow("vocabSize");
  });
});

describe.each(segmentationRules.all.map((rule) => ({id: rule.id, rule})))("$id", ({rule}) => {
  test("puts every token into one group, of at most as many as there is room for", () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = randomStream(seed, "entropies");
      const entropies = Array.from({length: random.integer(60)}, () => 5 * random.uniform() ** 4);
      const most = 1 + random.integer(5);
      const groups = sizes(rule, entropies, 4 * random.uniform(), most);
      expect(groups.reduce((sum, size) => sum + size, 0)).toBe(entropies.length);
      expect(groups.every((size) => size >= 1 && size <= most)).toBe(true);
    }
  });

  test("leaves every token alone where a group holds one", () => {
    expect(sizes(rule, [0, 0, 0, 0], 9, 1)).toEqual([1, 1, 1, 1]);
  });
});

describe("the rules", () => {
  const [sliding, small, decreasing] = segmentationRules.all;
  const entropies = [3, 0.5, 0.2, 0.1, 0.2, 0.3, 2, 2, 0.02];

  test("join by hand as written", () => {
    expect(sizes(sliding, entropies)).toEqual([4, 2, 1, 2]);
    expect(sizes(small, entropies)).toEqual([1, 4, 1, 1, 1, 1]);
    // 0.5 < 0.9, then all below 0.9 until the group is full; 0.3 is not below 0.3 of 0.2.
    expect(sizes(decreasing, entropies)).toEqual([4, 1, 1, 1, 2]);
  });

  test("sliding merges nothing at a confidence of 1; a higher threshold never gives more groups", () => {
    expect(sizes(sliding, entropies, confidenceEntropy(1, 256))).toEqual(entropies.map(() => 1));
    for (const rule of [sliding, small]) {
      const counts = [0, 0.3, 1, 2.5, 9].map((threshold) => sizes(rule, entropies, threshold).length);
      expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    }
  });
});

const CONFIG = {...TINY_CONFIG, hidden_size: 24, num_hidden_layers: 4};
const WIDTH = CONFIG.hidden_size;
const HALF = WIDTH / 2;
const target = await tinyDecoder(CONFIG);

/** Random parts for the tiny decoder, which is their base. @param stop bias of the head that ends a group */
function partTensors(seed: number, stop = 0): Map<string, Tensor> {
  const random = randomStream(seed, "parts");
  const drawn = (...shape: number[]): Tensor => {
    const count = shape.reduce((a, b) => a * b, 1);
    return {shape, data: Float32Array.from({length: count}, () => random.normal() / Math.sqrt(WIDTH))};
  };
  const linear = (name: string, inputs = WIDTH, outputs = WIDTH): [string, Tensor][] => [
    [`${name}.weight`, drawn(outputs, inputs)],
    [`${name}.bias`, drawn(outputs)],
  ];
  const named = (tensors: ReturnType<typeof tinyTensors>, prefix: string) =>
    Array.from(tensors, ([name, {shape, data}]): [string, Tensor] => [
      prefix + name.replace(/^model\./, ""),
      {shape, data: Float32Array.from(data as Float32Array)},
    ]);
  const micro = tinyTensors({...CONFIG, num_hidden_layers: 2}, seed + 100);
  const layers = named(micro, "");
  return new Map([
    ...named(tinyTensors(CONFIG), "base."),
    ["embedder.position", drawn(MOST_TOKENS, HALF)],
    ...["q_proj", "out_proj"].flatMap((name) => linear(`embedder.${name}`)),
    ...["k_proj", "v_proj"].flatMap((name) => linear(`embedder.${name}`, WIDTH + HALF)),
    ...linear("stop.0"),
    ...linear("stop.2"),
    ["stop.4.weight", drawn(1, WIDTH)],
    ["stop.4.bias", {shape: [1], data: Float32Array.of(stop)}],
    ...layers.filter(([name]) => name.startsWith("layers.") || name === "norm.weight"),
  ]);
}

const rounds = (groups: GroupModel, confidence: number, tokens = 22, prompt = [3, 1, 4]) => [
  ...groupDecoding(groups, prompt, confidence, {tokens}),
];
const written = (all: ReturnType<typeof rounds>) => all.flatMap((round) => [...round.written]);

describe("the parts of HAMburger", () => {
  test("write the base's own text where every group has one token, whatever they are", async () => {
    for (let seed = 0; seed < 4; seed++) {
      const groups = await groupModel(partTensors(seed), target);
      expect(written(rounds(groups, 1))).toEqual(greedy(target, [3, 1, 4], 22).tokens);
    }
  });

  test("write full groups where nothing ends them: a quarter of the passes and of the entries of the cache", async () => {
    const groups = await groupModel(partTensors(1, -100), target);
    const all = rounds(groups, 0.9);
    expect(all.map((round) => round.written.length)).toEqual([4, 4, 4, 4, 4, 2]);
    expect(all.map(({target}) => target.tokens)).toEqual([3, 1, 1, 1, 1, 1]);
    expect(all.map(({draft}) => draft.passes)).toEqual([3, 3, 3, 3, 3, 1]);
    expect(written(all)[0]).toBe(greedy(target, [3, 1, 4], 1).tokens[0]);
  });

  test("end a group at the end of the text, and where its chance to go on is below the confidence", async () => {
    const groups = await groupModel(partTensors(1, -100), target);
    const [first] = rounds(groups, 0.9);
    const eos = first.written[1];
    const at = first.written.indexOf(eos);
    expect(written([...groupDecoding(groups, [3, 1, 4], 0.9, {tokens: 22, eos})])).toEqual(
      first.written.slice(0, at + 1),
    );
    const unsure = await groupModel(partTensors(2), target);
    const sizes = [0.3, 0.5, 0.7].map((confidence) => rounds(unsure, confidence).length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(sizes[0]).toBeLessThan(sizes[2]);
  });

  test("read a group as the mean of its embeddings and what attention finds in them", async () => {
    const tensors = partTensors(3);
    const {embed} = await groupModel(tensors, target);
    const apply = (name: string, x: readonly number[]) => {
      const [w, b] = [
        tensors.get(`embedder.${name}.weight`)!.data,
        tensors.get(`embedder.${name}.bias`)!.data,
      ];
      return Array.from(b, (bias, o) => x.reduce((sum, v, i) => sum + v * w[o * x.length + i], bias));
    };
    const tokens = [5, 2, 9];
    const rows = tokens.map((token) =>
      Array.from(target.embedding.subarray(token * WIDTH, (token + 1) * WIDTH)),
    );
    const mean = rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / tokens.length);
    const places = tensors.get("embedder.position")!.data;
    const placed = rows.map((row, t) => [...row, ...places.subarray(t * HALF, (t + 1) * HALF)]);
    const [q, keys, values] = [
      apply("q_proj", mean),
      placed.map((row) => apply("k_proj", row)),
      placed.map((row) => apply("v_proj", row)),
    ];
    const dim = WIDTH / CONFIG.num_attention_heads;
    const mixed = q.map((_, i) => {
      const head = Math.floor(i / dim) * dim;
      const scores = keys.map((key) => {
        let score = 0;
        for (let d = head; d < head + dim; d++) score += (q[d] * key[d]) / Math.sqrt(dim);
        return Math.exp(score);
      });
      const sum = scores.reduce((a, b) => a + b);
      return values.reduce((total, value, t) => total + (scores[t] / sum) * value[i], 0);
    });
    const expected = apply("out_proj", mixed).map((update, i) => mean[i] + update);
    expect(maxDifference(Array.from(embed(tokens)), expected)).toBeLessThan(1e-5);
  });

  test("are refused by the name of a tensor that is missing or of another shape, and for too few layers", async () => {
    const tensors = partTensors(1);
    tensors.set("stop.2.bias", {shape: [3], data: new Float32Array(3)});
    await expect(groupModel(tensors, target)).rejects.toThrow("stop.2.bias");
    const fewer = partTensors(1);
    fewer.delete("embedder.k_proj.weight");
    await expect(groupModel(fewer, target)).rejects.toThrow("embedder.k_proj.weight");
    const shallow = await tinyDecoder({...CONFIG, num_hidden_layers: 3});
    await expect(groupModel(partTensors(1), shallow)).rejects.toThrow("layers must be at least 4, got 3");
  });

  test("draw tokens above temperature 0, the same from the same seed", async () => {
    const groups = await groupModel(partTensors(1, -100), target);
    const drawn = (seed: number) => {
      const goal = {
        tokens: 20,
        random: randomStream(seed, "groups"),
        warp: {temperature: 2, topK: 0, topP: 1},
      };
      return written([...hamburger.rounds({target, groups}, [3], {}, goal)]);
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(2)).not.toEqual(drawn(1));
  });
});

test("the parts of the large decoder give what their training says of them", async () => {
  const path = "src/data/models/decoder-large";
  const large = await loadFolder(path, {backend: await wasmBackend()});
  const groups = await groupModel(await loadTensors(`${path}/hamburger.safetensors`), large);
  const expected = JSON.parse(readFileSync(`${path}/hamburger-expected.json`, "utf8"));
  const cache = plainKvCache(large.config);
  const ends = (expected.sizes as number[]).map((_, i, sizes) =>
    sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0),
  );
  const parts = ends.map((end, i) => expected.input_ids.slice(ends[i - 1] ?? 0, end) as number[]);
  const steps = parts.slice(0, -1).map((group, i) => readGroup(groups, cache, group, ends[i] - 1));
  expect(cache.length).toBe(parts.length - 1);
  const {logits, features} = steps.at(-1)!;
  const next = groups.write(features);
  const all = [{logits, hidden: features.at(-1)!}, ...parts.at(-1)!.slice(0, -1).map(next)];
  const found = all.flatMap((row) => Array.from<number>(row.logits));
  expect(maxDifference(found, floats(expected.logits))).toBeLessThan(expected.tolerance);
  const stops = all.map(({hidden}) => groups.stops(hidden));
  expect(maxDifference(stops, floats(expected.stops))).toBeLessThan(1e-3);
});
