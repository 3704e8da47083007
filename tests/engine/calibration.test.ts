import fc from "fast-check";
import {expect, test} from "vitest";
import {
  calibrate,
  dividedInputs,
  inputCollector,
  outputError,
} from "../../src/lib/engine/calibration/calibration.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {activations, gaussian, meanSquare, product} from "../quant/helpers.js";

test("the statistics of two tokens worked by hand", () => {
  const found = calibrate([tensor([1, -2, 3, 4], [2, 2])]);
  expect(found.gram).toEqual(Float64Array.of(10, 10, 10, 20));
  expect(found.mean).toEqual(Float64Array.of(2, 1));
  expect(found.meanAbs).toEqual(Float64Array.of(2, 3));
  expect(found.maxAbs).toEqual(Float64Array.of(3, 4));
  expect([found.inputs, found.tokens, found.samples]).toEqual([2, 2, 1]);
});

test("counts sequences as samples", () => {
  expect(calibrate([gaussian(1, [4, 3])]).samples).toBe(1);
  expect(calibrate([gaussian(1, [2, 4, 3]), gaussian(2, [5, 3])]).samples).toBe(3);
  expect(calibrate([gaussian(1, [3])])).toMatchObject({samples: 1, tokens: 1});
});

test("batches in pieces, in any order, give the statistics of the whole", () => {
  fc.assert(
    fc.property(fc.integer({min: 1, max: 9}), fc.integer({min: 1, max: 8}), (cut, channels) => {
      const x = activations(cut, 10, channels);
      const head = tensor(x.data.slice(0, cut * channels), [cut, channels]);
      const tail = tensor(x.data.slice(cut * channels), [10 - cut, channels]);
      const whole = calibrate([x]);
      for (const parts of [
        [head, tail],
        [tail, head],
      ]) {
        const found = calibrate(parts);
        found.gram.forEach((value, k) => {
          expect(value).toBeCloseTo(whole.gram[k], 8);
        });
        expect(found.maxAbs).toEqual(whole.maxAbs);
        expect(found.tokens).toBe(10);
      }
    }),
    {seed: 6},
  );
});

test("the Gram matrix gives the mean square output error of a changed weight", () => {
  const x = activations(3, 50, 12);
  const w = gaussian(4, [7, 12]);
  const changed = gaussian(5, [7, 12]);
  const direct = meanSquare(product(x, w), product(x, changed));
  expect(outputError(w, changed, calibrate([x])) / direct).toBeCloseTo(1, 9);
  expect(outputError(w, w, calibrate([x]))).toBe(0);
});

test("dividing the statistics equals the statistics of divided inputs", () => {
  const x = activations(7, 20, 5);
  const divisors = [0.5, 2, 4, 1, 8];
  const divided = tensor(
    x.data.map((value, k) => value / divisors[k % 5]),
    x.shape,
  );
  const found = dividedInputs(calibrate([x]), divisors);
  const want = calibrate([divided]);
  for (const key of ["gram", "meanAbs", "maxAbs"] as const) {
    found[key].forEach((value, k) => {
      expect(value).toBeCloseTo(want[key][k], 6);
    });
  }
});

test("reading the statistics does not stop the collecting", () => {
  const collector = inputCollector(1);
  collector.add(tensor([1], [1, 1]));
  const first = collector.calibration();
  collector.add(tensor([3], [1, 1]));
  expect(first.maxAbs[0]).toBe(1);
  expect(collector.calibration().gram[0]).toBe(10);
});

test("refuses NaN, other lengths, and nothing", () => {
  expect(() => calibrate([tensor([1, Number.NaN], [1, 2])])).toThrow(
    "calibration: inputs must be finite, got NaN at index 1",
  );
  expect(() => inputCollector(3).add(tensor([1, 2], [1, 2]))).toThrow("must have rows of 3 values, got 2");
  expect(() => calibrate([])).toThrow("at least one token must have been added, got none");
  expect(() => dividedInputs(calibrate([tensor([1], [1, 1])]), [1, 2])).toThrow("must hold 1 numbers, got 2");
  expect(() =>
    outputError(gaussian(1, [1, 2]), gaussian(1, [1, 2]), calibrate([tensor([1], [1, 1])])),
  ).toThrow("both weights must have rows of 1 values");
});
