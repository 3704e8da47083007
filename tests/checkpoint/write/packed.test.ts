import {describe, expect, test} from "vitest";
import {modelFingerprint} from "../../../src/lib/checkpoint/fingerprint.js";
import {modelFolder} from "../../../src/lib/checkpoint/model-folder.js";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import type {Recipe} from "../../../src/lib/checkpoint/recipe.js";
import {readStored} from "../../../src/lib/checkpoint/stored-tensor.js";
import {readOn} from "../../../src/lib/engine/generate.js";
import {openModel} from "../../../src/lib/engine/language-model.js";
import {formatById, formats} from "../../../src/lib/formats/registry.js";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
import {openModelPath} from "../../../src/lib/io/node-file.js";
import {openSafetensors} from "../../../src/lib/io/safetensors.js";
import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {transpose} from "../../../src/lib/tensor/transpose.js";
import {goldenPath} from "../../engine/golden.js";
import {folderOf} from "../folder.js";
import {write} from "./write.js";

const stream = randomStream(3, "packed");
const [ROWS, COLUMNS] = [24, 80];
const data = draws(ROWS * COLUMNS, stream.normal);
const small = () =>
  folderOf({
    "model.safetensors": writeSafetensors([
      {name: "w", shape: [ROWS, COLUMNS], data},
      {name: "norm", shape: [COLUMNS], data: data.slice(0, COLUMNS)},
      {name: "ids", shape: [2], data: Int32Array.of(1, 2)},
      {name: "none", shape: [0, 3], data: new Int32Array(0)},
    ]),
  });
const valuesOf = async (folder: Parameters<typeof openTensors>[0], name: string) =>
  (await readStored("test", (await openTensors(folder)).tensors.get(name)!)).data;

describe("safetensors in our layout", () => {
  test.each(Object.keys(formats))(
    "gives back what %s makes of a matrix, and all else as it was",
    async (id) => {
      const {folder, tensors} = await write(small(), "safetensors", {format: id});
      const format = formatById(id);
      const wanted = format.decode(format.encode({shape: [ROWS, COLUMNS], data}));
      expect(await valuesOf(folder, "w")).toEqual(wanted.data);
      expect(await valuesOf(folder, "norm")).toEqual(data.slice(0, COLUMNS));
      const read = (await openTensors(folder)).tensors;
      expect([...read.keys()].sort()).toEqual(["ids", "none", "norm", "w"]);
      expect(read.get("w")!.shape).toEqual([ROWS, COLUMNS]);
      expect([read.get("ids")!.dtype, read.get("none")!.dtype]).toEqual(["I32", "I32"]);
      expect(tensors.find(({name}) => name === "w")!.bytes).toBe(read.get("w")!.bytes);
    },
  );

  test("is written again with the same bytes", async () => {
    const first = await write(small(), "safetensors", {format: "mxfp4"});
    const second = await write(first.folder, "safetensors", {format: "mxfp4"});
    expect(Buffer.compare(second.bytes, first.bytes)).toBe(0);
  });

  test("packs a matrix that is stored [in, out] along its inputs", async () => {
    const name = "h.0.attn.c_attn.weight";
    const x = draws(32 * 96, stream.normal);
    const opened = folderOf({"model.safetensors": writeSafetensors([{name, shape: [32, 96], data: x}])});
    const {folder} = await write(opened, "safetensors", {format: "int4"});
    const format = formatById("int4");
    const packed = format.decode(format.encode({shape: [96, 32], data: transpose(x, 32, 96)}));
    expect(await valuesOf(folder, name)).toEqual(transpose(packed.data, 96, 32));
  });

  test("holds the files of the model, so that the engine runs it alone", async () => {
    const opened = await openModelPath("src/data/models/decoder-small");
    const {folder} = await write(opened, "safetensors", {format: "int8"});
    const [plain, packed] = [await openModel(opened), await openModel(await modelFolder(folder))];
    await opened.close();
    expect(packed.unused).toEqual([]);
    const ids = [1, 3, 16, 80, 2, 4, 16];
    expect(readOn(packed.read(), ids, 4).tokens).toEqual(readOn(plain.read(), ids, 4).tokens);
  });

  test("takes a GGUF file by its published names", async () => {
    const opened = await openModelPath(`${goldenPath("gguf-llama-f32")}/model.gguf`);
    const {folder, tensors} = await write(opened, "safetensors", {format: "nvfp4"});
    await opened.close();
    expect(tensors.find(({name}) => name === "model.embed_tokens.weight")?.tensor).toBe("token_embd.weight");
    const model = await openModel(await modelFolder(folder));
    expect(model.unused).toEqual([]);
  });

  test("says no more of how the weights were stored before", async () => {
    const config = {model_type: "llama", quantization_config: {quant_method: "fp8"}};
    const tensors = [
      {name: "a.weight", shape: [2, 32], dtype: "F8_E4M3" as const, data: new Uint8Array(64).fill(56)},
      {name: "a.weight_scale", shape: [1], data: Float32Array.of(2)},
    ];
    const opened = folderOf({"config.json": config, "model.safetensors": writeSafetensors(tensors)});
    const {folder} = await write(opened, "safetensors", {format: "fp16"});
    const source = await (await modelFolder(folder)).open("config.json");
    expect(JSON.parse(new TextDecoder().decode(await source!.read(0, source!.size)))).toEqual({
      model_type: "llama",
    });
    expect(await valuesOf(folder, "a.weight")).toEqual(new Float32Array(64).fill(2));
  });
});

describe("a recipe", () => {
  const recipeOf = async (
    tensors: Recipe["tensors"],
    change: Partial<Recipe["model"]> = {},
  ): Promise<Recipe> => {
    const model = modelFingerprint((await openTensors(small())).tensors.values());
    return {model: {...model, ...change}, tensors};
  };

  test("gives each tensor its format; keep, and silence, leave it as it is", async () => {
    const recipe = await recipeOf([
      {name: "w", format: "Q8_0"},
      {name: "norm", format: "keep"},
    ]);
    const {tensors} = await write(small(), "safetensors", {recipe});
    expect(tensors.map(({name, format}) => [name, format])).toEqual(
      expect.arrayContaining([
        ["w", "q8_0"],
        ["norm", "F32"],
        ["ids", "I32"],
      ]),
    );
  });

  test.each<[string, Recipe["tensors"], Partial<Recipe["model"]>, string]>([
    ["another model", [], {digest: "0".repeat(16)}, "--recipe must be of this model"],
    [
      "a tensor that is not there",
      [{name: "v", format: "int4"}],
      {},
      "--recipe must name tensors of the model, got v",
    ],
    ["a format that there is not", [{name: "w", format: "int99"}], {}, "int99"],
  ])("is refused for %s", async (_, tensors, change, message) => {
    await expect(write(small(), "safetensors", {recipe: await recipeOf(tensors, change)})).rejects.toThrow(
      message,
    );
  });
});

describe("a layout that lies", () => {
  const parts = [{name: "w.codes", shape: [4], data: Uint8Array.of(1, 2, 3, 4)}];
  const open = async (layout: unknown) => {
    const text = typeof layout === "string" ? layout : JSON.stringify(layout);
    const file = writeSafetensors(parts, {"paretoscope.packed": text});
    await openSafetensors(bytesSource(file));
    const {tensors} = await openTensors(folderOf({"model.safetensors": file}));
    return Promise.all(Array.from(tensors.values(), (tensor) => readStored("test", tensor)));
  };
  const entry = (change: object) => ({
    version: 1,
    tensors: {w: {format: "int8", shape: [1, 4], parts: ["codes"], ...change}},
  });

  test.each<[string, unknown, string]>([
    ["no JSON", "{", "json-syntax"],
    ["another version", {version: 2, tensors: {}}, "bad-version"],
    ["no tensors", {version: 1}, "bad-layout"],
    ["a format that there is not", entry({format: "int99"}), "unsupported"],
    ["a shape that is none", entry({shape: [-1]}), "bad-layout"],
    ["a shape beyond its bytes", entry({shape: [2 ** 20, 2 ** 20]}), "bad-shape"],
    ["parts that do not fit", entry({}), "bad-shape"],
    ["a part that is not there", entry({parts: ["codes", "scales"]}), "missing-tensor"],
    ["no parts", entry({parts: []}), "bad-layout"],
    ["a transposed vector", entry({shape: [4], transposed: true}), "bad-layout"],
    [
      "the name of a tensor",
      {version: 1, tensors: {"w.codes": entry({}).tensors.w, w: entry({}).tensors.w}},
      "missing-tensor",
    ],
  ])("is refused: %s", async (_, layout, kind) => {
    await expect(open(layout)).rejects.toMatchObject({name: "FormatError", kind});
  });
});
