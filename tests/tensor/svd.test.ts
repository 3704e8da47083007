import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {wasmProducts} from "../../src/lib/kernels/wasm-products.js";
import {qr} from "../../src/lib/tensor/qr.js";
import {randomSvd} from "../../src/lib/tensor/random-svd.js";
import type {RowProducts} from "../../src/lib/tensor/row-products.js";
import {svd} from "../../src/lib/tensor/svd.js";
import {gramSvd} from "../../src/lib/tensor/svd-gram.js";
import {type MatrixInput, reconstruct, type Svd, truncate} from "../../src/lib/tensor/svd-matrix.js";
import {truncatedSvd} from "../../src/lib/tensor/svd-truncated.js";
import {farthest, frobenius, gaussianMatrix, skewness, withSpectrum} from "./svd-helpers.js";

const FORMS: Readonly<Record<string, (a: MatrixInput, rank: number) => Svd>> = {
  svd,
  gramSvd,
  randomSvd,
  truncatedSvd,
};
const forms = Object.entries(FORMS).map(([name, decompose]) => ({name, decompose}));

/** Rounding of a product of this size: a few units in the last place for every term of a sum. */
const rounding = ({rows, columns, data}: MatrixInput) => 2 ** -52 * 8 * (rows + columns) * frobenius(data);

const identity = (n: number) => Float64Array.from({length: n * n}, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

const shapes = fc.record({
  rows: fc.integer({min: 1, max: 24}),
  columns: fc.integer({min: 1, max: 24}),
  seed: fc.nat(1000),
});

describe.each(forms)("$name", ({decompose}) => {
  test("at full rank gives the matrix back, with orthonormal vectors and descending values", () => {
    fc.assert(
      fc.property(shapes, ({rows, columns, seed}) => {
        const a = gaussianMatrix(seed, rows, columns);
        const full = decompose(a, Math.min(rows, columns));
        expect(farthest(reconstruct(full), a.data)).toBeLessThan(rounding(a));
        expect(skewness(full)).toBeLessThan(1e-12);
        expect([...full.s]).toEqual([...full.s].sort((x, y) => y - x));
        expect(full.s.every((value) => value >= 0)).toBe(true);
      }),
      {numRuns: 40, seed: 1},
    );
  });

  test.each([
    [1, 1],
    [1, 9],
    [9, 1],
    [2, 2],
    [64, 3],
    [3, 64],
  ])("takes a matrix of %i x %i", (rows, columns) => {
    const a = gaussianMatrix(7, rows, columns);
    expect(farthest(reconstruct(decompose(a, 64)), a.data)).toBeLessThan(rounding(a));
  });

  test("keeps the dependent directions of a matrix of low rank at zero, and vectors orthonormal all the same", () => {
    fc.assert(
      fc.property(shapes, fc.integer({min: 0, max: 5}), ({rows, columns, seed}, rank) => {
        const least = Math.min(rows, columns);
        const spectrum = Array.from({length: Math.min(rank, least)}, (_, i) => 3 + i);
        const a = withSpectrum(seed, rows, columns, spectrum);
        const values = spectrum.length === 0 ? new Float64Array(rows * columns) : a.data;
        const full = decompose({rows, columns, data: values}, least);
        expect(farthest(full.s.slice(0, spectrum.length), spectrum.reverse())).toBeLessThan(1e-12);
        expect(full.s.slice(spectrum.length).every((value) => value < 1e-12)).toBe(true);
        expect(skewness(full)).toBeLessThan(1e-12);
      }),
      {numRuns: 40, seed: 2},
    );
  });

  test("handles repeated singular values, as of the identity", () => {
    const data = Float64Array.from({length: 100}, (_, i) => (i % 11 === 0 ? 2 : 0));
    const {s} = decompose({rows: 10, columns: 10, data}, 10);
    expect(farthest(s, new Array(10).fill(2))).toBeLessThan(1e-12);
  });

  test("cut to r leaves the error of the values that were dropped (Eckart and Young)", () => {
    const spectrum = Array.from({length: 20}, (_, i) => 2 ** -i);
    const a = withSpectrum(5, 40, 30, spectrum);
    for (const r of [1, 3, 8]) {
      const cut = decompose(a, r);
      const left = frobenius(reconstruct(cut).map((value, i) => a.data[i] - value));
      const dropped = frobenius(spectrum.slice(r));
      expect(left).toBeGreaterThan(dropped * (1 - 1e-9));
      expect(left).toBeLessThan(dropped * (1 + 1e-6));
    }
  });

  test("gives every value of a steep spectrum to 1e-4 of itself", () => {
    const spectrum = Array.from({length: 12}, (_, i) => 10 ** (-i / 2));
    const {s} = decompose(withSpectrum(9, 50, 26, spectrum), 12);
    spectrum.forEach((value, i) => {
      expect(Math.abs(s[i] / value - 1)).toBeLessThan(1e-4);
    });
  });

  test("does not change its argument, and takes float32", () => {
    const data = Float32Array.from([3, 0, 0, 4]);
    expect([...decompose({rows: 2, columns: 2, data}, 2).s]).toEqual([4, 3]);
    expect([...data]).toEqual([3, 0, 0, 4]);
  });

  test("of an empty matrix, or at rank 0, has no components", () => {
    expect(decompose({rows: 3, columns: 0, data: new Float64Array(0)}, 2)).toMatchObject({rank: 0});
    expect(decompose(gaussianMatrix(1, 3, 2), 0)).toMatchObject({rank: 0});
  });

  test.each([
    [{rows: 2, columns: 2, data: new Float64Array(3)}, 1, /data must hold 2 x 2 values, got 3$/],
    [
      {rows: 1.5, columns: 2, data: new Float64Array(3)},
      1,
      /rows must be an integer of at least 0, got 1.5$/,
    ],
    [{rows: 1, columns: 2, data: Float32Array.of(1, Number.NaN)}, 1, /finite, got NaN at index 1$/],
    [gaussianMatrix(1, 3, 2), 1.5, /rank must be an integer of at least 0, got 1.5$/],
    [gaussianMatrix(1, 3, 2), -1, /rank must be an integer of at least 0, got -1$/],
  ])("refuses case %#", (a, rank, message) => {
    expect(() => decompose(a, rank)).toThrow(RangeError);
    expect(() => decompose(a, rank)).toThrow(message);
  });
});

describe("gramSvd", () => {
  test("agrees with the reference where it squares a spectrum over eight orders of magnitude", () => {
    const spectrum = Array.from({length: 17}, (_, i) => 10 ** (-i / 2));
    const a = withSpectrum(3, 60, 40, spectrum);
    const [exact, fast] = [svd(a, 17), gramSvd(a, 17)];
    exact.s.forEach((value, i) => {
      expect(Math.abs(fast.s[i] - value)).toBeLessThan(1e-4 * value);
    });
  });

  test("agrees with the reference on a flat spectrum, where random range finding falls short", () => {
    const a = gaussianMatrix(4, 96, 64);
    const exact = svd(a, 16);
    const worst = (s: Float64Array) => Math.max(...s.map((value, i) => Math.abs(value / exact.s[i] - 1)));
    expect(worst(gramSvd(a, 16).s)).toBeLessThan(1e-12);
    expect(worst(randomSvd(a, 16).s)).toBeGreaterThan(1e-4);
  });
});

describe("truncatedSvd on the wasm products", () => {
  test("gives every value of a decaying spectrum to 1e-4 of itself, of tall and of wide matrices", async () => {
    const products = await wasmProducts();
    const spectrum = Array.from({length: 48}, (_, i) => 10 ** (-i / 12));
    for (const [rows, columns] of [
      [150, 48],
      [48, 150],
    ] as const) {
      const a = withSpectrum(13, rows, columns, spectrum);
      const {s, ...vectors} = truncatedSvd(a, 36, {products});
      expect(Math.max(...s.map((value, i) => Math.abs(value / spectrum[i] - 1)))).toBeLessThan(1e-10);
      // The condition, 1e3, enters squared.
      expect(skewness({...vectors, s})).toBeLessThan(1e6 * 2 ** -52);
    }
  });
});

describe("randomSvd", () => {
  const spectrum = Array.from({length: 24}, (_, i) => 0.7 ** i);
  const a = withSpectrum(11, 80, 70, spectrum);
  const worst = (s: Float64Array) => Math.max(...s.map((value, i) => Math.abs(value / spectrum[i] - 1)));

  test("comes closer with each power step, and from below", () => {
    const errors = [0, 1, 2, 3].map((powerSteps) => worst(randomSvd(a, 8, {powerSteps, oversampling: 2}).s));
    expect(errors).toEqual([...errors].sort((x, y) => y - x));
    expect(errors[3]).toBeLessThan(1e-4);
    expect(randomSvd(a, 8, {powerSteps: 0}).s.every((value, i) => value <= spectrum[i] + 1e-12)).toBe(true);
  });

  test("is the same for the same seed, and another for another", () => {
    const run = (seed: number) => [...randomSvd(a, 8, {powerSteps: 0, seed}).s];
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  test("takes its products from a machine that is handed in", async () => {
    const machine = await wasmProducts();
    let calls = 0;
    const products: RowProducts = (...args) => {
      calls++;
      return machine(...args);
    };
    const fast = randomSvd(a, 8, {products});
    expect(calls).toBe(9);
    expect(farthest(fast.s, randomSvd(a, 8).s)).toBeLessThan(1e-13);
    expect(farthest(reconstruct(fast), reconstruct(randomSvd(a, 8)))).toBeLessThan(1e-12);
  });

  test.each([
    [{oversampling: -1}, /oversampling must be an integer of at least 0, got -1$/],
    [{powerSteps: 0.5}, /powerSteps must be an integer of at least 0, got 0.5$/],
  ])("refuses %o", (options, message) => {
    expect(() => randomSvd(a, 2, options)).toThrow(message);
  });
});

describe("qr", () => {
  test("is a product of an orthonormal and an upper triangular matrix, whatever the rank", () => {
    fc.assert(
      fc.property(shapes, fc.integer({min: 1, max: 4}), ({rows, columns, seed}, rank) => {
        const least = Math.min(rows, columns);
        const a = withSpectrum(seed, rows, columns, new Array(Math.min(rank, least)).fill(1));
        const {q, r} = qr(a);
        const product = reconstruct({rank: least, u: q, s: new Float64Array(least).fill(1), vt: r});
        expect(farthest(product, a.data)).toBeLessThan(1e-13);
        for (let i = 0; i < least; i++) for (let j = 0; j < i; j++) expect(r[i * columns + j]).toBe(0);
        const orthonormal = {rank: least, u: q, s: new Float64Array(least), vt: identity(least)};
        expect(skewness(orthonormal)).toBeLessThan(1e-13);
      }),
      {numRuns: 30, seed: 3},
    );
  });
});

test("truncate keeps the first components", () => {
  const full = svd(gaussianMatrix(2, 6, 4));
  const cut = truncate(full, 2);
  expect([...cut.s]).toEqual([...full.s.slice(0, 2)]);
  expect(farthest(reconstruct(cut), reconstruct(svd(gaussianMatrix(2, 6, 4), 2)))).toBeLessThan(1e-14);
  expect(truncate(full, 9)).toEqual(full);
});
