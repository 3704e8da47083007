import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {blobSource, bytesSource} from "../../src/lib/io/byte-source.js";
import {FormatError} from "../../src/lib/io/format-error.js";
import {openSafetensors, readBytes, readIntegers, readTensor} from "../../src/lib/io/safetensors.js";
import {safetensorsFile, writeSafetensors} from "../../src/lib/io/safetensors-writer.js";

/** A file from a header as text or object and so many data bytes, with no rule enforced. */
function rawFile(header: string | Uint8Array | object, dataBytes = 0, headerLength?: bigint): Uint8Array {
  const text = header instanceof Uint8Array || typeof header === "string" ? header : JSON.stringify(header);
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const file = new Uint8Array(8 + bytes.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, headerLength ?? BigInt(bytes.length), true);
  file.set(bytes, 8);
  return file;
}

const open = (bytes: Uint8Array) => openSafetensors(bytesSource(bytes));
const entry = (dtype: string, shape: unknown, begin: unknown, end: unknown) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

async function problemOf(bytes: Uint8Array): Promise<FormatError> {
  try {
    await open(bytes);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error("the file was accepted");
}

describe("reading what was written", () => {
  test("gives back shape, values and metadata of every native element type", async () => {
    const file = await open(
      writeSafetensors(
        [
          {
            name: "f32",
            shape: [2, 3],
            data: new Float32Array([1, -2, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -0]),
          },
          {name: "f64", shape: [2], data: new Float64Array([0.1, 1e-300])},
          {name: "i64", shape: [2], data: new BigInt64Array([-5n, 9007199254740991n])},
          {name: "i16", shape: [3], data: new Int16Array([-1, 2, 3])},
          {name: "u8", shape: [1, 1], data: new Uint8Array([255])},
          {name: "scalar", shape: [], data: new Float32Array([7])},
          {name: "empty", shape: [0, 4], data: new Float32Array(0)},
        ],
        {note: "ünïcode", __proto__x: "y"},
      ),
    );
    expect(file.metadata.get("note")).toBe("ünïcode");
    const f32 = await readTensor(file, "f32");
    expect(f32.shape).toEqual([2, 3]);
    expect(Array.from(f32.data)).toEqual([1, -2, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -0]);
    expect(Array.from((await readTensor(file, "f64")).data)).toEqual([Math.fround(0.1), 0]);
    expect(Array.from(await readIntegers(file, "i64"))).toEqual([-5, 9007199254740991]);
    expect(Array.from(await readIntegers(file, "i16"))).toEqual([-1, 2, 3]);
    expect(Array.from(await readIntegers(file, "u8"))).toEqual([255]);
    expect(await readTensor(file, "scalar")).toEqual({shape: [], data: new Float32Array([7])});
    expect((await readTensor(file, "empty")).data.length).toBe(0);
  });

  test("the same tensors in another order give the same bytes, each aligned to its width", async () => {
    const tensors = [
      {name: "b", shape: [3], data: new Uint8Array([1, 2, 3])},
      {name: "a", shape: [2], data: new Float32Array([1, 2])},
      {name: "c", shape: [1], data: new Float64Array([3])},
    ];
    const bytes = writeSafetensors(tensors);
    expect(writeSafetensors([...tensors].reverse())).toEqual(bytes);
    const file = await open(bytes);
    expect(Array.from(file.tensors.keys())).toEqual(["c", "a", "b"]);
    for (const {name, begin} of file.tensors.values()) expect(begin % (name === "c" ? 8 : 4)).toBe(0);
  });

  test("a tensor is a copy: changing it leaves the source alone", async () => {
    const bytes = writeSafetensors([{name: "a", shape: [1], data: new Float32Array([1])}]);
    const file = await open(bytes);
    (await readTensor(file, "a")).data[0] = 9;
    expect((await readTensor(file, "a")).data[0]).toBe(1);
  });

  test("the writer refuses duplicate names, wrong lengths and unknown dtypes", () => {
    const a = {name: "a", shape: [1], data: new Float32Array(1)};
    expect(() => writeSafetensors([a, a])).toThrow(
      "writeSafetensors: names must be unique and not __metadata__, got a again",
    );
    expect(() => writeSafetensors([{...a, shape: [2]}])).toThrow(
      "writeSafetensors: data of a must be 8 bytes for F32 [2], got 4",
    );
    expect(() => writeSafetensors([{...a, dtype: "F31" as "F32"}])).toThrow(
      "writeSafetensors: dtype of a must be one that safetensors has, got F31",
    );
  });

  test("round trip of any tensors, also through a Blob", async () => {
    const tensor = fc.record({
      name: fc.string({unit: "grapheme"}).filter((name) => name !== "__metadata__"),
      values: fc.array(fc.float({noNaN: true})),
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(tensor, {selector: (t) => t.name, maxLength: 6}), async (tensors) => {
        const bytes = writeSafetensors(
          tensors.map(({name, values}) => ({name, shape: [values.length], data: Float32Array.from(values)})),
        );
        const file = await openSafetensors(blobSource(new Blob([bytes.slice().buffer])));
        expect(file.tensors.size).toBe(tensors.length);
        for (const {name, values} of tensors) {
          expect((await readTensor(file, name)).data).toEqual(Float32Array.from(values));
        }
      }),
      {seed: 3, numRuns: 100},
    );
  });
});

describe("element types", () => {
  test.each([
    [
      "F16",
      [0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0xfc00, 0x8000],
      [1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0],
    ],
    [
      "BF16",
      [0x3f80, 0xc000, 0x0001, 0x7f7f, 0x7f80, 0x8000],
      [1, -2, 2 ** -133, 255 * 2 ** 120, Number.POSITIVE_INFINITY, -0],
    ],
  ] as const)("%s widens exactly", async (dtype, codes, values) => {
    const file = await open(
      writeSafetensors([{name: "x", dtype, shape: [codes.length], data: new Uint16Array(codes)}]),
    );
    expect(Array.from((await readTensor(file, "x")).data)).toEqual(values);
  });

  test.each([
    ["F8_E4M3", [0x38, 0x01, 0x7e, 0x7f, 0xff, 0x80], [1, 2 ** -9, 448, Number.NaN, Number.NaN, -0]],
    [
      "F8_E5M2",
      [0x3c, 0x01, 0x7b, 0x7c, 0xfc, 0x7d],
      [1, 2 ** -16, 57344, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
    ],
    ["F8_E8M0", [127, 0, 254, 255], [1, 2 ** -127, 2 ** 127, Number.NaN]],
  ] as const)("%s widens exactly", async (dtype, codes, values) => {
    const file = await open(
      writeSafetensors([{name: "x", dtype, shape: [codes.length], data: new Uint8Array(codes)}]),
    );
    expect(Array.from((await readTensor(file, "x")).data)).toEqual(values);
  });

  test("every half float agrees with its definition by sign, exponent and mantissa", async () => {
    const codes = Uint16Array.from({length: 65536}, (_, i) => i);
    const file = await open(writeSafetensors([{name: "x", dtype: "F16", shape: [65536], data: codes}]));
    const {data} = await readTensor(file, "x");
    for (let code = 0; code < 65536; code++) {
      const [sign, exponent, mantissa] = [code >> 15 ? -1 : 1, (code >> 10) & 31, code & 1023];
      const finite = exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15);
      const special = mantissa === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
      expect(Object.is(data[code], sign * (exponent === 31 ? special : finite))).toBe(true);
    }
  });

  test("data behind a header of odd length are read at their odd address", async () => {
    const header = JSON.stringify({x: entry("F32", [1], 0, 4)});
    const padded = header.padEnd(Math.floor(header.length / 2) * 2 + 1);
    const bytes = rawFile(padded, 4);
    bytes.set(new Uint8Array(new Float32Array([1.5]).buffer), bytes.length - 4);
    expect((8 + padded.length) % 2).toBe(1);
    expect((await readTensor(await open(bytes), "x")).data[0]).toBe(1.5);
  });

  test("types that are no numbers of their own are read as bytes", async () => {
    const file = await open(rawFile({x: entry("F4", [4], 0, 2), y: entry("I64", [1], 2, 10)}, 10));
    expect(await readBytes(file, "x")).toEqual(new Uint8Array(2));
    await expect(readTensor(file, "x")).rejects.toThrow(
      "readTensor: x must have a floating-point dtype, got F4. Read it with readIntegers or readBytes.",
    );
    await expect(readTensor(file, "y")).rejects.toThrow(TypeError);
    await expect(readIntegers(file, "x")).rejects.toThrow("x must have an integer dtype, got F4");
    await expect(readTensor(file, "z")).rejects.toThrow(
      "readTensor: name must be one of the file's 2 tensors (x, y), got z",
    );
  });

  test("an integer beyond 2^53 is refused, not rounded", async () => {
    const file = await open(
      writeSafetensors([{name: "i", shape: [1], data: new BigInt64Array([2n ** 60n])}]),
    );
    await expect(readIntegers(file, "i")).rejects.toThrow(
      "readIntegers: i[0] must be within ±(2^53 - 1), got 1152921504606846976",
    );
  });
});

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

describe("a file that is written in pieces", () => {
  const streamed = (
    {name, shape, dtype}: {name: string; shape: readonly number[]; dtype: "F32" | "U8"},
    bytes: Uint8Array,
  ) => ({
    ...{name, shape, dtype, byteLength: bytes.length},
    pieces: async function* () {
      yield bytes.subarray(0, 1);
      yield bytes.subarray(1);
    },
  });

  test("has the bytes of one that is written at once", async () => {
    const codes = Uint8Array.of(1, 2, 3);
    const values = Float32Array.of(1.5, -2);
    const tensors = [
      streamed({name: "codes", shape: [3], dtype: "U8"}, codes),
      streamed({name: "w", shape: [2], dtype: "F32"}, new Uint8Array(values.buffer)),
    ];
    const pieces: Uint8Array[] = [];
    for await (const piece of safetensorsFile(tensors, {a: "b"})) pieces.push(piece);
    const whole = writeSafetensors(
      [
        {name: "codes", shape: [3], data: codes},
        {name: "w", shape: [2], data: values},
      ],
      {a: "b"},
    );
    expect(Buffer.compare(Buffer.concat(pieces), whole)).toBe(0);
  });

  test("is refused for bytes that do not fill its header", async () => {
    const one = {...streamed({name: "w", shape: [2], dtype: "U8"}, Uint8Array.of(1)), byteLength: 2};
    const all = async () => {
      for await (const _ of safetensorsFile([one]));
    };
    await expect(all()).rejects.toThrow("safetensorsFile: pieces of w must have 2 bytes, got 1");
  });
});
