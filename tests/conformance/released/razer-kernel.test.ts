import {describe, expect, test} from "vitest";
import {
  kernelCodesFromWords,
  kernelCodeWords,
  kernelScaleBytesFromWords,
  kernelScaleWords,
  razerKernelDequantize,
  razerKernelQuantize,
  transposedScales,
} from "../../../src/cli/conformance/released/razer-kernel.js";
import {e2m1, e3m3} from "../../../src/lib/formats/element.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";

const ALL_CODES = Uint8Array.from({length: 16}, (_, code) => code);

function weights(rows: number, columns: number): Tensor {
  const stream = randomStream(1, "razer kernel test");
  return tensor(
    Float32Array.from({length: rows * columns}, () => stream.normal()),
    [rows, columns],
  );
}

/** A block of 128 that is exact under `special` and the scale 1/2. */
const exactBlock = (special: number): number[] => {
  const levels = e2m1.values.map((value, code) => (code === 8 ? special : value) * 0.5);
  return Array.from({length: 128}, (_, i) => levels[i % 16]);
};

describe("razerKernelQuantize", () => {
  test.each([
    [5, 0x3800],
    [8, 0x7800],
    [-5, 0xb800],
    [-8, 0xf800],
  ])("in fp16-flags stores %d in sign and bit 14 of the scale", (special, bits) => {
    const q = razerKernelQuantize(tensor(exactBlock(special), [1, 128]), "fp16-flags");
    expect([...q.scales]).toEqual([bits]);
    const flip = special < 0 ? 8 : 0;
    expect([...q.codes.subarray(0, 16)]).toEqual(
      [...ALL_CODES].map((code) => (code === 0 ? 8 : code === 8 ? 0 : code ^ flip)),
    );
    expect([...razerKernelDequantize(q).data].map((v) => v + 0)).toEqual(
      exactBlock(special).map((v) => v + 0),
    );
  });

  test.each([
    [5, 0x10],
    [8, 0x50],
    [-5, 0x90],
    [-8, 0xd0],
  ])("in e3m3-byte stores %d in the two top bits, and flips no code", (special, byte) => {
    const q = razerKernelQuantize(tensor(exactBlock(special), [1, 128]), "e3m3-byte");
    expect([...q.scales]).toEqual(new Array(8).fill(byte));
    expect([...razerKernelDequantize(q).data].map((v) => v + 0)).toEqual(
      exactBlock(special).map((v) => v + 0),
    );
  });

  test("gives a zero block codes 8 and scale 1", () => {
    const zeros = tensor(new Float32Array(128), [1, 128]);
    const fp16 = razerKernelQuantize(zeros, "fp16-flags");
    expect([...new Set(fp16.codes)]).toEqual([8]);
    expect([...fp16.scales]).toEqual([0x3c00]);
    const e3m3Scales = razerKernelQuantize(zeros, "e3m3-byte");
    expect(new Set(e3m3Scales.scales)).toEqual(new Set([0x18]));
    expect([...razerKernelDequantize(e3m3Scales).data]).toEqual([...zeros.data]);
  });

  test("gives a block that its E3M3 scale cannot reach codes 0 and scale 0", () => {
    const tiny = tensor(new Float32Array(128).fill(1e-4), [1, 128]);
    const q = razerKernelQuantize(tiny, "e3m3-byte");
    expect([...new Set(q.codes)]).toEqual([0]);
    expect(q.scales.every((byte) => (byte & 63) === 0)).toBe(true);
    expect([...razerKernelDequantize(q).data].every((value) => value === 0)).toBe(true);
  });

  test("loses little on normal weights", () => {
    const w = weights(4, 256);
    for (const format of ["fp16-flags", "e3m3-byte"] as const) {
      const y = razerKernelDequantize(razerKernelQuantize(w, format)).data;
      const noise = y.reduce((sum, v, i) => sum + (v - w.data[i]) ** 2, 0);
      const signal = w.data.reduce((sum, v) => sum + v * v, 0);
      expect(10 * Math.log10(signal / noise)).toBeGreaterThan(19);
    }
  });

  test("refuses scales that hide the flag, odd widths, other patterns and NaN", () => {
    const large = tensor(new Float32Array(128).fill(100), [1, 128]);
    expect(() => razerKernelQuantize(large, "fp16-flags")).toThrow(
      /scale must be below 2 where bit 14 of its float16 is a flag, got \d/,
    );
    expect(() => razerKernelQuantize(weights(2, 64), "e3m3-byte")).toThrow(
      "K must be a multiple of 128, got 64",
    );
    expect(() => razerKernelQuantize(weights(1, 128), "e3m3-byte", [5, -5, 8, -8])).toThrow(
      "specials must be [a, b, -a, -b] with positive a and b, got [5, -5, 8, -8]",
    );
    const bad = new Float32Array(128);
    bad[3] = Number.NaN;
    expect(() => razerKernelQuantize(tensor(bad, [1, 128]), "e3m3-byte")).toThrow(/got NaN at index 3/);
  });
});

describe("kernel words", () => {
  test("hold eight codes along K, the first in the lowest bits, as [K / 8, N]", () => {
    const w = {...razerKernelQuantize(weights(2, 128), "e3m3-byte"), codes: new Uint8Array(256)};
    w.codes.set([1, 2, 3, 4, 5, 6, 7, 15], 128);
    const words = kernelCodeWords(w);
    expect(words[0]).toBe(0);
    expect(words[1] >>> 0).toBe(0xf7654321);
  });

  test("come back for any shape", () => {
    for (const [rows, columns] of [
      [1, 128],
      [3, 256],
      [8, 384],
    ] as const) {
      const q = razerKernelQuantize(weights(rows, columns), "e3m3-byte");
      expect(kernelCodesFromWords(kernelCodeWords(q), rows, columns)).toEqual(q.codes);
      expect(kernelScaleBytesFromWords(kernelScaleWords(q), rows)).toEqual(q.scales);
      const fp16 = razerKernelQuantize(weights(rows, columns), "fp16-flags");
      const moved = transposedScales(fp16.scales, rows);
      expect(transposedScales(moved, columns / 128)).toEqual(fp16.scales);
    }
  });

  test("refuse a wrong number of words", () => {
    expect(() => kernelCodesFromWords(new Int32Array(3), 2, 16)).toThrow(
      "kernelCodesFromWords: words must be 4 for [2, 16], got 3",
    );
  });
});

test("payload times 2^4 as E4M3 is the E3M3 value that the kernel's decoder relies on", () => {
  expect(e3m3.values[0x01]).toBe(2 ** -5);
  expect(e3m3.values[0x08]).toBe(2 ** -2);
  expect(e3m3.values[0x3f]).toBe(30);
});
