import {afterAll, beforeAll, describe, expect, test} from "vitest";
import type {Container} from "../../../src/lib/checkpoint/container.js";
import {modelFolder} from "../../../src/lib/checkpoint/model-folder.js";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import type {StoredTensor} from "../../../src/lib/checkpoint/stored-tensor.js";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import type {Decoder, LoadOptions} from "../../../src/lib/engine/decoder/load-decoder.js";
import {greedy} from "../../../src/lib/engine/generate.js";
import {openDecoder} from "../../../src/lib/engine/open-decoder.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {valuesOf} from "../../../src/lib/formats/grouped-levels.js";
import type {ModelFolder} from "../../../src/lib/io/model-folder.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {largest} from "../../../src/lib/stats/extent.js";
import {corpusDocument} from "../../../src/lib/tasks/corpus.js";
import {write} from "../../checkpoint/write/write.js";

/** Files whose blocks or codes the kernels multiply. */
const FILES: readonly (readonly [Container, string])[] = [
  ["gguf", "q4_1"],
  ["gguf", "q8_0"],
  ["gguf", "iq4_nl"],
  ["safetensors", "nvfp4"],
];
const IDS = Array.from(corpusDocument("test", 0, {mix: "tasks"}).tokens).slice(0, 48);

type Folder = Awaited<ReturnType<typeof openFolder>>;

let small: Folder;
let large: Folder;
beforeAll(async () => {
  small = await openFolder("src/data/models/decoder-small");
  large = await openFolder("src/data/models/decoder-large");
});
afterAll(async () => {
  await small.close();
  await large.close();
});

/** A decoder in a format, as one file with all that a model folder has. */
const written = async (model: Folder, container: Container, format: string): Promise<ModelFolder> =>
  modelFolder((await write(model, container, {format})).folder);

const open = async (folder: ModelFolder, options: LoadOptions): Promise<Decoder> =>
  openDecoder(folder, {backend: await wasmBackend(), ...options});

const logitsOf = (model: Decoder) => forward(model, IDS, {cache: plainKvCache(model.config)}).data;
const textOf = (model: Decoder) => [...greedy(model, IDS, 8, {cache: plainKvCache(model.config)}).tokens];

describe.each(FILES)("a file of %s in %s", (container, format) => {
  test("opens packed, with the values it has unpacked", async () => {
    const checkpoint = await openCheckpoint(await written(small, container, format));
    let packed = 0;
    for (const name of checkpoint.tensors.keys()) {
      const levels = await checkpoint.levels(name);
      if (levels === null) continue;
      packed++;
      const {data} = await checkpoint.read(name);
      const values = valuesOf(levels);
      // A unit in the last place, where scale and level are multiplied in another order.
      expect(values.findIndex((value, i) => Math.abs(value - data[i]) > Math.abs(data[i]) * 2 ** -23)).toBe(
        -1,
      );
    }
    expect(packed).toBeGreaterThan(checkpoint.tensors.size / 2);
  });

  test("writes the tokens that it writes unpacked, and logits differ by rounding alone", async () => {
    const folder = await written(small, container, format);
    const [packed, unpacked] = [await open(folder, {packed: "f32"}), await open(folder, {})];
    expect(textOf(packed)).toEqual(textOf(unpacked));
    const [ours, theirs] = [logitsOf(packed), logitsOf(unpacked)];
    const size = largest(theirs.map(Math.abs));
    // Sums of 344 terms at most in another order, through eight layers: measured 2e-6.
    expect(largest(ours.map((value, i) => Math.abs(value - theirs[i])))).toBeLessThan(2e-5 * size);
  });
});

test("the memory of a model that stays packed is its blocks, two bytes more a group for scales in float32, and four a row", async () => {
  const folder = await written(large, "gguf", "q4_0");
  const stored = [...(await openTensors(folder)).tensors.values()].filter(({shape}) => shape.length === 2);
  // The table that tokens are looked up in is not in the kernels' memory.
  const products = stored.filter(({name}) => name !== "token_embd.weight");
  const blocks = products.filter(({dtype}) => dtype === "q4_0");
  const sum = (list: readonly StoredTensor[], of: (tensor: StoredTensor) => number) =>
    list.reduce((total, tensor) => total + of(tensor), 0);
  const elements = ({shape: [out, inputs]}: StoredTensor) => out * inputs;
  const rows = ({shape: [out]}: StoredTensor) => out;
  const held = async (options: LoadOptions) => {
    const backend = await wasmBackend();
    const before = backend.heldBytes!();
    await openDecoder(folder, {backend, ...options});
    return backend.heldBytes!() - before;
  };
  const [packed, floats] = [await held({packed: "f32"}), await held({})];
  // Rows of 344 are no whole blocks: eight matrices stay in 16 bits in the file and are float32 here.
  const unpacked = sum(products, elements) - sum(blocks, elements);
  expect([products.length, blocks.length]).toEqual([57, 49]);
  const inFile = sum(blocks, ({bytes}) => bytes);
  // Beside them rows of zeros, filled up to eights, and six parts of each matrix that begin at multiples of 64 bytes.
  const beside = 4 * (sum(products, rows) + 8 * products.length) + 64 * 7 * products.length;
  const stated = inFile + (2 * sum(blocks, elements)) / 32 + 4 * unpacked + beside;
  expect(packed).toBeLessThanOrEqual(stated);
  expect(packed).toBeGreaterThanOrEqual(inFile - (2 * sum(blocks, elements)) / 32 + 4 * unpacked);
  expect(floats - packed).toBeGreaterThan(4 * sum(blocks, elements) - (stated - 4 * unpacked));
});

test("a model that fits packed alone is opened packed, and refused unpacked before a tensor is read", async () => {
  const folder = await written(small, "gguf", "q4_0");
  const stored = [...(await openTensors(folder)).tensors.values()];
  const asFloats = stored.reduce((sum, {shape}) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
  const maxBytes = Math.round(asFloats / 2);
  await expect(openDecoder(folder, {maxBytes})).rejects.toThrow("weights as float32 must be at most");
  expect(logitsOf(await open(folder, {packed: "f32", maxBytes})).length).toBeGreaterThan(0);
  await expect(openDecoder(folder, {packed: "f32", maxBytes: maxBytes / 4})).rejects.toThrow(
    "weights, packed where they stay so must be at most",
  );
});
