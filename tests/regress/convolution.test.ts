import {expect, test} from "vitest";
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
