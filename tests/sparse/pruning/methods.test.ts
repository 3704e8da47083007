import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type Calibration, calibrate, outputError} from "../../../src/lib/engine/calibration/calibration.js";
import {magnitude} from "../../../src/lib/sparse/pruning/magnitude.js";
import {nOfM, type PruningPattern, unstructured} from "../../../src/lib/sparse/pruning/pattern.js";
import {pruningMethods} from "../../../src/lib/sparse/pruning/registry.js";
import {sparseGpt} from "../../../src/lib/sparse/pruning/sparse-gpt.js";
import {wanda} from "../../../src/lib/sparse/pruning/wanda.js";
import {matrixSize, type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";
import {activations, gaussian} from "../../quant/helpers.js";

const nonZeros = (x: ArrayLike<number>) => Array.from(x).filter((value) => value !== 0).length;
const inputsOf = (seed: number, channels: number) =>
  calibrate([activations(seed, 3 * channels + 5, channels)]);

/** Statistics of inputs that are uncorrelated and all of one size. */
function white(inputs: number): Calibration {
  const gram = new Float64Array(inputs * inputs);
  for (let k = 0; k < gram.length; k += inputs + 1) gram[k] = 1;
  const ones = new Float64Array(inputs).fill(1);
  return {inputs, tokens: 1, samples: 1, gram, mean: new Float64Array(inputs), meanAbs: ones, maxAbs: ones};
}

const patterns = fc.oneof(
  fc.constantFrom(0, 0.25, 0.5, 0.75).map(unstructured),
  fc.constantFrom([2, 4], [1, 4], [3, 8], [0, 4], [5, 8]).map(([n, m]) => nOfM(n, m)),
);

describe.each(pruningMethods.all)("$id", (method) => {
  test("keeps N of every M, or the density of what competes", () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 99}),
        fc.integer({min: 1, max: 5}),
        patterns,
        (seed, rows, pattern) => {
          const weight = gaussian(seed, [rows, 16]);
          const {data, shape} = method.prune(weight, pattern, {inputs: inputsOf(seed, 16)});
          expect(shape).toEqual([rows, 16]);
          if (pattern.kind === "unstructured") expect(nonZeros(data)).toBe(rows * 16 * pattern.density);
          else
            for (let i = 0; i < data.length; i += pattern.m)
              expect(nonZeros(data.subarray(i, i + pattern.m))).toBe(pattern.n);
        },
      ),
      {seed: 19, numRuns: 40},
    );
  });

  test.each([unstructured(1), nOfM(4, 4), nOfM(1, 1)])(
    "changes nothing where nothing goes: %o",
    (pattern) => {
      const weight = gaussian(3, [3, 8]);
      expect(method.prune(weight, pattern, {inputs: inputsOf(2, 8)})).toBe(weight);
    },
  );

  test("leaves the weight that it is given as it was", () => {
    const weight = gaussian(5, [3, 8]);
    const before = weight.data.slice();
    method.prune(weight, unstructured(0.5), {inputs: inputsOf(2, 8)});
    expect(weight.data).toEqual(before);
  });

  test("gives zeros where inputs were always zero, and numbers everywhere", () => {
    const x = activations(7, 40, 8);
    const silent = tensor(
      x.data.map((value, k) => (k % 8 === 2 ? 0 : value)),
      x.shape,
    );
    const {data} = method.prune(gaussian(6, [4, 8]), nOfM(2, 4), {inputs: calibrate([silent])});
    expect(data.every(Number.isFinite)).toBe(true);
    if (method.needs.length > 0) for (let row = 0; row < 4; row++) expect(data[row * 8 + 2]).toBe(0);
  });

  test("refuses groups that do not divide the inputs, weights that are no numbers, and statistics of other inputs", () => {
    const inputs = inputsOf(1, 6);
    const weight = gaussian(1, [2, 6]);
    expect(() => method.prune(weight, nOfM(2, 4), {inputs})).toThrow(
      `prune ${method.id}: weight must have a multiple of 4 inputs for 2:4, got 6`,
    );
    const bad = tensor([1, 2, Number.NaN, 4, 5, 6], [1, 6]);
    expect(() => method.prune(bad, unstructured(0.5), {inputs})).toThrow(
      "weight must be finite, got NaN at index 2",
    );
    expect(() => method.prune(weight, unstructured(0.5), {inputs, params: {magic: 1}})).toThrow(RangeError);
    if (method.needs.length === 0) return;
    expect(() => method.prune(weight, unstructured(0.5))).toThrow(
      "inputs must be the statistics of 6 inputs, got none",
    );
    expect(() => method.prune(weight, unstructured(0.5), {inputs: inputsOf(1, 5)})).toThrow(
      "6 inputs, got 5",
    );
  });
});

describe("uncorrelated inputs of one size", () => {
  test.each([unstructured(0.5), unstructured(0.3), nOfM(2, 4), nOfM(1, 8)])(
    "SparseGPT is magnitude pruning: %o",
    (pattern) => {
      for (const seed of [1, 2, 3]) {
        const weight = gaussian(seed, [7, 16]);
        const found = sparseGpt.prune(weight, pattern, {inputs: white(16)});
        expect(found.data).toEqual(magnitude.prune(weight, pattern).data);
      }
    },
  );

  test("Wanda is magnitude pruning of each row", () => {
    const weight = tensor([1, 2, 3, 4, 40, 30, 20, 10], [2, 4]);
    const found = wanda.prune(weight, unstructured(0.5), {inputs: white(4)});
    expect(Array.from(found.data)).toEqual([0, 0, 3, 4, 40, 30, 0, 0]);
    expect(Array.from(magnitude.prune(weight, unstructured(0.5)).data)).toEqual([0, 0, 0, 0, 40, 30, 20, 10]);
  });
});

test("Wanda keeps a small weight whose input is large", () => {
  const inputs = calibrate([tensor([10, 1, 1, 1, -10, -1, 1, 1], [2, 4])]);
  const found = wanda.prune(tensor([0.5, 2, 3, 1], [1, 4]), nOfM(2, 4), {inputs});
  expect(Array.from(found.data)).toEqual([0.5, 0, 3, 0]);
});

test("magnitude keeps the lower index of equal weights", () => {
  const ones = tensor([1, -1, 1, 1], [1, 4]);
  expect(Array.from(magnitude.prune(ones, unstructured(0.5)).data)).toEqual([1, -1, 0, 0]);
});

describe("the error of the output, which SparseGPT minimizes", () => {
  const error = (weight: Tensor, pattern: PruningPattern, seed: number) => {
    const inputs = inputsOf(seed, matrixSize(weight).columns);
    return (of: typeof wanda | typeof sparseGpt | typeof magnitude) =>
      outputError(weight, of.prune(weight, pattern, {inputs}), inputs);
  };

  test.each([unstructured(0.7), unstructured(0.5), unstructured(0.3), nOfM(2, 4), nOfM(4, 8)])(
    "at most Wanda's at the same density: %o",
    (pattern) => {
      for (const seed of [11, 12, 13, 14, 15]) {
        const of = error(gaussian(seed, [24, 32]), pattern, seed);
        expect(of(sparseGpt)).toBeLessThan(of(wanda));
        expect(of(wanda)).toBeLessThan(of(magnitude));
      }
    },
  );

  test("a row that may keep one of two weights is compensated by least squares, worked by hand", () => {
    // x_2 = x_1: the weight that goes can be taken over by its neighbour whole.
    const inputs = calibrate([tensor([1, 1, 2, 2, -1, -1], [3, 2])]);
    const {data} = sparseGpt.prune(tensor([1, 3], [1, 2]), nOfM(1, 2), {inputs, params: {damping: 1e-6}});
    expect(data[0]).toBe(0);
    expect(data[1]).toBeCloseTo(4, 4);
  });
});

test("the blocks in which SparseGPT computes change groups of N:M only by rounding", () => {
  const weight = gaussian(4, [6, 24]);
  const inputs = inputsOf(4, 24);
  const by = (blockSize: number) => sparseGpt.prune(weight, nOfM(2, 4), {inputs, params: {blockSize}}).data;
  for (const blockSize of [1, 4, 10, 16]) {
    by(blockSize).forEach((value, i) => {
      expect(value).toBeCloseTo(by(128)[i], 5);
    });
  }
});
