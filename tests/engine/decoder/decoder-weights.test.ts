import {describe, expect, test} from "vitest";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {decoderOf, inputGroups} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {EMBEDDING_NAME, HEAD_NAME} from "../../../src/lib/engine/decoder/layer-parts.js";
import {openDecoder, openDecoderWeights} from "../../../src/lib/engine/open-decoder.js";
import {memoryFolder, TINY_CONFIG, tinyFolder, tinyTensors} from "../tiny.js";

const IDS = [3, 17, 5, 11];
const TIED = {...TINY_CONFIG, tie_word_embeddings: true};

describe("decoder weights", () => {
  test.each([TINY_CONFIG, TIED])(
    "read and made into a model again, compute what the folder computes",
    async (config) => {
      const folder = tinyFolder(config);
      const weights = await openDecoderWeights(folder);
      const model = await decoderOf(weights);
      expect(forward(model, IDS)).toEqual(forward(await openDecoder(folder), IDS));
      expect(weights.tensors.has(HEAD_NAME)).toBe(!config.tie_word_embeddings);
      expect(weights.tensors.size).toBe(tinyTensors(config).size);
    },
  );

  test("a head stored in place of the tied embedding is read as the embedding", async () => {
    const tensors = tinyTensors(TIED);
    const embedding = tensors.get(EMBEDDING_NAME)!;
    tensors.delete(EMBEDDING_NAME);
    tensors.set(HEAD_NAME, {...embedding, name: HEAD_NAME});
    const {tensors: read} = await openDecoderWeights(tinyFolder(TIED, tensors));
    expect(read.get(EMBEDDING_NAME)!.data).toEqual(embedding.data);
  });

  test("a model that does not fit is refused before any tensor is read", async () => {
    await expect(openDecoderWeights(tinyFolder(), {maxBytes: 1000})).rejects.toThrow(/at most 1000 bytes/);
    await expect(openDecoderWeights(memoryFolder({}))).rejects.toThrow("config.json");
  });

  test("a tensor that is missing when the model is made is named", async () => {
    const {config, tensors} = await openDecoderWeights(tinyFolder());
    const fewer = new Map(tensors);
    fewer.delete("model.layers.1.mlp.up_proj.weight");
    await expect(decoderOf({config, tensors: fewer})).rejects.toThrow("model.layers.1.mlp.up_proj.weight");
  });
});

describe("inputGroups", () => {
  test("every projection reads one input, and each maker has the input's channels as rows", async () => {
    for (const config of [TINY_CONFIG, {...TINY_CONFIG, num_key_value_heads: 6}]) {
      const weights = await openDecoderWeights(tinyFolder(config));
      const groups = inputGroups(weights);
      const readers = groups.flatMap((group) => group.readers);
      const projections = [...weights.tensors.keys()].filter((name) => name.includes("_proj.weight"));
      expect(readers.sort()).toEqual(projections.sort());
      for (const group of groups) {
        const inputs = new Set(group.readers.map((name) => weights.tensors.get(name)!.shape[1]));
        expect(inputs.size).toBe(1);
        for (const maker of group.makers) expect(weights.tensors.get(maker)!.shape[0]).toBe([...inputs][0]);
      }
    }
  });

  test("no tensor alone makes the output projection's input where heads share values", async () => {
    const grouped = inputGroups(await openDecoderWeights(tinyFolder()));
    const own = inputGroups(await openDecoderWeights(tinyFolder({...TINY_CONFIG, num_key_value_heads: 6})));
    expect(grouped.find(({site}) => site === "attention.output")!.makers).toEqual([]);
    expect(own.find(({site}) => site === "attention.output")!.makers).toEqual([
      "model.layers.0.self_attn.v_proj.weight",
    ]);
  });
});
