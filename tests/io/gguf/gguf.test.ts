import {describe, expect, test} from "vitest";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {openGguf, parseGguf} from "../../../src/lib/io/gguf/gguf.js";
import {counted} from "../counted.js";
import {blockTensor, type Entry, f32Tensor, TYPE, writeGguf} from "./write-gguf.js";

function problemOf(bytes: Uint8Array): FormatError {
  try {
    parseGguf(bytes);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error("the file was accepted");
}

const METADATA: readonly Entry[] = [
  ["general.architecture", TYPE.string, "toy"],
  ["toy.layers", TYPE.u32, 2],
  ["toy.eps", TYPE.f32, 0.5],
  ["toy.is", TYPE.bool, 1],
  ["toy.small", TYPE.i8, -3],
  ["toy.big", TYPE.i64, -1099511627776n],
  ["toy.bigger", TYPE.u64, 2n ** 63n],
  ["toy.note", TYPE.string, "héllo"],
  ["toy.sizes", TYPE.array, [TYPE.i16, [1, -2, 3]]],
  ["toy.names", TYPE.array, [TYPE.string, ["a", "bc", ""]]],
  [
    "toy.nested",
    TYPE.array,
    [
      TYPE.array,
      [
        [TYPE.u8, [1, 2]],
        [TYPE.u8, []],
      ],
    ],
  ],
];

const small = () =>
  writeGguf({
    metadata: METADATA,
    tensors: [f32Tensor("a", [2, 3], [1, 2, 3, 4, 5, 6]), f32Tensor("b", [2], [7, 8])],
  });

describe("reading what was written", () => {
  test.each([2, 3])(
    "gives back metadata with their types, and tensors rows first, of version %i",
    async (version) => {
      const tensors = [f32Tensor("a", [2, 3], [1, 2, 3, 4, 5, 6]), blockTensor("q", [2, 64], 2)];
      const file = await openGguf(bytesSource(writeGguf({metadata: METADATA, tensors, version})));
      expect(file.version).toBe(version);
      expect(Object.fromEntries([...file.metadata].map(([key, {value}]) => [key, value]))).toEqual({
        "general.architecture": "toy",
        "toy.layers": 2,
        "toy.eps": 0.5,
        "toy.is": true,
        "toy.small": -3,
        "toy.big": -1099511627776,
        "toy.bigger": 2n ** 63n,
        "toy.note": "héllo",
        "toy.sizes": [1, -2, 3],
        "toy.names": ["a", "bc", ""],
        "toy.nested": [[1, 2], []],
      });
      expect(file.metadata.get("toy.sizes")).toMatchObject({type: "array", of: "i16"});
      expect([...file.tensors.values()].map(({name, shape, type}) => [name, shape, type.name])).toEqual([
        ["a", [2, 3], "f32"],
        ["q", [2, 64], "q4_0"],
      ]);
      const {begin, end} = file.tensors.get("q")!;
      expect([begin % 32, end - begin]).toEqual([0, 72]);
    },
  );

  test("keeps to the alignment that the file states", async () => {
    const tensors = [f32Tensor("a", [3], [1, 2, 3]), f32Tensor("b", [1], [4])];
    const file = parseGguf(
      writeGguf({metadata: [["general.alignment", TYPE.u32, 128]], tensors, alignment: 128}),
    );
    expect([...file.tensors.values()].map(({begin}) => begin % 128)).toEqual([0, 0]);
  });

  test("a last tensor may end the file, without padding", () => {
    const whole = small();
    expect(parseGguf(whole.subarray(0, whole.length - 24)).tensors.size).toBe(2);
  });

  test("costs the header, and little besides", async () => {
    const tokens = Array.from({length: 20_000}, (_, i) => `token ${i}`);
    const metadata: Entry[] = [["tokens", TYPE.array, [TYPE.string, tokens]]];
    const bytes = writeGguf({metadata, tensors: [f32Tensor("a", [100_000], new Float32Array(100_000))]});
    const source = counted(bytesSource(bytes));
    const {begin} = (await openGguf(source)).tensors.get("a")!;
    expect(source.bytes()).toBeLessThan(1.2 * begin + 8192);
    expect(source.reads()).toBeLessThan(100);
  });
});

describe("a file that is not what it claims", () => {
  const [one, two] = [f32Tensor("a", [3], [1, 2, 3]), f32Tensor("b", [1], [4])];
  const entry = (key: string, type: number, value: unknown) => writeGguf({metadata: [[key, type, value]]});
  /** A file whose only key has a value that is written by hand. */
  const edited = (bytes: Uint8Array, at: number, ...values: number[]) => {
    const copy = bytes.slice();
    copy.set(values, at);
    return copy;
  };

  test.each([
    ["is-empty", new Uint8Array(0), "got an empty file"],
    ["is-html", new TextEncoder().encode("<!DOCTYPE html><html>"), "must be a GGUF file, got an HTML page"],
    ["not-gguf", new Uint8Array(32).fill(7), 'must be "GGUF", got 07 07 07 07'],
    ["bad-version", writeGguf({version: 1}), "must be 2 or 3, little-endian, got 1 (at byte 4)"],
    ["bad-version", edited(writeGguf({}), 4, 0, 0, 0, 3), "got big-endian numbers"],
    ["bad-version", writeGguf({version: 4}), "got 4"],
    ["cut-off", writeGguf({}).subarray(0, 20), "must be 8 bytes, got the end of the file after 20 bytes"],
    ["bad-count", edited(writeGguf({}), 8, 1), "tensor count must be at most 0, got 1 (at byte 8)"],
    ["bad-count", edited(entry("k", TYPE.u8, 1), 20, 255, 255, 255, 255), "metadata count must be at most"],
    [
      "bad-count",
      entry("k", TYPE.array, [TYPE.u8, {length: 2 ** 40}]),
      'key "k": length must be at most 0, got 1099511627776',
    ],
    ["bad-type", entry("k", 13, 0), 'key "k": type must be from 0 to 12, got 13'],
    ["bad-bool", entry("k", TYPE.bool, 2), "must be 0 or 1, got 2"],
    [
      "too-deep",
      entry("k", TYPE.array, [9, [[9, [[9, [[9, [[9, []]]]]]]]]]),
      "must be nested at most 4 deep",
    ],
    ["not-utf8", edited(entry("k", TYPE.string, "ab"), 45, 255), "must be UTF-8 text"],
    [
      "duplicate-name",
      writeGguf({
        metadata: [
          ["k", 0, 1],
          ["k", 0, 1],
        ],
      }),
      "must be a name that occurs once, got k",
    ],
    ["duplicate-name", writeGguf({tensors: [one, one]}), "name of tensor 1 must be a name that occurs once"],
    [
      "bad-count",
      writeGguf({tensors: [{...one, name: "n".repeat(65)}]}),
      "name of tensor 0: length must be at most 64, got 65",
    ],
    ["bad-alignment", entry("general.alignment", TYPE.u32, 0), "must be a power of two up to 2^20"],
    ["bad-alignment", entry("general.alignment", TYPE.u32, 24), "got 24"],
    ["bad-alignment", entry("general.alignment", TYPE.string, "32"), "of type u32"],
    [
      "bad-shape",
      writeGguf({tensors: [{...one, shape: [1, 1, 1, 1, 3]}]}),
      "dimensions must be at most 4, got 5",
    ],
    ["bad-shape", writeGguf({tensors: [{...one, shape: [2 ** 41]}]}), "must be sizes up to 2^40"],
    [
      "bad-shape",
      writeGguf({tensors: [{...one, type: 2}]}),
      "row must be a multiple of the 32 elements of a block of q4_0, got 3",
    ],
    ["bad-tensor-type", writeGguf({tensors: [{...one, type: 42}]}), "got 42, q2_0"],
    [
      "bad-tensor-type",
      writeGguf({tensors: [{...one, type: 99}]}),
      "must be the number of one of f32, f16, q4_0",
    ],
    [
      "bad-offset",
      writeGguf({tensors: [one, {...two, offset: 12}]}),
      "must be a multiple of the alignment, 32, got 12",
    ],
    [
      "past-end",
      writeGguf({tensors: [{...one, shape: [2 ** 30, 2 ** 30]}]}),
      "The GGUF file is cut off or damaged: fetch it again.",
    ],
    ["past-end", writeGguf({tensors: [one, {...two, offset: 2 ** 50}]}), "must be within the"],
    [
      "overlap",
      writeGguf({tensors: [one, {...two, offset: 0}]}),
      "offset must be 32, where the data before it end, got 0",
    ],
    [
      "hole",
      writeGguf({tensors: [one, {...two, offset: 64}, f32Tensor("c", [9], new Array(9))]}),
      "offset must be 32",
    ],
    [
      "extra-bytes",
      new Uint8Array([...writeGguf({tensors: [one]}), 0]),
      "must be at most 96 bytes, where the last tensor of the GGUF file ends",
    ],
  ])("%s (%#)", (kind, bytes, message) => {
    const error = problemOf(bytes);
    expect(error.message).toContain(message);
    expect(error.kind).toBe(kind);
  });

  test("a file that ends early anywhere is refused", () => {
    const whole = small();
    for (let length = 0; length < whole.length - 24; length++) problemOf(whole.subarray(0, length));
  });
});
