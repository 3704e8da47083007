import {expect, test} from "vitest";
import {CONTAINERS} from "../../../src/lib/checkpoint/container.js";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import {readStored} from "../../../src/lib/checkpoint/stored-tensor.js";
import {formats} from "../../../src/lib/formats/registry.js";
import {openModelPath} from "../../../src/lib/io/node-file.js";
import {f32Tensor, writeGguf} from "../../io/gguf/write-gguf.js";
import {folderOf} from "../folder.js";
import {write} from "./write.js";

const [NAME, OTHER] = ["model.layers.0.mlp.up_proj.weight", "model.layers.1.mlp.up_proj.weight"];
const {q4_0} = formats;
const weightsOf = (columns: number) => Float32Array.from({length: columns}, (_, i) => (i % 7) ** 2);

test.each(CONTAINERS)(
  "%s holds what a format packs with the importance of the columns, where it is known",
  async (container) => {
    const opened = await openModelPath("src/data/models/decoder-small");
    const {tensors: source} = await openTensors(opened);
    const importance = weightsOf(source.get(NAME)!.shape[1]);
    const written = await write(
      opened,
      container,
      {format: "q4_0"},
      new Map([["blk.0.ffn_up.weight", importance]]),
    );
    const {tensors} = await openTensors(written.folder);
    const read = async (name: string) => {
      const inGguf = name.replace("model.layers.", "blk.").replace("mlp.up_proj", "ffn_up");
      return readStored("test", tensors.get(container === "gguf" ? inGguf : name)!);
    };
    const [x, other] = [
      await readStored("test", source.get(NAME)!),
      await readStored("test", source.get(OTHER)!),
    ];
    const weighed = q4_0.decode(q4_0.encode(x, {importance}));
    expect((await read(NAME)).data).toEqual(weighed.data);
    expect(weighed.data).not.toEqual(q4_0.decode(q4_0.encode(x)).data);
    expect((await read(OTHER)).data).toEqual(q4_0.decode(q4_0.encode(other)).data);
    await opened.close();
  },
);

test("matrices in one tensor have an importance of their own each", async () => {
  const data = Float32Array.from({length: 2 * 4 * 32}, (_, i) => Math.sin(i));
  const name = "blk.0.ffn_up_exps.weight";
  const model = folderOf({"m.gguf": writeGguf({tensors: [f32Tensor(name, [2, 4, 32], data)]})}, "m.gguf");
  const importance = new Float32Array(64).map((_, i) => (i < 32 ? 1 : (i % 5) ** 3));
  const {folder} = await write(model, "gguf", {format: "q4_0"}, new Map([[name, importance]]));
  const found = await readStored("test", (await openTensors(folder)).tensors.get(name)!);
  const half = (e: number) => ({shape: [4, 32], data: data.subarray(128 * e, 128 * (e + 1))});
  const wanted = [0, 1].flatMap((e) => [
    ...q4_0.decode(q4_0.encode(half(e), {importance: importance.subarray(32 * e, 32 * (e + 1))})).data,
  ]);
  expect([...found.data]).toEqual(wanted);
});

test("importance of another model is refused", async () => {
  const opened = await openModelPath("src/data/models/decoder-small");
  const other = new Map([["blk.0.attn_q.weight", weightsOf(7)]]);
  await expect(write(opened, "gguf", {format: "q4_0"}, other)).rejects.toThrow("it is that of another model");
  const none = new Map([["elsewhere", weightsOf(7)]]);
  await expect(write(opened, "gguf", {format: "q4_0"}, none)).rejects.toThrow(
    "importance must be of matrices",
  );
  await opened.close();
});
