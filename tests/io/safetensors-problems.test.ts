import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {FormatError} from "../../src/lib/io/format-error.js";
import {readBytes} from "../../src/lib/io/safetensors.js";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {entry, open, problemOf, rawFile} from "./raw-safetensors.js";

describe("a file that is not what it claims", () => {
  const F32 = (begin: number, end: number, shape = [(end - begin) / 4]) => entry("F32", shape, begin, end);
  const attacks: [string, Uint8Array, string, string][] = [
    ["no length", new Uint8Array(7), "too-short", "file size must be at least 8 bytes, got 7 (at byte 0)"],
    [
      "a header of length 0",
      rawFile("", 0),
      "not-an-object",
      'header must be a JSON object that starts with "{", got nothing (at byte 8)',
    ],
    [
      "a header beyond the cap",
      rawFile("{}", 0, 100_000_001n),
      "header-too-large",
      "header length must be at most 100000000 bytes, got 100000001 (at byte 0)",
    ],
    [
      "a header length above 2^63",
      rawFile("{}", 0, 2n ** 64n - 1n),
      "header-too-large",
      "got 18446744073709551615",
    ],
    [
      "a header longer than the file",
      rawFile("{}", 0, 3n),
      "header-past-end",
      "header length must be at most the 2 bytes that follow, got 3 (at byte 0)",
    ],
    [
      "bytes that are not UTF-8",
      rawFile(new Uint8Array([0x7b, 0x22, 0xff, 0x22])),
      "not-utf8",
      "header must be UTF-8 text",
    ],
    [
      "a header that starts with white space",
      rawFile(" {}"),
      "not-an-object",
      'starts with "{", got byte 32',
    ],
    ["a byte order mark", rawFile("\ufeff{}"), "not-an-object", 'starts with "{", got byte 239'],
    ["an array as header", rawFile("[]"), "not-an-object", 'starts with "{", got byte 91'],
    ["broken JSON", rawFile('{"ä":{"dtype"}}'), "json-syntax", 'header must be ":", got }} (at byte 22)'],
    [
      "text after the object",
      rawFile("{}x"),
      "json-syntax",
      "header must be the end of the text, got x (at byte 10)",
    ],
    [
      "a name given twice",
      rawFile(`{"a":${JSON.stringify(F32(0, 4))},"a":${JSON.stringify(F32(0, 4))}}`, 4),
      "duplicate-name",
      "header must be a name that occurs once, got a",
    ],
    [
      "a key given twice inside an entry",
      rawFile('{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
      "duplicate-name",
      "got dtype",
    ],
    [
      "a name given twice by an escape",
      rawFile(`{"a":${JSON.stringify(F32(0, 0))},"\\u0061":${JSON.stringify(F32(0, 0))}}`),
      "duplicate-name",
      "got a",
    ],
    [
      "nesting",
      rawFile('{"a":{"shape":[[]]}}'),
      "too-deep",
      "header must be nested at most 3 deep, got depth 4",
    ],
    [
      "a string as entry",
      rawFile({a: "F32"}),
      "not-an-object",
      'tensor "a": entry must be an object, got F32',
    ],
    [
      "metadata that are no object",
      rawFile({__metadata__: 1}),
      "bad-metadata",
      "__metadata__ must be an object, got 1",
    ],
    [
      "metadata that are no text",
      rawFile({__metadata__: {a: 1}}),
      "bad-metadata",
      '__metadata__ "a" must be a string, got 1',
    ],
    [
      "an unknown dtype",
      rawFile({a: entry("F31", [], 0, 4)}, 4),
      "bad-dtype",
      'tensor "a": dtype must be one of F64, F32, F16',
    ],
    [
      "a dtype from the prototype",
      rawFile({a: entry("constructor", [], 0, 4)}, 4),
      "bad-dtype",
      "got constructor",
    ],
    ["no dtype", rawFile({a: {shape: [], data_offsets: [0, 0]}}), "bad-dtype", "got undefined"],
    [
      "a negative dimension",
      rawFile({a: entry("F32", [-1], 0, 4)}, 4),
      "bad-shape",
      "shape must be at most 64 integers from 0 to 2^53 - 1, got [-1]",
    ],
    ["a fractional dimension", rawFile({a: entry("F32", [1.5], 0, 6)}, 6), "bad-shape", "got [1.5]"],
    ["65 dimensions", rawFile({a: entry("U8", Array(65).fill(1), 0, 1)}, 1), "bad-shape", "at most 64"],
    [
      "negative offsets",
      rawFile({a: entry("F32", [1], -4, 0)}, 4),
      "bad-offsets",
      "data_offsets must be two integers, 0 <= begin <= end, got [-4, 0]",
    ],
    ["offsets in reverse", rawFile({a: entry("F32", [1], 4, 0)}, 4), "bad-offsets", "got [4, 0]"],
    ["one offset", rawFile({a: {dtype: "U8", shape: [0], data_offsets: [0]}}), "bad-offsets", "got [0]"],
    [
      "offsets beyond 2^53",
      rawFile('{"a":{"dtype":"U8","shape":[1],"data_offsets":[9007199254740992,9007199254740993]}}', 1),
      "bad-offsets",
      "got [9007199254740992",
    ],
    [
      "data beyond the end",
      rawFile({a: F32(0, 8)}, 4),
      "past-end",
      "data_offsets must be within the 4 bytes of data, got [0, 8]",
    ],
    [
      "a shape that is larger than its bytes",
      rawFile({a: entry("F32", [2], 0, 4)}, 4),
      "size-mismatch",
      "data_offsets must be 8 bytes for F32 [2], got 4 bytes",
    ],
    [
      "a shape whose product overflows",
      rawFile({a: entry("F32", [2 ** 33, 2 ** 33], 0, 4)}, 4),
      "size-mismatch",
      "for F32 [8589934592, 8589934592]",
    ],
    [
      "a shape whose product wraps to the size in 64 bits",
      rawFile({a: entry("U8", [2 ** 52, 2 ** 12, 16], 0, 0)}),
      "size-mismatch",
      "got 0 bytes",
    ],
    [
      "half a byte",
      rawFile({a: entry("F4", [3], 0, 2)}, 2),
      "size-mismatch",
      "must be 1.5 bytes for F4 [3], got 2 bytes",
    ],
    [
      "overlapping tensors",
      rawFile({a: F32(0, 8), b: F32(4, 12)}, 12),
      "overlap",
      'tensor "b": first byte must be 8, where the data before it end, got 4',
    ],
    ["one range under two names", rawFile({a: F32(0, 4), b: F32(0, 4)}, 4), "overlap", "got 0"],
    [
      "a hole between tensors",
      rawFile({a: F32(0, 4), b: F32(8, 12)}, 12),
      "hole",
      'tensor "b": first byte must be 4, where the data before it end, got 8',
    ],
    ["a hole before the first", rawFile({a: F32(4, 8)}, 8), "hole", 'tensor "a": first byte must be 0'],
    [
      "bytes after the last tensor",
      rawFile({a: F32(0, 4)}, 5),
      "extra-bytes",
      "where the last tensor ends, got",
    ],
    [
      "data without any tensor",
      rawFile("{}", 1),
      "extra-bytes",
      "file size must be 10 bytes, where the last tensor ends, got 11",
    ],
  ];

  test.each(attacks)("%s", async (_, bytes, kind, message) => {
    const error = await problemOf(bytes);
    expect(error.message).toContain(message);
    expect(error.kind).toBe(kind);
    expect(error.message.startsWith("openSafetensors: ")).toBe(true);
  });

  test("an empty header is an empty file", async () => {
    expect((await open(rawFile("{}"))).tensors.size).toBe(0);
    expect((await open(rawFile("{}   \n"))).tensors.size).toBe(0);
  });

  test("header order may differ from data order, and zero-sized tensors may share a place", async () => {
    const file = await open(rawFile({b: F32(4, 8), a: F32(0, 4), empty: F32(4, 4), first: F32(0, 0)}, 8));
    expect(Array.from(file.tensors.keys())).toEqual(["first", "a", "empty", "b"]);
  });

  test("__proto__ is a name like any other", async () => {
    const file = await open(rawFile('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1));
    expect(Array.from(file.tensors.keys())).toEqual(["__proto__"]);
    expect(({} as {dtype?: unknown}).dtype).toBeUndefined();
  });

  test("values of the file are cut and cleaned before they are shown", async () => {
    const error = await problemOf(rawFile({a: entry(`\u001b[2J${"x".repeat(500)}`, [], 0, 0)}));
    expect(error.value).toBe(`\\u{1b}[2J${"x".repeat(76)}…`);
    expect(error.field).toBe('tensor "a": dtype');
  });

  test("a file that ends early anywhere is refused", async () => {
    const whole = writeSafetensors([{name: "a", shape: [3], data: new Float32Array(3)}]);
    for (let length = 0; length < whole.length; length++) await problemOf(whole.subarray(0, length));
  });

  test("any mutated file opens or throws a FormatError, and what opens can be read", async () => {
    const whole = writeSafetensors(
      [
        {name: "a", shape: [2, 2], data: new Float32Array(4)},
        {name: "b", shape: [3], data: new Uint8Array(3)},
      ],
      {note: "x"},
    );
    const edit = fc.record({at: fc.nat(whole.length - 1), byte: fc.nat(255)});
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, {minLength: 1, maxLength: 8}),
        fc.nat(whole.length),
        async (edits, cut) => {
          const bytes = whole.slice(0, cut % 3 === 0 ? cut : whole.length);
          for (const {at, byte} of edits) if (at < bytes.length) bytes[at] = byte;
          try {
            const file = await open(bytes);
            for (const name of file.tensors.keys()) await readBytes(file, name);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
      ),
      {seed: 11, numRuns: 3000},
    );
  });

  test("any header text opens or throws a FormatError", async () => {
    const shape = fc.array(fc.oneof(fc.nat(9), fc.double(), fc.constant(2 ** 53)), {maxLength: 4});
    const record = fc.record({
      dtype: fc.oneof(fc.constantFrom("F32", "U8", "BF16", "F4"), fc.string()),
      shape: fc.oneof(shape, fc.jsonValue()),
      data_offsets: fc.oneof(fc.tuple(fc.nat(40), fc.nat(40)), fc.jsonValue()),
    });
    const header = fc.oneof(fc.dictionary(fc.string(), fc.oneof(record, fc.jsonValue())), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(header, fc.nat(40), async (json, dataBytes) => {
        try {
          await open(rawFile(JSON.stringify(json), dataBytes));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      {seed: 12, numRuns: 2000},
    );
  });
});
