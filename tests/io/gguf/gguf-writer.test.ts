import {readFileSync} from "node:fs";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {blockTypeOf} from "../../../src/lib/io/gguf/block-types.js";
import {type Gguf, parseGguf} from "../../../src/lib/io/gguf/gguf.js";
import {ggufFile, type StreamedGgufTensor} from "../../../src/lib/io/gguf/gguf-writer.js";
import type {GgufValue} from "../../../src/lib/io/gguf/value.js";
import {onePiece} from "../../../src/lib/io/streamed.js";
import {goldenPath} from "../../engine/golden.js";

async function written(...given: Parameters<typeof ggufFile>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of ggufFile(...given)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const f32 = (
  name: string,
  shape: readonly number[],
  change: Partial<StreamedGgufTensor> = {},
): StreamedGgufTensor => {
  const byteLength = 4 * shape.reduce((product, size) => product * size, 1);
  const pieces = () => onePiece(new Uint8Array(byteLength).fill(7));
  return {name, shape, type: blockTypeOf("f32")!, byteLength, pieces, ...change};
};

/** The tensors of a file, to be written again. */
const copied = ({source, tensors}: Gguf): StreamedGgufTensor[] =>
  Array.from(tensors.values(), ({name, shape, type, begin, end}) => ({
    name,
    shape,
    type,
    byteLength: end - begin,
    async *pieces() {
      yield await source.read(begin, end - begin);
    },
  }));

describe("a GGUF file that is written", () => {
  test.each(["gguf-llama-f32", "gguf-llama-q8-q4", "gguf-llama-f16-ropefreqs"])(
    "again from what was read of %s has the bytes of the reference's writer",
    async (name) => {
      const bytes = readFileSync(`${goldenPath(name)}/model.gguf`);
      const file = parseGguf(bytes);
      expect(Buffer.compare(await written(file.metadata, copied(file)), bytes)).toBe(0);
    },
  );

  test("gives back every kind of value", async () => {
    const metadata = new Map<string, GgufValue>([
      ["u8", {type: "u8", value: 255}],
      ["i8", {type: "i8", value: -128}],
      ["u16", {type: "u16", value: 65_535}],
      ["i16", {type: "i16", value: -32_768}],
      ["u32", {type: "u32", value: 2 ** 32 - 1}],
      ["i32", {type: "i32", value: -(2 ** 31)}],
      ["f32", {type: "f32", value: Math.fround(0.1)}],
      ["f64", {type: "f64", value: Number.NEGATIVE_INFINITY}],
      ["u64", {type: "u64", value: 2n ** 64n - 1n}],
      ["i64", {type: "i64", value: -(2n ** 63n)}],
      ["bool", {type: "bool", value: true}],
      ["string", {type: "string", value: "Ünï\u0000\n"}],
      ["texts", {type: "array", of: "string", value: ["", "a"]}],
      ["flags", {type: "array", of: "bool", value: [true, false]}],
      ["none", {type: "array", of: "f32", value: []}],
      ["__proto__", {type: "u8", value: 1}],
    ]);
    expect(parseGguf(await written(metadata, [])).metadata).toEqual(metadata);
  });

  test("is one that the reader takes, whatever its tensors and its alignment", async () => {
    const shapes = fc.array(fc.array(fc.integer({min: 1, max: 5}), {maxLength: 4}), {maxLength: 5});
    await fc.assert(
      fc.asyncProperty(shapes, fc.constantFrom(1, 8, 32, 64), async (all, alignment) => {
        const tensors = all.map((shape, i) => f32(`t${i}`, shape));
        const metadata = new Map<string, GgufValue>([["general.alignment", {type: "u32", value: alignment}]]);
        const read = [...parseGguf(await written(metadata, tensors)).tensors.values()];
        expect(read.map(({name, shape}) => ({name, shape}))).toEqual(
          tensors.map(({name, shape}) => ({name, shape})),
        );
        expect(read.every(({begin}) => begin % alignment === 0)).toBe(true);
      }),
      {numRuns: 40},
    );
  });

  test.each<[string, StreamedGgufTensor[], string]>([
    [
      "a name above 64 bytes",
      [f32("ü".repeat(33), [1])],
      "the name of a tensor must have at most 64 bytes, got 66",
    ],
    ["a name that is there", [f32("a", [1]), f32("a", [1])], "names of tensors must be unique, got a again"],
    ["five dimensions", [f32("a", [1, 1, 1, 1, 1])], "a must have at most 4 dimensions, got 5"],
    [
      "rows that are no blocks",
      [f32("a", [2, 33], {type: blockTypeOf("q4_0")!, byteLength: 36})],
      "rows of a must be a multiple of the 32 elements of a block of q4_0, got 33",
    ],
    ["a length that does not fit", [f32("a", [2], {byteLength: 9})], "a must have 8 bytes as f32, got 9"],
    [
      "bytes that do not fill it",
      [f32("a", [2], {pieces: () => onePiece(new Uint8Array(7))})],
      "pieces of a must have 8 bytes, got 7",
    ],
  ])("is refused for %s", async (_, tensors, message) => {
    await expect(written(new Map(), tensors)).rejects.toThrow(message);
  });

  test("is refused for arrays in an array, and for a key that is too long", async () => {
    const nested = new Map<string, GgufValue>([["k", {type: "array", of: "array", value: [[1]]}]]);
    await expect(written(nested, [])).rejects.toThrow("items of k must be numbers, texts, true or false");
    const long = new Map<string, GgufValue>([["k".repeat(65_536), {type: "u8", value: 1}]]);
    await expect(written(long, [])).rejects.toThrow("a key must have at most 65535 bytes");
  });
});
