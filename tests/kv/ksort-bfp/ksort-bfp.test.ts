import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  blockFloat,
  blockFloatBitsPerValue,
  keySortOrder,
  permutedFrequencies,
} from "../../../src/lib/kv/ksort-bfp/ksort-bfp.js";
import {permuteChannels} from "../../../src/lib/tensor/permute.js";
import {rotateHalves} from "../../../src/lib/tensor/rotary.js";
import {normals, relativeSquare} from "../random.js";

describe("blockFloat", () => {
  test("shares floor(log2 max) and keeps two's-complement mantissas", () => {
    // max 6: E = 2, and with 4 bits a step of 2^(2 - 4 + 2) = 1 over -8 … 7.
    expect([...blockFloat(Float32Array.of(6, 0.5, 1.5, -2.4), 4)]).toEqual([6, 0, 2, -2]);
    // max 7.9 rounds to 8, beyond the largest mantissa; -7.9 reaches -8.
    expect([...blockFloat(Float32Array.of(7.9, -7.9), 2)]).toEqual([7, -8]);
    expect([...blockFloat(new Float32Array(4), 4)]).toEqual([0, 0, 0, 0]);
  });

  test("scales with powers of two, and errs by a step at most", () => {
    fc.assert(
      fc.property(
        fc.nat(999),
        fc.integer({min: -20, max: 20}),
        fc.integer({min: 2, max: 8}),
        (seed, shift, bits) => {
          const x = normals(seed, 24);
          const options = {blockSize: 5, bits};
          const y = blockFloat(x, 12, options);
          const scaled = blockFloat(
            x.map((value) => value * 2 ** shift),
            12,
            options,
          );
          expect(scaled).toEqual(y.map((value) => value * 2 ** shift));
          const largest = x.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
          y.forEach((value, i) => {
            expect(Math.abs(value - x[i])).toBeLessThanOrEqual(largest * 2 ** (2 - bits));
          });
        },
      ),
      {numRuns: 30, seed: 8},
    );
  });

  test("finds the exponent of the neighbours of a power of two", () => {
    for (const power of [2 ** -20, 1, 2 ** 29]) {
      const below = Math.fround(power * (1 - 2 ** -24));
      // With 16 bits, a step is 2^-14 of the block's power of two.
      expect(blockFloat(Float32Array.of(power), 1, {bits: 16})[0]).toBe(power);
      expect(blockFloat(Float32Array.of(below), 1, {bits: 16})[0]).toBe(Math.fround(power * (1 - 2 ** -15)));
    }
  });

  test("counts the exponent", () => {
    expect(blockFloatBitsPerValue({blockSize: 16, bits: 4})).toBe(4.5);
  });

  test.each([
    [{bits: 1}, /bits must be an integer from 2 to 16, got 1$/],
    [{blockSize: 0}, /blockSize must be an integer of at least 1, got 0$/],
  ])("refuses %o", (options, message) => {
    expect(() => blockFloat(normals(1, 4), 4, options)).toThrow(message);
  });
});

describe("keySortOrder", () => {
  // Channels 2 and 7 are large.
  const wk = normals(1, 8 * 6).map((value, i) => ([2, 7].includes(Math.floor(i / 6)) ? 50 * value : value));

  test("puts large channels first and changes no product of query and key", () => {
    const order = keySortOrder(wk, 8);
    expect([...order.slice(0, 2)].sort()).toEqual([2, 7]);
    const [q, k] = [normals(2, 8), normals(3, 8)];
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    expect(dot(permuteChannels(q, order), permuteChannels(k, order))).toBeCloseTo(dot(q, k), 5);
  });

  test("confines outliers to one block", () => {
    const keys = normals(4, 40 * 8).map((value, i) => ([2, 7].includes(i % 8) ? 100 * value : value));
    const order = keySortOrder(wk, 8);
    const small = (x: Float32Array, at: (channel: number) => boolean) => x.filter((_, i) => at(i % 8));
    const sorted = permuteChannels(keys, order);
    const isSmall = (channel: number) => ![2, 7].includes(channel);
    const plainError = relativeSquare(
      small(keys, isSmall),
      small(blockFloat(keys, 8, {blockSize: 2}), isSmall),
    );
    const sortedError = relativeSquare(
      small(sorted, (c) => isSmall(order[c])),
      small(blockFloat(sorted, 8, {blockSize: 2}), (c) => isSmall(order[c])),
    );
    expect(sortedError).toBeLessThan(plainError / 10);
  });

  test("moves pairs of the rotary embedding together, so that it may come before or after", () => {
    const order = keySortOrder(wk, 8, {isRotated: true});
    for (let c = 0; c < 4; c++) expect(order[c + 4]).toBe(order[c] + 4);
    const frequencies = Float64Array.of(1, 0.3, 0.1, 0.03);
    const x = normals(5, 24);
    const after = permuteChannels(
      Float32Array.from(rotateHalves(Float64Array.from(x), 1, frequencies)),
      order,
    );
    const permuted = Float64Array.from(permuteChannels(x, order));
    const before = rotateHalves(permuted, 1, permutedFrequencies(frequencies, order));
    after.forEach((value, i) => {
      expect(value).toBeCloseTo(before[i], 5);
    });
  });

  test("refuses rows that are not whole, and an odd head where it is rotated", () => {
    expect(() => keySortOrder(wk, 7)).toThrow(/wk must hold 7 rows, got 48 values$/);
    expect(() => keySortOrder(normals(1, 9), 3, {isRotated: true})).toThrow(/headDim must be even, got 3$/);
  });
});
