import {describe, expect, test} from "vitest";
import {openGgufFiles} from "../../src/lib/checkpoint/gguf/gguf-files.js";
import {modelFolder} from "../../src/lib/checkpoint/model-folder.js";
import {openCheckpoint} from "../../src/lib/checkpoint/open-checkpoint.js";
import {openTensors} from "../../src/lib/checkpoint/open-tensors.js";
import type {ModelFolder} from "../../src/lib/io/model-folder.js";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {counted} from "../io/counted.js";
import {
  blockTensor,
  type Entry,
  f32Tensor,
  TYPE,
  type WrittenTensor,
  writeGguf,
} from "../io/gguf/write-gguf.js";
import {folderOf} from "./folder.js";

const COUNT = 40_000;
const numbers = (from: number) => Float32Array.from({length: COUNT}, (_, i) => from + i);
const LLAMA: readonly Entry[] = [
  ["general.architecture", TYPE.string, "llama"],
  ["llama.attention.head_count", TYPE.u32, 1],
];
const split = (no: number, count: number, tensors = 2): Entry[] => [
  ...(no === 0 ? LLAMA : []),
  ["split.no", TYPE.u16, no],
  ["split.count", TYPE.u16, count],
  ["split.tensors.count", TYPE.i32, tensors],
];
const part = (no: number, tensors: readonly WrittenTensor[], metadata = split(no, 2)) =>
  writeGguf({metadata, tensors});

const [a, b] = ["a", "b"].map((name, i) => ({name, shape: [COUNT], data: numbers(i)}));
const [ga, gb] = [a, b].map(({name, data}) => f32Tensor(name, [COUNT], data));
const LAYOUTS: Readonly<Record<string, Readonly<Record<string, Uint8Array | object>>>> = {
  safetensors: {"model.safetensors": writeSafetensors([a, b])},
  "sharded safetensors": {
    "model.safetensors.index.json": {weight_map: {a: "1.safetensors", b: "2.safetensors"}},
    "1.safetensors": writeSafetensors([a]),
    "2.safetensors": writeSafetensors([b]),
  },
  GGUF: {"m.gguf": writeGguf({metadata: LLAMA, tensors: [ga, gb]})},
  "split GGUF": {"m-00001-of-00002.gguf": part(0, [ga]), "m-00002-of-00002.gguf": part(1, [gb])},
};

/** The folder, and what was read of all its files together. */
function watchedFolder(folder: ModelFolder) {
  const sources = new Map<string, ReturnType<typeof counted>>();
  return {
    bytes: () => [...sources.values()].reduce((sum, source) => sum + source.bytes(), 0),
    folder: {
      ...folder,
      async open(name: string) {
        const source = await folder.open(name);
        if (source !== undefined && !sources.has(name)) sources.set(name, counted(source));
        return sources.get(name);
      },
    },
  };
}

describe.each(Object.entries(LAYOUTS))("%s", (_, files) => {
  test("costs its headers, and then what is asked for", async () => {
    const {folder, bytes} = watchedFolder(folderOf(files));
    const checkpoint = await openCheckpoint(await modelFolder(folder));
    expect([...checkpoint.tensors.keys()]).toEqual(["a", "b"]);
    const opened = bytes();
    expect(opened).toBeLessThan(12_000);
    expect((await checkpoint.read("b")).data).toEqual(numbers(1));
    expect(bytes() - opened).toBe(4 * COUNT);
  });

  test("gives parts of a tensor for their bytes alone", async () => {
    const {folder, bytes} = watchedFolder(folderOf(files));
    const {tensors} = await openTensors(await modelFolder(folder));
    const opened = bytes();
    expect(Array.from(await tensors.get("a")!.readElements(1000, 5))).toEqual([1000, 1001, 1002, 1003, 1004]);
    expect(bytes() - opened).toBe(20);
  });
});

test("a part of a tensor in blocks costs its blocks", async () => {
  const tensors = [blockTensor("q", [4, 512], 12)];
  const {folder, bytes} = watchedFolder(folderOf({"m.gguf": writeGguf({metadata: LLAMA, tensors})}));
  const opened = await openTensors(await modelFolder(folder));
  const before = bytes();
  await opened.tensors.get("q")!.readElements(512, 256);
  expect(bytes() - before).toBe(144);
});

describe("a split model", () => {
  const open = (files: Readonly<Record<string, Uint8Array>>, name = "m-00001-of-00002.gguf") =>
    openGgufFiles(folderOf(files), name);
  const [first, second] = [part(0, [ga]), part(1, [gb])];

  test("opens whole from any of its parts", async () => {
    const files = {"m-00001-of-00002.gguf": first, "m-00002-of-00002.gguf": second};
    for (const name of Object.keys(files)) {
      const {files: parts, metadata} = await open(files, name);
      expect(parts.map(({tensors}) => [...tensors.keys()])).toEqual([["a"], ["b"]]);
      expect(metadata.has("llama.attention.head_count")).toBe(true);
    }
  });

  test.each([
    ["missing-file", {"m-00001-of-00002.gguf": first}, "got no m-00002-of-00002.gguf"],
    [
      "bad-split",
      {"m-00001-of-00002.gguf": first, "m-00002-of-00002.gguf": first},
      "must be part 1 of 2, counted from 0, got part 0 of 2",
    ],
    [
      "bad-split",
      {"m-00001-of-00002.gguf": first, "m-00002-of-00002.gguf": part(1, [])},
      "must be 2 tensors by split.tensors.count, got 1 tensors",
    ],
    [
      "duplicate-name",
      {"m-00001-of-00002.gguf": first, "m-00002-of-00002.gguf": part(1, [ga])},
      'tensor "a" must be in one part alone',
    ],
  ])("%s is refused", async (kind, files, message) => {
    await expect(open(files as Readonly<Record<string, Uint8Array>>)).rejects.toThrow(message);
    await expect(open(files as Readonly<Record<string, Uint8Array>>)).rejects.toMatchObject({kind});
  });

  test("under another name than its parts have is refused", async () => {
    await expect(open({"model.gguf": first}, "model.gguf")).rejects.toThrow(
      "must be a name such as model-00001-of-00002.gguf",
    );
  });
});
