import {describe, expect, test} from "vitest";
import {modelFolder} from "../../src/lib/checkpoint/model-folder.js";
import {openTensors} from "../../src/lib/checkpoint/open-tensors.js";
import {SIDE_FILE_LIMITS} from "../../src/lib/io/json-file.js";
import {readJson} from "../../src/lib/io/model-folder.js";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {f32Tensor, writeGguf} from "../io/gguf/write-gguf.js";
import {folderOf} from "./folder.js";

const one = (name: string) => writeSafetensors([{name, shape: [1], data: Float32Array.of(1)}]);
const text = (value: string) => new TextEncoder().encode(value);
const namesIn = async (...folder: Parameters<typeof folderOf>) => [
  ...(await openTensors(await modelFolder(folderOf(...folder)))).tensors.keys(),
];

describe("tensors", () => {
  const index = {weight_map: {a: "1.safetensors", b: "2.safetensors"}};
  const shards = {"1.safetensors": one("a"), "2.safetensors": one("b")};

  test.each([
    [
      "a file that was chosen",
      {"x.safetensors": one("x"), "model.safetensors": one("m")},
      "x.safetensors",
      ["x"],
    ],
    [
      "an index that was chosen",
      {...shards, "own.index.json": index, "model.safetensors": one("m")},
      "own.index.json",
      ["a", "b"],
    ],
    ["model.safetensors", {"model.safetensors": one("m"), "other.safetensors": one("o")}, undefined, ["m"]],
    ["shards", {...shards, "model.safetensors.index.json": index}, undefined, ["a", "b"]],
    ["the only index", {...shards, "own.index.json": index}, undefined, ["a", "b"]],
    [
      "the only file of a folder",
      {"consolidated.safetensors": one("c"), "config.json": {}},
      undefined,
      ["c"],
    ],
    [
      "GGUF, whatever it is called",
      {"x.safetensors": writeGguf({tensors: [f32Tensor("g", [1], [1])]})},
      "x.safetensors",
      ["g"],
    ],
  ] as const)("are those of %s", async (_, files, main, names) => {
    expect(await namesIn(files, main)).toEqual(names);
  });

  test("of a folder that holds others alone are refused with the kind of those", async () => {
    const pickle = folderOf({"pytorch_model.bin": Uint8Array.of(0x50, 0x4b, 3, 4), "config.json": {}});
    await expect(openTensors(pickle)).rejects.toThrow(
      "got neither, but pytorch_model.bin, a zip archive: a PyTorch checkpoint",
    );
    await expect(openTensors(pickle)).rejects.toThrow("Take the safetensors of the same model");
  });
});

test.each([
  ["is-zip", Uint8Array.of(0x50, 0x4b, 3, 4, 0), "got a zip archive"],
  ["is-html", text("<!DOCTYPE html>"), "got an HTML page"],
  ["is-lfs-pointer", text("version https://git-lfs.github.com/spec/v1\n"), "got a Git LFS pointer"],
  ["is-empty", new Uint8Array(0), "got an empty file"],
])("a model that is another kind of file is refused: %s", async (kind, bytes, message) => {
  const opened = modelFolder(folderOf({"model.bin": bytes}, "model.bin"));
  await expect(opened).rejects.toThrow(
    `model.bin must be a model folder, safetensors, an index of shards or GGUF, ${message}`,
  );
  await expect(opened).rejects.toMatchObject({kind});
  const json = readJson(folderOf({"config.json": bytes}), "config.json", {
    reader: "test",
    limits: SIDE_FILE_LIMITS,
  });
  await expect(json).rejects.toThrow(`config.json must be a JSON object, ${message}`);
});
