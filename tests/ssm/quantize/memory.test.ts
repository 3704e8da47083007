import {beforeAll, describe, expect, test} from "vitest";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {forwardMamba} from "../../../src/lib/engine/mamba/mamba.js";
import {mambaCache} from "../../../src/lib/engine/mamba/mamba-cache.js";
import {mambaConfig} from "../../../src/lib/engine/mamba/mamba-config.js";
import type {MambaHooks} from "../../../src/lib/engine/mamba/mamba-hooks.js";
import {type MambaWeights, mambaOf, readMambaWeights} from "../../../src/lib/engine/mamba/mamba-weights.js";
import {readConfig} from "../../../src/lib/engine/read-config.js";
import {castValue} from "../../../src/lib/formats/cast.js";
import {f16} from "../../../src/lib/formats/element.js";
import {calibrateMamba} from "../../../src/lib/ssm/quantize/calibrate-mamba.js";
import {rounded} from "../../../src/lib/ssm/quantize/int8-quantizers.js";
import {packedMambaCache} from "../../../src/lib/ssm/quantize/packed-mamba-cache.js";
import {
  type MambaBits,
  type MambaMemory,
  quantizeMamba,
} from "../../../src/lib/ssm/quantize/quantize-mamba.js";
import {roundMambaWeights} from "../../../src/lib/ssm/quantize/round-weights.js";
import {ownParams, type ScanQuantizerId, scanQuantizers} from "../../../src/lib/ssm/registry.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {TINY_MAMBA, TINY_MAMBA2, type TinyMamba, tinyMambaFolder} from "../../engine/tiny-mamba.js";

const MAMBA = {...TINY_MAMBA, hidden_size: 12, tie_word_embeddings: true};
const MAMBA2 = {...TINY_MAMBA2, hidden_size: 32, num_heads: 8, head_dim: 8, n_groups: 2};
const GROUPS = {headGroups: 2, channelGroups: 3};

/** As published models are stored: every number is a float16. */
async function weightsOf(config: TinyMamba): Promise<MambaWeights> {
  const folder = tinyMambaFolder(config);
  const {config: read, tensors} = await readMambaWeights(
    await openCheckpoint(folder),
    mambaConfig(await readConfig(folder, "test")),
  );
  const cast = [...tensors].map(
    ([name, {shape, data}]) => [name, {shape, data: data.map((w) => castValue(f16, w))}] as const,
  );
  return {config: read, tensors: new Map(cast)};
}

const stream = randomStream(3, "memory");
const TEXTS = Array.from({length: 3}, () => Array.from({length: 20}, () => stream.integer(17)));
const HELD_OUT = Array.from({length: 30}, () => stream.integer(17));

const modelBytes = ({mixers, embedding, head, norms}: MambaMemory) => mixers + embedding + head + norms;

describe.each([
  ["Mamba", MAMBA as TinyMamba],
  ["Mamba2", MAMBA2 as TinyMamba],
])("the memory of %s", (name, config) => {
  let weights: MambaWeights;
  let numbers: number;
  beforeAll(async () => {
    weights = await weightsOf(config);
    numbers = [...weights.tensors.values()].reduce((sum, {data}) => sum + data.length, 0);
  });
  const memory = async (method: ScanQuantizerId, bits: MambaBits | null) =>
    (await quantizeMamba(weights, {method, bits, calibration: TEXTS, params: ownParams(method, GROUPS)}))
      .memory;
  const scanNumbers = () => weights.config.layers * weights.config.innerSize * weights.config.stateSize;
  const convNumbers = () => {
    const {layers, innerSize, convWidth, stateSize} = weights.config;
    return layers * (convWidth - 1) * (name === "Mamba" ? innerSize : innerSize + 2 * 2 * stateSize);
  };

  test("is two bytes a number in float16, which changes nothing in weights that are float16", async () => {
    const model = await quantizeMamba(weights, {method: "static", bits: "w16a16"});
    expect(modelBytes(model.memory)).toBe(2 * numbers);
    expect(model.memory).toMatchObject({
      scales: 0,
      scanState: 2 * scanNumbers(),
      convState: 2 * convNumbers(),
    });
    expect([model.bitsPerWeight, model.bitsPerKv]).toEqual([16, 16]);
    expect(model.logits(HELD_OUT).data).toEqual(forwardMamba(await mambaOf(weights), HELD_OUT).data);
  });

  test("is four bytes a number where nothing is rounded", async () => {
    const plain = await memory("dynamic", null);
    expect(modelBytes(plain)).toBe(4 * numbers);
    expect(plain).toMatchObject({scales: 0, scanState: 4 * scanNumbers(), convState: 4 * convNumbers()});
  });

  test("is a byte a number of state in int8; scales of its own come on top where they are dynamic", async () => {
    const {layers, convWidth} = weights.config;
    const fixed = await memory("static", "w8a8");
    expect(fixed).toMatchObject({scanState: scanNumbers(), convState: convNumbers()});
    expect(fixed.scales).toBeGreaterThan(0);
    const parts = name === "Mamba" ? 1 : 3;
    expect(await memory("dynamic", "w8a8")).toMatchObject({
      scales: 0,
      scanState: scanNumbers() + 4 * layers,
      convState: convNumbers() + 4 * layers * (convWidth - 1) * parts,
    });
  });

  test("has four bytes for every static scale", async () => {
    const {layers} = weights.config;
    // Mamba: input, projected, x, x.projected, dt, output, state. Mamba2 projects five parts and has B and C.
    const perTensor = name === "Mamba" ? 7 : 1 + 5 + 1 + 2 + 1 + 1;
    expect((await memory("static", "w8a8")).scales).toBe(4 * layers * perTensor);
    expect((await memory("quamba", "w8a8")).scales).toBe(4 * layers * perTensor);
    if (name === "Mamba") return;
    const {stateSize} = weights.config;
    const grouped = 2 * GROUPS.headGroups * GROUPS.channelGroups;
    // x and the state in groups, B and C for each state group; the input of the head besides.
    const quamba2 = layers * (1 + 5 + grouped + 2 + 2 + 1 + grouped * stateSize) + 1;
    expect((await memory("quamba2", "w8a8")).scales).toBe(4 * quamba2);
    expect((await memory("state-groups", "w8a8")).scales).toBe(
      4 * layers * (1 + 5 + 1 + 2 + 2 + 1 + 2 * stateSize),
    );
  });

  test("is a byte, or half a byte, a weight and its scales, ends included if they are rounded", async () => {
    const {vocabSize, hiddenSize} = weights.config;
    const eight = await memory("quamba2", "w8a8");
    expect(eight.embedding).toBe(vocabSize * hiddenSize + 2 * vocabSize);
    // The rotation parts what was tied.
    expect(eight.head).toBe(vocabSize * hiddenSize + 4);
    const four = await memory("quamba2", "w4a16");
    expect(four.embedding).toBe((vocabSize * hiddenSize) / 2 + 2 * vocabSize);
    expect(four.head).toBe((vocabSize * hiddenSize) / 2 + 4 * vocabSize);
    const kept = await memory("quamba", "w8a8");
    expect([kept.embedding, kept.head]).toEqual([2 * vocabSize * hiddenSize, 2 * vocabSize * hiddenSize]);
    const {elements} = roundMambaWeights(weights, "w8");
    // One a tensor, or a part of one: z, x, B, C, dt of the projection; x, B, C of the convolution and its bias.
    const scales = name === "Mamba" ? 9 : 5 + 3 + 3 + 3 + 1;
    expect(eight.mixers).toBe(elements + 4 * scales * weights.config.layers);
    let expected = 0;
    for (const [tensor, {shape, data}] of weights.tensors) {
      if (!/mixer/.test(tensor) || /norm/.test(tensor)) continue;
      // Short rows have one scale each; what no linear layer reads is float16.
      expected += /proj\.weight/.test(tensor) ? data.length / 2 + 4 * shape[0] : 2 * data.length;
    }
    expect(four.mixers).toBe(expected);
  });

  test("a tied head is the embedding, rounded with it", async () => {
    const tied = await quantizeMamba(weights, {
      method: "static",
      bits: "w8a8",
      calibration: TEXTS,
      roundsEnds: true,
    });
    expect(tied.memory.head === 0).toBe(weights.config.tied);
    expect(modelBytes(tied.memory)).toBeLessThan(modelBytes(await memory("static", "w8a8")));
  });

  test.each(scanQuantizers.ids.filter((method) => name === "Mamba2" || !/cluster|groups/.test(method)))(
    "%s: what was rounded comes out of the packed cache as it went in",
    async (method) => {
      const {
        quantizer,
        inSpace,
        weights: moved,
      } = await calibrateMamba(weights, {
        method,
        calibration: TEXTS,
        params: ownParams(method, GROUPS),
      });
      const model = await mambaOf(moved);
      const hooks: MambaHooks = {
        tensor(site, layer, x, rows) {
          const tensor = inSpace(site, {shape: [rows, x.length / rows], data: x});
          const own = quantizer(layer, site);
          return own ? rounded(own, tensor).data : tensor.data;
        },
        state(layer, state) {
          const tensor = {shape: [1, state.length], data: new Float32Array(state)};
          return new Float64Array(rounded(quantizer(layer, "state")!, tensor).data);
        },
      };
      const caches = [
        mambaCache(moved.config),
        packedMambaCache(moved.config, (layer) => ({
          conv: quantizer(layer, "conv")!,
          scan: quantizer(layer, "state")!,
        })),
      ];
      for (const ids of [HELD_OUT.slice(0, 7), HELD_OUT.slice(7, 8), HELD_OUT.slice(8)]) {
        const [plain, packed] = caches.map((cache) => forwardMamba(model, ids, {cache, hooks}).data);
        // A token's own scale of x and z together is rounded again for x alone.
        if (method !== "dynamic" || name === "Mamba2") expect(packed).toEqual(plain);
      }
    },
  );
});

test("a static quantizer that has seen nothing says so", async () => {
  const weights = await weightsOf(MAMBA2);
  const {quantizer} = await calibrateMamba(weights, {method: "static", calibration: TEXTS});
  expect(() => quantizer(0, "x")!.encode({shape: [1, 2], data: Float32Array.of(Number.NaN, 0)})).toThrow(
    "int8Quantizer: values must not be NaN, got NaN at index 0",
  );
  expect(quantizer(0, "y")).toBeUndefined();
  expect(quantizer(-1, "final")).toBeUndefined();
});
