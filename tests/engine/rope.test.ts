import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {inverseFrequencies, llama3Frequencies, rotaryTable, rotate} from "../../src/lib/engine/rope.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const normals = (count: number, seed: number) => draws(count, randomStream(seed, "rope").normal);
const norm = (x: Float32Array) => Math.hypot(...x);
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);

describe("inverseFrequencies", () => {
  test("falls from 1 by equal factors", () => {
    expect(Array.from(inverseFrequencies(8, 10_000))).toEqual(
      [1, 0.1, 0.01, 0.001].map((w) => expect.closeTo(w, 12)),
    );
  });

  test("refuses an odd or empty head", () => {
    for (const headDim of [0, 3, -2, 2.5]) {
      expect(() => inverseFrequencies(headDim, 10)).toThrow(
        `inverseFrequencies: headDim must be even and at least 2, got ${headDim}`,
      );
    }
  });
});

describe("llama3Frequencies", () => {
  const scaling = {factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 1000};
  const turns = (count: number) => (2 * Math.PI * count) / 1000;

  test("keeps fast frequencies, divides slow ones, and blends linearly between", () => {
    const scaled = llama3Frequencies(
      Float64Array.of(turns(100), turns(4), turns(2.5), turns(1), turns(0.5)),
      scaling,
    );
    expect(scaled[0]).toBe(turns(100));
    expect(scaled[1]).toBeCloseTo(turns(4), 15);
    expect(scaled[2]).toBeCloseTo(0.5 * turns(2.5) + 0.5 * (turns(2.5) / 8), 15);
    expect(scaled[3]).toBeCloseTo(turns(1) / 8, 15);
    expect(scaled[4]).toBe(turns(0.5) / 8);
  });

  test("a factor of 1 changes nothing", () => {
    const plain = inverseFrequencies(64, 500_000);
    const same = llama3Frequencies(plain, {...scaling, factor: 1});
    same.forEach((w, i) => {
      expect(w / plain[i]).toBeCloseTo(1, 14);
    });
  });
});

describe("rotate", () => {
  const frequencies = inverseFrequencies(8, 100);

  test("a hand-computed pair in each layout", () => {
    const quarter = rotaryTable(Float64Array.of(Math.PI / 2, 0), [1]);
    const x = Float32Array.of(1, 2, 3, 4);
    const rounded = (y: Float32Array) => Array.from(y, (v) => Math.round(v * 1e6) / 1e6 + 0);
    expect(rounded(rotate(x, 1, quarter, 1, "half-split"))).toEqual([-3, 2, 1, 4]);
    expect(rounded(rotate(x, 1, quarter, 1, "interleaved"))).toEqual([-2, 1, 3, 4]);
  });

  test("leaves position 0 and its argument alone", () => {
    const x = normals(24, 1);
    const before = x.slice();
    expect(rotate(x, 3, rotaryTable(frequencies, [0]), 1)).toEqual(x);
    rotate(x, 3, rotaryTable(frequencies, [5]), 1);
    expect(x).toEqual(before);
  });

  test("keeps norms, and products depend on the distance alone", () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), fc.nat(2000), fc.nat(99), (i, j, shift, seed) => {
        const [q, k] = [normals(8, seed), normals(8, seed + 1000)];
        const at = (x: Float32Array, position: number) =>
          rotate(x, 1, rotaryTable(frequencies, [position]), 1);
        expect(norm(at(q, i))).toBeCloseTo(norm(q), 5);
        expect(dot(at(q, i), at(k, j))).toBeCloseTo(dot(at(q, i + shift), at(k, j + shift)), 4);
      }),
      {seed: 5, numRuns: 200},
    );
  });

  test("half-split on evens-then-odds is interleaved, permuted", () => {
    const permutation = [0, 2, 4, 6, 1, 3, 5, 7];
    const [tokens, heads] = [3, 2];
    const x = normals(tokens * heads * 8, 9);
    const permuted = (y: Float32Array) => y.map((_, n) => y[Math.floor(n / 8) * 8 + permutation[n % 8]]);
    const table = rotaryTable(frequencies, [4, 0, 11]);
    expect(rotate(permuted(x), heads, table, tokens, "half-split")).toEqual(
      permuted(rotate(x, heads, table, tokens, "interleaved")),
    );
  });
});
