import {describe, expect, test} from "vitest";
import {
  divideByTensorScale,
  packTensorScale,
  tensorScaleOf,
  unpackTensorScale,
} from "../../src/lib/formats/tensor-scale.js";
import {tensor} from "../../src/lib/tensor/tensor.js";

describe("the tensor scale", () => {
  test("brings the largest magnitude to the target, in float32", () => {
    expect(tensorScaleOf(tensor([1, -336, 20]), 168)).toBe(2);
    expect(tensorScaleOf(tensor([1]), 3)).toBe(Math.fround(1 / 3));
  });

  test("is 0 for nothing, for zeros, and below float32", () => {
    expect(tensorScaleOf(tensor([]), 6)).toBe(0);
    expect(tensorScaleOf(tensor([0, -0]), 6)).toBe(0);
    expect(tensorScaleOf(tensor([2 ** -149]), 2688)).toBe(0);
  });

  test("of 0 leaves zeros of the same sign", () => {
    expect([...divideByTensorScale(tensor([0, -0, 2 ** -149, -(2 ** -149)]), 0)]).toEqual([0, -0, 0, -0]);
  });

  test("is four little-endian bytes, wherever they lie in their buffer", () => {
    const bytes = packTensorScale(1.5);
    expect([...bytes]).toEqual([0, 0, 0xc0, 0x3f]);
    const inside = Uint8Array.of(9, ...bytes).subarray(1);
    expect(unpackTensorScale(inside)).toBe(1.5);
  });
});
