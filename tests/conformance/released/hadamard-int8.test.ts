import {describe, expect, test} from "vitest";
import {quantizeInHadamardSpace} from "../../../src/cli/conformance/released/hadamard-int8.js";
import {hadamard} from "../../../src/lib/tensor/hadamard.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";

function withOutlier(rows: number, columns: number): Tensor {
  const stream = randomStream(3, "hadamard int8 test");
  const data = Float32Array.from({length: rows * columns}, () => stream.normal());
  for (let r = 0; r < rows; r++) data[r * columns + 5] = 200;
  return tensor(data, [rows, columns]);
}

function plainInt8(y: Tensor): Float32Array {
  const scale = Math.max(...y.data.map(Math.abs)) / 127;
  return y.data.map((v) => Math.round(v / scale) * scale);
}

describe("quantizeInHadamardSpace", () => {
  test("takes the scale from the rotated maximum and undoes within half a step", () => {
    const y = withOutlier(3, 64);
    const {codes, scale} = quantizeInHadamardSpace(y);
    const rotated = hadamard(y).data;
    expect(scale).toBe(Math.max(...rotated.map(Math.abs)) / 127);
    rotated.forEach((v, i) => {
      expect(Math.abs(codes[i] * scale - v)).toBeLessThanOrEqual(scale * 0.5000001);
    });
  });

  test("loses less than int8 without rotation where there is an outlier", () => {
    const y = withOutlier(4, 256);
    const {codes, scale, shape} = quantizeInHadamardSpace(y);
    const back = hadamard({shape, data: Float32Array.from(codes, (c) => c * scale)}, {inverse: true}).data;
    const plain = plainInt8(y);
    const error = (z: Float32Array) => z.reduce((sum, v, i) => sum + (v - y.data[i]) ** 2, 0);
    expect(error(back)).toBeLessThan(error(plain) / 20);
  });

  test.each([
    ["half-away", [1, 2, -1, -2]],
    ["half-even", [0, 2, 0, -2]],
  ] as const)("rounds exact halves %s", (rounding, expected) => {
    const rotated = tensor([0.5, 1.5, -0.5, -1.5]);
    const y = hadamard(rotated, {inverse: true});
    expect(quantizeInHadamardSpace(y, {scale: 1, rounding}).codes).toEqual(Int8Array.from(expected));
  });

  test("clamps to -128 and 127 under a scale that is too small", () => {
    const y = hadamard(tensor([1000, -1000, 0, 0]), {inverse: true});
    expect(quantizeInHadamardSpace(y, {scale: 1}).codes).toEqual(Int8Array.of(127, -128, 0, 0));
  });

  test("gives codes 0 for a zero tensor and nothing for an empty one", () => {
    expect(quantizeInHadamardSpace(tensor(new Float32Array(8))).codes).toEqual(new Int8Array(8));
    expect(quantizeInHadamardSpace(tensor([], [0, 8])).codes).toHaveLength(0);
  });

  test("refuses NaN, infinities and scales that are not positive", () => {
    expect(() => quantizeInHadamardSpace(tensor([1, 2, Number.NaN, 3]))).toThrow(
      "quantizeInHadamardSpace: values must be finite, got NaN at index 2",
    );
    expect(() => quantizeInHadamardSpace(tensor([1, 2]), {scale: 0})).toThrow(
      "quantizeInHadamardSpace: scale must be positive and finite, got 0",
    );
  });
});
