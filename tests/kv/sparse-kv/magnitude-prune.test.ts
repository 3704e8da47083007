import {describe, expect, test} from "vitest";
import {magnitudePrune} from "../../../src/lib/kv/sparse-kv/magnitude-prune.js";
import {normals} from "../random.js";

describe("magnitudePrune", () => {
  test("zeroes what is below the k-th smallest magnitude, which itself stays", () => {
    expect([...magnitudePrune(Float32Array.of(4, -1, 3, -2), 50)]).toEqual([4, 0, 3, -2]);
    expect([...magnitudePrune(Float32Array.of(1, -1, 1, 2), 75)]).toEqual([1, -1, 1, 2]);
  });

  test("at 0 % is the tensor, and never more is gone than asked", () => {
    const x = normals(1, 101);
    expect(magnitudePrune(x, 0)).toEqual(x);
    for (const percent of [10, 33, 50, 99, 100]) {
      const gone = magnitudePrune(x, percent).filter((value) => value === 0).length;
      expect(gone).toBe(Math.max(0, Math.floor((101 * percent) / 100) - 1));
    }
    expect(magnitudePrune(new Float32Array(0), 50)).toHaveLength(0);
  });

  test("refuses other percentages, and values that are no numbers", () => {
    expect(() => magnitudePrune(normals(1, 3), 101)).toThrow(/percent must be from 0 to 100, got 101$/);
    expect(() => magnitudePrune(Float32Array.of(1, Number.NaN), 10)).toThrow(/got NaN at index 1$/);
  });
});
