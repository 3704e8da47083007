import {describe, expect, test} from "vitest";
import {wasmFormats} from "../../../src/lib/checkpoint/wasm/wasm-formats.js";
import {formatById, formats} from "../../../src/lib/formats/registry.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import type {Tensor} from "../../../src/lib/tensor/tensor.js";

const faster = await wasmFormats();
const fast = Object.values(formats).filter((format) => faster(format) !== format);

const [ROWS, COLUMNS] = [2, 512];
const stream = randomStream(3, "kernels");
const matrix = (value: (i: number) => number): Tensor => ({
  shape: [ROWS, COLUMNS],
  data: Float32Array.from({length: ROWS * COLUMNS}, (_, i) => value(i)),
});

/** Values on which one rounding in another place shows: at ties, at the ends of float32, zeros, one sign, one value. */
const SETS: Readonly<Record<string, Tensor>> = {
  normal: matrix(() => stream.normal()),
  "heavy-tailed": matrix(() => stream.normal() / (0.01 + stream.uniform())),
  sparse: matrix(() => (stream.uniform() < 0.05 ? stream.normal() : 0)),
  zeros: matrix(() => 0),
  constant: matrix(() => -1.25),
  positive: matrix(() => 3 + Math.abs(stream.normal())),
  ties: matrix(() => Math.round(8 * stream.normal()) / 8),
  tiny: matrix(() => 1e-38 * stream.normal()),
  huge: matrix(() => 1e37 * stream.normal()),
  "every magnitude": matrix(() => stream.normal() * Math.exp(120 * stream.uniform() - 60)),
};

/** Formats without an encoder or decoder of their own, each with its reason. A format that is new to the registry gets a kernel. */
const WITHOUT = {fp32: "its bytes are the values"};

test.each(["encode", "decode"] as const)(
  "all formats of the registry but some have a kernel to %s",
  (what) => {
    const plain = Object.values(formats).filter((format) => faster(format)[what] === format[what]);
    expect(plain.map(({id}) => id)).toEqual(Object.keys(WITHOUT));
  },
);

describe.each(fast.map((format) => [format.id, format] as const))("%s", (_, format) => {
  test("has the bytes of the plain encoder and the values of the plain decoder", () => {
    for (const [name, x] of Object.entries(SETS)) {
      const packed = format.encode(x);
      expect(faster(format).encode(x), name).toEqual(packed);
      const values = format.decode(packed);
      const into = new Float32Array(x.data.length);
      expect(faster(format).decode(packed), name).toEqual(values);
      expect(faster(format).decode(packed, into).data, name).toEqual(values.data);
    }
  });

  test.runIf(format.layout === "blocks")("has the values of the plain decoder on any bytes", () => {
    const packed = format.encode(SETS.normal);
    // What no encoder makes: negative and subnormal scales, codes that no rule gives. NaN and infinity are one of many.
    const parts = Object.fromEntries(
      Object.entries(packed.parts).map(([name, bytes]) => [name, bytes.map(() => stream.integer(256))]),
    );
    const [fast, plain] = [faster(format), format].map((each) => each.decode({...packed, parts}).data);
    const isSame = (a: number, b: number) => a === b || (Number.isNaN(a) && Number.isNaN(b));
    expect(fast.every((value, i) => isSame(value, plain[i]))).toBe(true);
  });

  test("packs what its kernel does not take as the plain encoder does", () => {
    const odd = {shape: [3, 40], data: draws(120, () => stream.normal())};
    expect(faster(format).encode(odd)).toEqual(format.encode(odd));
    const empty = {shape: [0, 512], data: new Float32Array(0)};
    expect(faster(format).encode(empty)).toEqual(format.encode(empty));
    const options = {importance: new Float32Array(COLUMNS).fill(1), amax: 8};
    expect(faster(format).encode(SETS.normal, options)).toEqual(format.encode(SETS.normal, options));
  });

  // A tensor with one scale is another one than its halves, unless its largest magnitude is told.
  test.runIf(format.rows !== undefined)("packs a tensor of several calls as its halves", () => {
    const rows = 264;
    const row = draws(256, () => stream.normal());
    const data = Float32Array.from({length: 256 * rows}, (_, i) => row[(i * 7) % 251]);
    const packed = (from: number, to: number) =>
      faster(format).encode({shape: [to - from, 256], data: data.subarray(256 * from, 256 * to)}, {amax: 4});
    const [whole, top, bottom] = [packed(0, rows), packed(0, rows / 2), packed(rows / 2, rows)];
    for (const [name, bytes] of Object.entries(whole.parts)) {
      const parts = name === "tensorScale" ? [top] : [top, bottom];
      expect(Buffer.concat(parts.map((each) => each.parts[name])).equals(bytes), name).toBe(true);
    }
  });

  test("does with NaN what the plain encoder does", () => {
    const x = matrix(() => 1);
    x.data[7] = Number.NaN;
    const tried = (encode: () => unknown) => {
      try {
        return encode();
      } catch (error) {
        return String(error);
      }
    };
    expect(tried(() => faster(format).encode(x))).toEqual(tried(() => format.encode(x)));
  });
});

test("blocks down the columns end where the rows do", () => {
  const format = formatById("mxfp4_axis0");
  const x = {shape: [70, 3, 16], data: draws(70 * 48, () => stream.normal())};
  const packed = format.encode(x);
  expect(faster(format).encode(x)).toEqual(packed);
  expect(faster(format).decode(packed)).toEqual(format.decode(packed));
});

test("a format without a kernel stays as it is", () => {
  expect(faster(formatById("fp32"))).toBe(formatById("fp32"));
});
