import {describe, expect, test} from "vitest";
import {
  comparableTensors,
  compareTensors,
  pairsOf,
  type TensorDifference,
} from "../../src/lib/checkpoint/compare.js";
import {openModelPath} from "../../src/lib/io/node-file.js";
import {type TensorToWrite, writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {goldenPath} from "../engine/golden.js";
import {folderOf} from "./folder.js";
import {write} from "./write/write.js";

const x = draws(64, randomStream(1, "compare").normal);
const folder = (tensors: readonly TensorToWrite[]) =>
  folderOf({"model.safetensors": writeSafetensors(tensors)});

async function compared(
  a: ReturnType<typeof folder>,
  b: ReturnType<typeof folder>,
): Promise<TensorDifference[]> {
  const rows = [];
  for (const pair of pairsOf(await comparableTensors(a), await comparableTensors(b)))
    rows.push(await compareTensors(pair));
  return rows;
}
const one = async (a: Omit<TensorToWrite, "name">, b: Omit<TensorToWrite, "name">) =>
  (await compared(folder([{name: "w", ...a}]), folder([{name: "w", ...b}])))[0];

describe("two checkpoints", () => {
  test("that are the same have no difference", async () => {
    expect(await one({shape: [8, 8], data: x}, {shape: [8, 8], data: x.slice()})).toEqual({
      tensor: "w",
      finding: "same",
      dtypeA: "F32",
      dtypeB: "F32",
      shapeA: "[8, 8]",
      shapeB: "[8, 8]",
      differing: 0,
      maxAbsError: 0,
      relativeError: 0,
      sqnrDb: Number.POSITIVE_INFINITY,
      note: null,
    });
  });

  test("differ by the measures of their definitions", async () => {
    const [a, b] = [Float32Array.of(3, 4, 0), Float32Array.of(3, 4.5, 0)];
    const row = await one({shape: [3], data: a}, {shape: [3], data: b});
    expect(row).toMatchObject({finding: "differs", differing: 1, maxAbsError: 0.5, relativeError: 0.1});
    expect(row.sqnrDb).toBeCloseTo(20, 12);
  });

  test("say which tensor the other has not, and which has another shape", async () => {
    const a = folder([
      {name: "both", shape: [64], data: x},
      {name: "first", shape: [64], data: x},
    ]);
    const b = folder([
      {name: "both", shape: [8, 8], data: x},
      {name: "second", shape: [64], data: x},
    ]);
    expect((await compared(a, b)).map(({tensor, finding}) => [tensor, finding])).toEqual([
      ["both", "other shape"],
      ["first", "only in A"],
      ["second", "only in B"],
    ]);
  });

  test("are the same values in another type, which stands in its column", async () => {
    const half = {shape: [2], dtype: "F16" as const, data: Uint16Array.of(0x3c00, 0xc000)};
    expect(await one({shape: [2], data: Float32Array.of(1, -2)}, half)).toMatchObject({
      finding: "same",
      dtypeA: "F32",
      dtypeB: "F16",
    });
  });

  test("take a NaN for equal to a NaN, and give no error where there is one", async () => {
    const [a, b] = [Float32Array.of(1, Number.NaN), Float32Array.of(2, Number.NaN)];
    const note = "it holds a NaN or an infinity, so that no error exists";
    expect(await one({shape: [2], data: a}, {shape: [2], data: a})).toMatchObject({
      finding: "same",
      differing: 0,
      note,
    });
    expect(await one({shape: [2], data: a}, {shape: [2], data: b})).toMatchObject({
      finding: "differs",
      differing: 1,
      note,
    });
    expect(await one({shape: [0], data: x.slice(0, 0)}, {shape: [0], data: x.slice(0, 0)})).toMatchObject({
      finding: "same",
    });
  });

  test("compare integers as they are stored", async () => {
    const ids = (...values: number[]) => ({shape: [values.length], data: Int32Array.from(values)});
    expect(await one(ids(1, 2), ids(1, 2))).toMatchObject({finding: "same", differing: 0});
    expect(await one(ids(1, 2), ids(1, 3))).toMatchObject({finding: "differs", maxAbsError: null});
    expect(await one(ids(1), {shape: [1], data: x.slice(0, 1)})).toMatchObject({finding: "unreadable"});
  });

  test("of GGUF and safetensors are held against each other by their published names and rows", async () => {
    const opened = await openModelPath(goldenPath("llama-f32"));
    const {folder: gguf} = await write(opened, "gguf", {format: "q8_0"});
    const rows = await compared(opened, gguf);
    await opened.close();
    const changed = rows.filter(({finding}) => finding !== "same");
    expect(rows.every(({finding}) => finding === "same" || finding === "differs")).toBe(true);
    expect(changed.every(({tensor}) => !tensor.includes("norm"))).toBe(true);
    expect(changed.every(({relativeError}) => relativeError! < 0.01)).toBe(true);
    expect(changed.some(({tensor}) => tensor.includes("q_proj"))).toBe(true);
  });
});
