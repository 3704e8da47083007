import {describe, expect, test} from "vitest";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import type {LoadOptions} from "../../../src/lib/engine/decoder/load-decoder.js";
import {readOn} from "../../../src/lib/engine/generate.js";
import {openModel} from "../../../src/lib/engine/language-model.js";
import {loadMamba, type Mamba} from "../../../src/lib/engine/mamba/load-mamba.js";
import {forwardMamba} from "../../../src/lib/engine/mamba/mamba.js";
import {mambaCache} from "../../../src/lib/engine/mamba/mamba-cache.js";
import {mambaConfig} from "../../../src/lib/engine/mamba/mamba-config.js";
import type {MambaSite} from "../../../src/lib/engine/mamba/mamba-hooks.js";
import {readConfig} from "../../../src/lib/engine/read-config.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {goldenPath, MAMBAS, maxDifference, readExpected} from "../golden.js";
import {memoryFolder} from "../tiny.js";
import {TINY_MAMBA, TINY_MAMBA2, type TinyMamba, tinyMambaFolder, tinyMambaTensors} from "../tiny-mamba.js";

async function openMamba(
  folder: Awaited<ReturnType<typeof openFolder>> | ReturnType<typeof tinyMambaFolder>,
  options: LoadOptions = {},
): Promise<Mamba> {
  const config = mambaConfig(await readConfig(folder, "test"));
  return loadMamba(await openCheckpoint(folder), config, options);
}

/** A golden model whose gated norm runs over all channels, as that of the reference's code; by default as a stranger's file. */
async function loadGolden(name: string, keys: object = {norm_groups: 1}): Promise<Mamba> {
  const folder = await openFolder(goldenPath(name));
  const json = new Map([...(await readConfig(folder, "test")), ...Object.entries(keys)]);
  const model = await loadMamba(await openCheckpoint(folder), mambaConfig(json));
  await folder.close();
  return model;
}

describe.each(MAMBAS)("golden model %s", (name) => {
  const expected = readExpected(name);

  test("logits, hidden states and the normed last state are within the stated tolerance", async () => {
    const model = await loadGolden(name);
    const hidden: Float32Array[] = [];
    let final = new Float32Array(0);
    const logits = forwardMamba(model, expected.ids, {
      hooks: {
        tensor(site, _layer, x) {
          if (site === "embedding" || site === "layer.output") hidden.push(x);
          if (site === "final") final = x.slice();
          return undefined;
        },
      },
    });
    expect(logits.shape).toEqual([expected.ids.length, model.config.vocabSize]);
    expect(maxDifference(logits.data, expected.logits)).toBeLessThan(expected.tolerance);
    expect(hidden.length).toBe(expected.hidden.length);
    hidden.forEach((h, i) => {
      expect(maxDifference(h, expected.hidden[i])).toBeLessThan(expected.tolerance);
    });
    expect(maxDifference(final, expected.final)).toBeLessThan(expected.tolerance);
    expect(model.unused).toEqual([]);
  });

  test("a file that does not say so norms every group by itself", async () => {
    const logits = forwardMamba(await loadGolden(name, {}), expected.ids).data;
    const grouped = expected.groupedLogits ?? expected.logits;
    expect(maxDifference(logits, grouped)).toBeLessThan(expected.tolerance);
  });

  test("greedy decoding through the cache takes the same tokens with the same logits", async () => {
    const model = await loadGolden(name);
    const cache = mambaCache(model.config);
    const read = (ids: readonly number[]) => forwardMamba(model, ids, {cache});
    const {tokens, logits} = readOn(read, expected.ids, expected.greedy.length);
    expect(tokens).toEqual(expected.greedy.map((step) => step.token));
    logits.forEach((row, i) => {
      expect(maxDifference(row, expected.greedy[i].logits)).toBeLessThan(expected.tolerance);
    });
    expect(cache.length).toBe(expected.ids.length + tokens.length);
  });

  test("steps through the cache equal the full forward bit for bit, wherever the text is cut", async () => {
    const model = await loadGolden(name);
    const full = forwardMamba(model, expected.ids).data;
    const vocab = model.config.vocabSize;
    for (let at = 1; at < expected.ids.length; at++) {
      const cache = mambaCache(model.config);
      const first = forwardMamba(model, expected.ids.slice(0, at), {cache}).data;
      const second = forwardMamba(model, expected.ids.slice(at), {cache}).data;
      expect(maxDifference([...first, ...second], full)).toBe(0);
    }
    const cache = mambaCache(model.config);
    expected.ids.forEach((id, t) => {
      const row = forwardMamba(model, [id], {cache, rows: "last"});
      expect(row.shape).toEqual([1, vocab]);
      expect(maxDifference(row.data, full.subarray(t * vocab, (t + 1) * vocab))).toBe(0);
    });
  });
});

const TINY = [
  ["mamba", TINY_MAMBA, 6],
  ["mamba2", TINY_MAMBA2, 5],
] as const;

describe.each(TINY)("a small %s", (name, config: TinyMamba, _) => {
  const ids = [3, 0, 16, 16, 5];

  test("shows every tensor with its shape, in order, and goes on with what a hook gives", async () => {
    const model = await openMamba(tinyMambaFolder(config));
    const sites: [MambaSite, number, number, number][] = [];
    const plain = forwardMamba(model, ids, {
      hooks: {
        tensor(site, layer, x, rows) {
          sites.push([site, layer, rows, x.length / rows]);
          return undefined;
        },
      },
    });
    const {hiddenSize, innerSize, stateSize, vocabSize} = model.config;
    const mixer: [MambaSite, number][] =
      name === "mamba"
        ? [
            ["projected", 2 * innerSize],
            ["x", innerSize],
            ["x.projected", 5 + 2 * stateSize],
            ["dt", innerSize],
            ["B", stateSize],
            ["C", stateSize],
            ["y", innerSize],
          ]
        : [
            ["projected", 2 * innerSize + 4 * stateSize + 4],
            ["x", innerSize],
            ["B", 2 * stateSize],
            ["C", 2 * stateSize],
            ["dt", 4],
            ["y", innerSize],
          ];
    const layer = (index: number): [MambaSite, number, number, number][] => [
      ["mixer.input", index, 5, hiddenSize],
      ...mixer.map(([site, width]): [MambaSite, number, number, number] => [site, index, 5, width]),
      ["mixer.output", index, 5, innerSize],
      ["mixer.update", index, 5, hiddenSize],
      ["layer.output", index, 5, hiddenSize],
    ];
    expect(sites).toEqual([
      ["embedding", -1, 5, hiddenSize],
      ...layer(0),
      ...layer(1),
      ["final", -1, 5, hiddenSize],
      ["logits", -1, 5, vocabSize],
    ]);
    for (const site of new Set(sites.map(([site]) => site))) {
      const changed = forwardMamba(model, ids, {
        hooks: {
          tensor: (at, layer, x) => (at === site && layer < 1 ? x.map((value) => value + 0.5) : undefined),
        },
      });
      expect(maxDifference(changed.data, plain.data), site).toBeGreaterThan(1e-4);
    }
  });

  test("keeps the state that a hook gives", async () => {
    const model = await openMamba(tinyMambaFolder(config));
    const [before, after] = [mambaCache(model.config), mambaCache(model.config)];
    forwardMamba(model, ids, {cache: before});
    const seenStates: number[] = [];
    forwardMamba(model, ids, {
      cache: after,
      hooks: {
        state(layer, state) {
          seenStates.push(layer, state.length);
          return layer === 0 ? state.map((value) => value / 2) : undefined;
        },
      },
    });
    const {innerSize, stateSize} = model.config;
    expect(seenStates).toEqual([0, innerSize * stateSize, 1, innerSize * stateSize]);
    expect(after.read(0).scan).toEqual(before.read(0).scan.map((value) => value / 2));
    expect(after.read(1).scan).toEqual(before.read(1).scan);
  });

  test("its cache is as large after many tokens as after one", async () => {
    const model = await openMamba(tinyMambaFolder(config));
    const bytes = (count: number) => {
      const cache = mambaCache(model.config);
      forwardMamba(model, Array(count).fill(1), {cache});
      return [0, 1].map((layer) => {
        const {conv, scan} = cache.read(layer);
        return conv.byteLength + scan.byteLength;
      });
    };
    expect(bytes(50)).toEqual(bytes(1));
  });

  test("uses a bias that the file has although the config does not say so", async () => {
    const tensors = tinyMambaTensors(config);
    const plain = forwardMamba(await openMamba(tinyMambaFolder(config, tensors)), ids);
    const bias = "backbone.layers.1.mixer.out_proj.bias";
    tensors.set(bias, {
      name: bias,
      shape: [config.hidden_size],
      data: new Float32Array(config.hidden_size).fill(1),
    });
    const model = await openMamba(tinyMambaFolder(config, tensors));
    expect(model.unused).toEqual([]);
    expect(maxDifference(forwardMamba(model, ids).data, plain.data)).toBeGreaterThan(0.1);
  });

  test("transforms weights and makes linear layers by their published names", async () => {
    const [seenNames, made] = [new Set<string>(), new Set<string>()];
    const tensors = tinyMambaTensors(config);
    const model = await openMamba(tinyMambaFolder(config, tensors), {
      transform(name, weight) {
        seenNames.add(name);
        return weight;
      },
      linear(name) {
        made.add(name);
        return (x) => new Float32Array((x.length / config.hidden_size) * 60);
      },
    });
    expect([...seenNames].sort()).toEqual([...tensors.keys()].sort());
    const layers = name === "mamba" ? ["in_proj", "out_proj", "x_proj"] : ["in_proj", "out_proj"];
    expect([...made].sort()).toEqual(
      [0, 1]
        .flatMap((layer) => layers.map((part) => `backbone.layers.${layer}.mixer.${part}`))
        .concat("lm_head"),
    );
    expect(model.config.layers).toBe(2);
  });

  test("refuses ids that are none, and no ids at all", async () => {
    const model = await openMamba(tinyMambaFolder(config));
    expect(() => forwardMamba(model, [])).toThrow("forward: ids must hold at least one token, got none");
    expect(() => forwardMamba(model, [config.vocab_size])).toThrow(
      `forward: every id must be an integer from 0 to ${config.vocab_size - 1}, got ${config.vocab_size}`,
    );
  });

  test("says which tensor is missing or of another shape, before it reads any", async () => {
    const tensors = tinyMambaTensors(config);
    const broken = (change: (copy: typeof tensors) => void) => {
      const copy = new Map(tensors);
      change(copy);
      return openMamba(tinyMambaFolder(config, copy));
    };
    const D = "backbone.layers.1.mixer.D";
    await expect(broken((copy) => copy.delete(D))).rejects.toThrow(`loadMamba: ${D} must be a tensor [`);
    await expect(
      broken((copy) => copy.set(D, {name: D, shape: [1], data: new Float32Array(1)})),
    ).rejects.toThrow(`loadMamba: ${D} must be [`);
    await expect(openMamba(tinyMambaFolder(config), {maxBytes: 1000})).rejects.toThrow(
      "loadMamba: weights as float32 must be at most 1000 bytes",
    );
  });

  test("a tied head may be stored as the head alone, or twice", async () => {
    const tied = {...config, tie_word_embeddings: true};
    const tensors = tinyMambaTensors(tied);
    const expected = forwardMamba(await openMamba(tinyMambaFolder(tied, tensors)), ids).data;
    const embedding = tensors.get("backbone.embeddings.weight")!;
    tensors.set("lm_head.weight", {...embedding, name: "lm_head.weight"});
    const twice = await openMamba(tinyMambaFolder(tied, tensors));
    expect(twice.unused).toEqual([]);
    expect(forwardMamba(twice, ids).data).toEqual(expected);
    tensors.delete("backbone.embeddings.weight");
    expect(forwardMamba(await openMamba(tinyMambaFolder(tied, tensors)), ids).data).toEqual(expected);
  });

  test("is read through the front that all architectures share", async () => {
    const model = await openModel(tinyMambaFolder(config));
    expect(model).toMatchObject({
      architecture: config.architectures[0],
      vocabSize: config.vocab_size,
      unused: [],
    });
    const read = model.read();
    const parts = [...read(ids.slice(0, 2)).data, ...read(ids.slice(2)).data];
    expect(maxDifference(parts, model.read()(ids).data)).toBe(0);
  });
});

test("a folder without config.json is no model", async () => {
  await expect(openModel(memoryFolder({}))).rejects.toThrow(
    "openModel: model folder must be a folder with config.json, got none",
  );
});
