import {describe, expect, test} from "vitest";
import {
  DISTRIBUTIONS,
  pickColumns,
  sample,
  scaleColumns,
  tensorsOf,
} from "../../../src/lib/experiments/formats/sources.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";
import {allData} from "./data.js";

const moments = (data: Float32Array) => {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
  return {mean, variance};
};

describe("sample", () => {
  test.each([
    ["normal", 1],
    ["laplace", 2],
    ["student-t5", 5 / 3],
    ["outlier-columns", (1014 + 10 * 400) / 1024],
  ] as const)("%s has mean 0 and variance %d", (distribution, variance) => {
    const got = moments(sample(distribution, 0).data);
    expect(Math.abs(got.mean)).toBeLessThan(0.02);
    expect(got.variance / variance).toBeGreaterThan(0.95);
    expect(got.variance / variance).toBeLessThan(1.05);
  });

  test.each(DISTRIBUTIONS)("%s is the same for a seed and another for another", (distribution) => {
    expect(sample(distribution, 3)).toEqual(sample(distribution, 3));
    expect(sample(distribution, 3)).not.toEqual(sample(distribution, 4));
  });
});

describe("outlier columns", () => {
  test("are as many different ones as asked for, at most all", () => {
    expect(pickColumns(8, 32, randomStream(1).integer).size).toBe(8);
    expect(pickColumns(9, 4, randomStream(1).integer).size).toBe(4);
  });

  test("are multiplied and nothing else is changed", () => {
    const x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    expect([...scaleColumns(x, new Set([1]), 10).data]).toEqual([1, 20, 3, 4, 50, 6]);
    expect([...x.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

test("a data set gives its matrices and leaves gains out", async () => {
  const data = await allData();
  const set = data.get("weights/decoder-small")!;
  const tensors = tensorsOf("weights/decoder-small", 0, {get: (name) => data.get(name)!});
  expect([...set.keys()].filter((name) => !tensors.has(name)).every((name) => name.includes("norm"))).toBe(
    true,
  );
  expect([...tensors.values()].every(({shape}) => shape.length === 2)).toBe(true);
  expect(tensors.size).toBeGreaterThan(25);
});
