import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {boostedTrees} from "../../src/lib/regress/ladder/boosted-trees.js";
import type {Tensor} from "../../src/lib/tensor/tensor.js";

const tensor = (shape: readonly number[], ...values: readonly number[]): Tensor => ({
  shape: [...shape],
  data: Float32Array.from(values),
});

/** Two trees of two levels: the second is one leaf that was filled up. */
const forest = new Map<string, Tensor>([
  ["f/feature", tensor([2, 3], 0, 1, 1, 0, 0, 0)],
  ["f/threshold", tensor([2, 3], 2, 5, 7, Infinity, Infinity, Infinity)],
  ["f/leaf", tensor([2, 4], 1, 2, 3, 4, 10, 10, 10, 10)],
  ["f/base", tensor([1], 100)],
]);

test("features fall to the left where they are below a threshold, and all trees are summed", () => {
  const predict = boostedTrees(forest, "f");
  const found = [
    [1, 4],
    [1, 5],
    [2, 6],
    [2, 7],
  ].map((features) => predict(Float64Array.from(features)));
  expect(found).toEqual([111, 112, 113, 114]);
});

test("a forest that is not there is refused by name", () => {
  expect(() => boostedTrees(forest, "g")).toThrow("boostedTrees: g/leaf must be a tensor, got none");
});

test("every published forest is whole", async () => {
  const published = await loadTensors("src/data/regressors/ladder/trees.safetensors");
  const names = [...published.keys()].filter((name) => name.endsWith("/leaf"));
  const [trees, leaves] = published.get(names[0])?.shape ?? [];
  const card = readFileSync("src/data/regressors/ladder/README.md", "utf8");
  expect(card).toContain(`${names.length} forests of ${trees} trees of depth ${Math.log2(leaves)}`);
  for (const name of names) {
    expect(published.get(name)?.shape).toEqual([trees, leaves]);
    for (const part of ["feature", "threshold"])
      expect(published.get(name.replace("leaf", part))?.shape).toEqual([trees, leaves - 1]);
  }
});
