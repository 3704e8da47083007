import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {blobSource} from "../../src/lib/io/byte-source.js";
import {openSafetensors, readBytes, readIntegers, readTensor} from "../../src/lib/io/safetensors.js";
import {safetensorsFile, writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {entry, open, rawFile} from "./raw-safetensors.js";

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
