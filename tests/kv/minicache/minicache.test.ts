import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  miniCacheElements,
  miniCacheMerge,
  miniCacheMergeReleased,
} from "../../../src/lib/kv/minicache/minicache.js";
import {normals} from "../random.js";

const length = (x: Float32Array) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
const row = (x: Float32Array, i: number, dim: number) => x.subarray(i * dim, (i + 1) * dim);

describe("miniCacheMerge", () => {
  test("gives merged rows a shared unit direction and their own lengths", () => {
    fc.assert(
      fc.property(fc.nat(999), fc.double({min: 0, max: 1, noNaN: true}), (seed, t) => {
        const [a, b] = [normals(seed, 40), normals(seed + 1, 40)];
        const {directions, merged, first, second} = miniCacheMerge(a, b, 5, {t, gamma: 0.2});
        merged.forEach((isMerged, i) => {
          if (!isMerged) {
            expect(row(first, i, 5)).toEqual(row(a, i, 5));
            expect(row(second, i, 5)).toEqual(row(b, i, 5));
            return;
          }
          expect(length(row(directions, i, 5))).toBeCloseTo(1, 5);
          expect(length(row(first, i, 5))).toBeCloseTo(length(row(a, i, 5)), 5);
          expect(length(row(second, i, 5))).toBeCloseTo(length(row(b, i, 5)), 5);
        });
      }),
      {numRuns: 25, seed: 6},
    );
  });

  test("at t = 0 is the first layer's direction, at 1 the second's", () => {
    const [a, b] = [normals(1, 20), normals(2, 20)];
    const close = (x: Float32Array, y: Float32Array) =>
      x.forEach((value, i) => {
        expect(value).toBeCloseTo(y[i], 5);
      });
    close(miniCacheMerge(a, b, 5, {t: 0, gamma: 0}).first, a);
    close(miniCacheMerge(a, b, 5, {t: 1, gamma: 0}).second, b);
  });

  // Angles: 0, 45 and 135 degrees.
  const a = Float32Array.of(1, 0, 1, 0, 1, 0);
  const b = Float32Array.of(2, 0, 1, 1, -1, 1);

  test("keeps the rows that diverge; the released rule keeps the most alike", () => {
    expect([...miniCacheMerge(a, b, 2, {gamma: 0.1}).merged]).toEqual([1, 1, 0]);
    expect([...miniCacheMergeReleased(a, b, 2, {gamma: 0.1}).merged]).toEqual([0, 1, 1]);
    expect([...miniCacheMerge(a, b, 2, {gamma: 0}).merged]).toEqual([1, 1, 1]);
    expect([...miniCacheMergeReleased(a, b, 2, {gamma: 1}).merged]).toEqual([0, 0, 0]);
  });

  test("leaves parallel rows as they are, keeps opposite ones, and makes zeros of zeros", () => {
    const [x, y] = [Float32Array.of(3, 4, 1, 0, 0, 0), Float32Array.of(6, 8, -2, 0, 0, 2)];
    const {first, second, merged} = miniCacheMerge(x, y, 2, {gamma: 0});
    expect([...first]).toEqual([3, 4, 1, 0, 0, 0].map((value) => expect.closeTo(value, 5)));
    expect([...second]).toEqual([6, 8, -2, 0, 0, 2].map((value) => expect.closeTo(value, 5)));
    expect([...merged]).toEqual([1, 0, 1]);
  });

  test("counts directions, lengths and kept rows", () => {
    expect(miniCacheElements(miniCacheMerge(a, b, 2, {gamma: 0.1}))).toBe(3 * 2 + 2 * 3 + 2 * 1 * 2);
  });

  test.each([
    [{t: -0.1}, /t must be from 0 to 1, got -0.1$/],
    [{gamma: Number.NaN}, /gamma must be from 0 to 1, got NaN$/],
  ])("refuses %o", (options, message) => {
    expect(() => miniCacheMerge(a, b, 2, options)).toThrow(message);
    expect(() => miniCacheMergeReleased(a, b.slice(2), 2)).toThrow(/the 6 values of x1, got 4$/);
  });
});
