import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {ones, onesOf, packBitmap, unpackBitmap} from "../../src/lib/sparse/bitmap/bitmap.js";
import {dequantizeRowsInt8, quantizeRowsInt8} from "../../src/lib/sparse/bitmap/row-int8.js";
import {tileGrid, tileOrder} from "../../src/lib/sparse/bitmap/tile-order.js";

const ONE = 0x3f80;

describe("tileOrder", () => {
  test("has two inputs of an output side by side, then the next output, then the next pair of inputs", () => {
    const order = tileOrder({outputs: 16, inputs: 32, interleave: 2, threads: 1});
    expect(Array.from(order.subarray(0, 5))).toEqual([0, 1, 32, 33, 64]);
    expect(Array.from(order.subarray(32, 35))).toEqual([2, 3, 34]);
  });

  test("has two columns of tiles in turn where a thread has more than one", () => {
    const sizes = {outputs: 32, inputs: 64, interleave: 2} as const;
    const firstOfTiles = (threads: number) =>
      [0, 1, 2, 3].map((tile) => tileOrder({...sizes, threads})[tile * 512]);
    expect(firstOfTiles(2)).toEqual([0, 32, 16 * 64, 16 * 64 + 32]);
    expect(firstOfTiles(1)).toEqual([0, 16 * 64, 32, 16 * 64 + 32]);
  });

  test("names every entry of the matrix once, whatever its sizes", () => {
    const size = fc.integer({min: 1, max: 70});
    fc.assert(
      fc.property(size, size, fc.constantFrom(2, 4), (outputs, inputs, interleave) => {
        const order = tileOrder({outputs, inputs, interleave: interleave as 2 | 4, threads: 1});
        const named = order.filter((index) => index >= 0).sort();
        expect(Array.from(named)).toEqual(Array.from({length: outputs * inputs}, (_, i) => i));
      }),
      {numRuns: 12},
    );
  });
});

describe("tileGrid", () => {
  test("leaves threads without work out, and does not pair an odd number of columns", () => {
    expect(tileGrid({outputs: 20, inputs: 33, interleave: 2, threads: 9})).toEqual({
      columns: 2,
      rows: 2,
      paired: false,
      threads: 2,
    });
    expect(tileGrid({outputs: 48, inputs: 64, interleave: 4, threads: 1}).paired).toBe(false);
  });
});

describe("packBitmap", () => {
  const sizes = {outputs: 16, inputs: 32, interleave: 2, threads: 1} as const;

  test("keeps NaN, infinities and the smallest numbers bit for bit, and drops zeros of either sign", () => {
    const codes = new Uint16Array(16 * 32);
    codes.set([0x8000, 0x7fc1, 0xffff, 0x7f80, 0x0001, 0x8001, ONE]);
    const packed = packBitmap(codes, sizes);
    expect(packed.values).toHaveLength(6);
    codes[0] = 0;
    expect(unpackBitmap(packed, sizes)).toEqual(codes);
  });

  test("stores where the values of each thread begin", () => {
    const codes = new Uint16Array(48 * 32);
    // One value for the first 16 outputs, two for the next.
    codes[0] = codes[16 * 32] = codes[17 * 32 + 5] = codes[47 * 32 + 31] = ONE;
    const {starts} = packBitmap(codes, {...sizes, outputs: 48, threads: 3});
    expect(Array.from(starts)).toEqual([0, 1, 3]);
  });

  test("sets the highest bit of a word too", () => {
    const codes = new Uint16Array(16 * 32);
    codes[15 * 32 + 1] = ONE;
    const {bitmap} = packBitmap(codes, sizes);
    expect(bitmap[0]).toBe(0x80000000);
    expect(ones(bitmap)).toBe(1);
  });

  test("refuses codes of another number", () => {
    expect(() => packBitmap(new Int8Array(3), sizes)).toThrow(
      "packBitmap: codes must be 16 x 32 numbers, got 3",
    );
  });
});

test("unpackBitmap refuses ones beyond the matrix", () => {
  const bitmap = new Uint32Array(16).fill(1 << 30, 0, 1);
  expect(() =>
    unpackBitmap(
      {bitmap, values: Uint16Array.of(ONE), starts: new Uint32Array(1)},
      {outputs: 3, inputs: 32, interleave: 2, threads: 1},
    ),
  ).toThrow("bitmap must have no ones beyond the matrix, got one at place 30");
});

test("onesOf counts as many ones as a word has", () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 2 ** 32 - 1}), (word) => {
      expect(onesOf(word | 0)).toBe([...word.toString(2)].filter((digit) => digit === "1").length);
    }),
    {numRuns: 50},
  );
});

describe("quantizeRowsInt8", () => {
  test("is off by at most half a step of its row, and a little for the scale's rounding", () => {
    const weight = Float32Array.from({length: 256}, (_, i) => Math.sin(i * i) * 10 ** ((i >> 6) - 2));
    const rows = quantizeRowsInt8(weight, 64);
    const beyond = dequantizeRowsInt8(rows).filter((value, i) => {
      const row = weight.subarray(i & ~63, (i & ~63) + 64);
      const largest = row.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
      // A scale rounded upward by 2^-9 cuts the largest weight by as much.
      return Math.abs(value - weight[i]!) > (largest / 127) * 0.51 + largest * 2 ** -8;
    });
    expect(beyond).toHaveLength(0);
  });

  test("loses rows of small weights only as the authors' code does it", () => {
    const small = Float32Array.of(0.1, -0.3, 0.4, 0);
    expect(Array.from(quantizeRowsInt8(small, 4, true).codes)).toEqual([0, 0, 0, 0]);
    expect(quantizeRowsInt8(small, 4).codes[2]).toBe(127);
  });

  test("takes the smallest numbers and a row of zeros, and refuses what is no number", () => {
    expect(dequantizeRowsInt8(quantizeRowsInt8(Float32Array.of(2 ** -149, 0, 0, 0), 2))[3]).toBe(0);
    expect(() => quantizeRowsInt8(Float32Array.of(1, Number.NaN), 2)).toThrow(/weight/);
  });
});
