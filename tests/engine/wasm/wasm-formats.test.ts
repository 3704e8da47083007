import {describe, expect, test} from "vitest";
import {wasmFormats} from "../../../src/lib/engine/wasm/wasm-formats.js";
import {formatById, formats} from "../../../src/lib/formats/registry.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import type {Tensor} from "../../../src/lib/tensor/tensor.js";

const faster = await wasmFormats();
const fast = Object.values(formats).filter((format) => faster(format) !== format);

const [ROWS, COLUMNS] = [6, 512];
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

test("there are kernels for formats of the registry", () => {
  expect(fast.map(({id}) => id)).toEqual(expect.arrayContaining(["razer", "q4_K"]));
});

describe.each(fast.map((format) => [format.id, format] as const))("%s", (_, format) => {
  test.each(Object.entries(SETS))("has the bytes of the plain encoder on %s values", (_, x) => {
    expect(faster(format).encode(x)).toEqual(format.encode(x));
  });

  test("packs what its kernel does not take, and several calls' worth, as the plain encoder does", () => {
    const odd = {shape: [3, 40], data: draws(120, () => stream.normal())};
    expect(faster(format).encode(odd)).toEqual(format.encode(odd));
    const large = {shape: [33, 256 * 32], data: draws(33 * 256 * 32, () => stream.normal())};
    const part = {...large, data: large.data.map((value) => value * 0.5)};
    const options = {importance: new Float32Array(256 * 32).fill(1), amax: 8};
    if (format.rows === "amax")
      expect(faster(format).encode(part, options)).toEqual(format.encode(part, options));
    expect(faster(format).encode(large).parts).toEqual(format.encode(large).parts);
  });

  test("refuses NaN by its index", () => {
    const x = matrix(() => 1);
    x.data[7] = Number.NaN;
    expect(() => faster(format).encode(x)).toThrow("got NaN at index 7");
  });
});

test("a format without a kernel stays as it is", () => {
  expect(faster(formatById("fp32"))).toBe(formatById("fp32"));
});
