import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {convolution} from "../../src/lib/regress/ladder/convolution.js";
import type {Tensor} from "../../src/lib/tensor/tensor.js";

const tensor = (shape: readonly number[], ...values: readonly number[]): Tensor => ({
  shape: [...shape],
  data: Float32Array.from(values),
});

/** One channel of width three that sees the token before, the token and the one after, with weights 1, 10, 100. */
const model = new Map<string, Tensor>([
  ["m/embed", tensor([4, 1], 0, 1, 2, -3)],
  ["m/conv.0.weight", tensor([1, 1, 3], 1, 10, 100)],
  ["m/conv.0.bias", tensor([1], 0.5)],
  ["m/full.0.weight", tensor([2, 1], 1, -1)],
  ["m/full.0.bias", tensor([2], 0, 1000)],
]);

test("a convolution gives the largest value along the text, zeros around it", () => {
  const predict = convolution(model, "m");
  expect([...predict([1, 2, 1])]).toEqual([210.5, 1000 - 210.5]);
  expect([...predict([3])]).toEqual([0, 1000]);
  expect([...predict([2])]).toEqual([20.5, 979.5]);
});

test("a model that is not there is refused by name", () => {
  expect(() => convolution(model, "n")).toThrow("convolution: n/embed must be a tensor, got none");
});

test("every published convolution has the sizes that its card gives", async () => {
  const published = await loadTensors("src/data/regressors/ladder/convolutions.safetensors");
  const names = [...published.keys()].filter((name) => name.endsWith("/embed"));
  const shapeOf = (part: string) => published.get(`roofline/${part}`)?.shape;
  const widths = [0, 1, 2].map((layer) => shapeOf(`conv.${layer}.weight`)?.[2]);
  const card = readFileSync("src/data/regressors/ladder/README.md", "utf8");
  expect(card).toContain(`${names.length} convolutions over tokens`);
  expect(card).toContain(
    `embedding of ${shapeOf("embed")?.[1]}, three convolutions of ${shapeOf("conv.0.weight")?.[0]} channels and widths ${widths[0]}, ${widths[1]} and ${widths[2]}`,
  );
});
