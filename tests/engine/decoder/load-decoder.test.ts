import {describe, expect, test} from "vitest";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {openDecoder} from "../../../src/lib/engine/open-decoder.js";
import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {maxDifference} from "../golden.js";
import {memoryFolder, TINY_CONFIG, tinyDecoder, tinyFolder, tinyTensors} from "../tiny.js";

const IDS = [3, 22, 0, 7, 7, 1];

async function logits(...args: Parameters<typeof openDecoder>) {
  return forward(await openDecoder(...args), IDS).data;
}

describe("a checkpoint", () => {
  test("in two shards is the model of the single file", async () => {
    const tensors = [...tinyTensors().values()];
    const shards = {"a-1.safetensors": tensors.slice(0, 7), "a-2.safetensors": tensors.slice(7)};
    const weight_map = Object.fromEntries(
      Object.entries(shards).flatMap(([file, part]) => part.map(({name}) => [name, file])),
    );
    const sharded = memoryFolder({
      "config.json": JSON.stringify(TINY_CONFIG),
      "model.safetensors.index.json": JSON.stringify({metadata: {}, weight_map}),
      "a-1.safetensors": writeSafetensors(shards["a-1.safetensors"]),
      "a-2.safetensors": writeSafetensors(shards["a-2.safetensors"]),
    });
    expect(await logits(sharded)).toEqual(await logits(tinyFolder()));
  });

  const index = (weight_map: unknown, files: Record<string, Uint8Array> = {}) =>
    memoryFolder({
      "config.json": JSON.stringify(TINY_CONFIG),
      "model.safetensors.index.json": JSON.stringify({weight_map}),
      ...files,
    });

  test.each([
    [
      "no weights",
      memoryFolder({"config.json": JSON.stringify(TINY_CONFIG)}),
      "missing-file",
      "openCheckpoint: model folder must be a folder with model.safetensors or model.safetensors.index.json, got neither",
    ],
    ["no map", index(undefined), "bad-index", "weight_map must be an object, got undefined"],
    [
      "a path out of the folder",
      index({a: "../b.safetensors"}),
      "bad-index",
      'weight_map "a" must be the name of a .safetensors file, without a path, got ../b.safetensors',
    ],
    ["a path of another system", index({a: "..\\b.safetensors"}), "bad-index", "got ..\\b.safetensors"],
    ["a file of another kind", index({a: "config.json"}), "bad-index", "got config.json"],
    [
      "a shard that is not there",
      index({a: "b.safetensors"}),
      "missing-file",
      "model.safetensors.index.json must be a list of files that are there, got b.safetensors",
    ],
    [
      "a tensor that its shard lacks",
      index({a: "b.safetensors"}, {"b.safetensors": writeSafetensors([])}),
      "missing-tensor",
      "b.safetensors must be a file that holds its tensors, got none called a",
    ],
    [
      "a config that is no object",
      memoryFolder({"config.json": "[]"}),
      "not-an-object",
      "openDecoder: config.json must be a JSON object, got []",
    ],
    [
      "a config with a key twice",
      memoryFolder({"config.json": '{"a": 1, "a": 2}'}),
      "duplicate-name",
      "config.json must be a name that occurs once, got a (at byte 9)",
    ],
    [
      "a config that is not UTF-8",
      memoryFolder({"config.json": new Uint8Array([0xff])}),
      "not-utf8",
      "config.json must be UTF-8 text",
    ],
  ])("with %s is refused", async (_, folder, kind, message) => {
    const error = await openDecoder(folder).catch((e: unknown) => e);
    expect((error as Error).message).toContain(message);
    expect(error).toMatchObject({name: "FormatError", kind});
  });
});

describe("tensors", () => {
  test.each([...tinyTensors().keys()])("a missing %s is named", async (name) => {
    const tensors = tinyTensors();
    const {shape} = tensors.get(name)!;
    tensors.delete(name);
    await expect(openDecoder(tinyFolder(TINY_CONFIG, tensors))).rejects.toThrow(
      `loadDecoder: ${name} must be a tensor [${shape.join(", ")}], got none`,
    );
  });

  test.each([...tinyTensors().keys()])("a transposed or longer %s is named", async (name) => {
    const tensors = tinyTensors();
    const {shape} = tensors.get(name)!;
    const wrong =
      shape.length === 2 && shape[0] !== shape[1] ? [...shape].reverse() : [shape[0] + 1, ...shape.slice(1)];
    const count = wrong.reduce((a, b) => a * b, 1);
    tensors.set(name, {name, shape: wrong, data: new Float32Array(count)});
    await expect(openDecoder(tinyFolder(TINY_CONFIG, tensors))).rejects.toThrow(
      `loadDecoder: ${name} must be [${shape.join(", ")}] by config.json, got [${wrong.join(", ")}]`,
    );
  });

  test("a bias that the config asks for must be there, and one that it does not mention is used", async () => {
    await expect(
      openDecoder(tinyFolder({...TINY_CONFIG, attention_bias: true}, tinyTensors())),
    ).rejects.toThrow("model.layers.0.self_attn.q_proj.bias must be a tensor [24], got none");
    await expect(openDecoder(tinyFolder({...TINY_CONFIG, mlp_bias: true}, tinyTensors()))).rejects.toThrow(
      "model.layers.0.mlp.gate_proj.bias must be a tensor [28], got none",
    );
    const tensors = tinyTensors();
    const name = "model.layers.1.mlp.up_proj.bias";
    tensors.set(name, {name, shape: [28], data: new Float32Array(28).fill(0.5)});
    const folder = tinyFolder(TINY_CONFIG, tensors);
    expect((await openDecoder(folder)).unused).toEqual([]);
    expect(maxDifference(await logits(folder), await logits(tinyFolder()))).toBeGreaterThan(0.01);
  });

  test("a tied head is the embedding, whichever of the two names the file has", async () => {
    const config = {...TINY_CONFIG, tie_word_embeddings: true};
    const embedding = tinyTensors().get("model.embed_tokens.weight")!;
    const both = tinyTensors().set("lm_head.weight", {...embedding, name: "lm_head.weight"});
    const headOnly = new Map(both);
    headOnly.delete("model.embed_tokens.weight");
    const embeddingOnly = new Map(both);
    embeddingOnly.delete("lm_head.weight");
    const expected = await logits(tinyFolder(TINY_CONFIG, both));
    for (const tensors of [both, headOnly, embeddingOnly]) {
      const model = await openDecoder(tinyFolder(config, tensors));
      expect(forward(model, IDS).data).toEqual(expected);
      expect(model.unused).toEqual([]);
    }
  });

  test("what no part of the model takes is listed, leftover rotary frequencies apart", async () => {
    const tensors = tinyTensors();
    for (const name of [
      "model.layers.0.self_attn.rotary_emb.inv_freq",
      "model.layers.0.self_attn.q_norm.weight",
    ]) {
      tensors.set(name, {name, shape: [2], data: new Float32Array(2)});
    }
    expect((await openDecoder(tinyFolder(TINY_CONFIG, tensors))).unused).toEqual([
      "model.layers.0.self_attn.q_norm.weight",
    ]);
  });

  test("weights in an integer type are refused by name", async () => {
    const tensors = tinyTensors();
    tensors.set("model.norm.weight", {name: "model.norm.weight", shape: [20], data: new Int8Array(20)});
    await expect(openDecoder(tinyFolder(TINY_CONFIG, tensors))).rejects.toThrow(
      "openCheckpoint: dtype of model.norm.weight must be a floating-point one, got I8",
    );
  });

  test("a model that does not fit is refused before any weight is read", async () => {
    const parameters = [...tinyTensors().values()].reduce((sum, {data}) => sum + data.length, 0);
    const folder = tinyFolder();
    const source = (await folder.open("model.safetensors"))!;
    const reads: number[] = [];
    const watched = {
      async open(name: string) {
        if (name !== "model.safetensors") return folder.open(name);
        return {
          size: source.size,
          read(offset: number, length: number) {
            reads.push(offset);
            return source.read(offset, length);
          },
        };
      },
    };
    await expect(openDecoder(watched, {maxBytes: 4 * parameters - 1})).rejects.toThrow(
      `loadDecoder: weights as float32 must be at most ${4 * parameters - 1} bytes, got ${4 * parameters} bytes`,
    );
    expect(reads).toEqual([0, 8]);
    await openDecoder(watched, {maxBytes: 4 * parameters});
  });
});

describe("plug points of the weights", () => {
  test("transform sees every tensor once by its published name, and what it gives is used", async () => {
    const names: string[] = [];
    const model = await tinyDecoder(TINY_CONFIG, {
      transform(name, weight) {
        names.push(name);
        return name === "lm_head.weight" ? {...weight, data: weight.data.map((w) => 2 * w)} : weight;
      },
    });
    expect(names.sort()).toEqual([...tinyTensors().keys()].sort());
    const doubled = (await logits(tinyFolder())).map((logit) => 2 * logit);
    expect(forward(model, IDS).data).toEqual(doubled);
  });

  test("linear makes every projection, the head among them", async () => {
    const made: string[] = [];
    const model = await tinyDecoder(TINY_CONFIG, {
      linear(name, {shape}, bias) {
        made.push(name);
        expect(bias).toBeNull();
        const [out, inputs] = shape;
        return (x) => new Float32Array((x.length / inputs) * out).fill(name === "lm_head" ? 7 : 0);
      },
    });
    expect(made.length).toBe(2 * 7 + 1);
    expect(new Set(forward(model, IDS).data)).toEqual(new Set([7]));
  });
});
