import fc from "fast-check";
import {expect, test} from "vitest";
import {calibrate} from "../../../src/lib/engine/calibration/calibration.js";
import {divideRows, scaleColumns} from "../../../src/lib/engine/equivalent/channel-scale.js";
import {smoothingScales, smoothQuant} from "../../../src/lib/engine/equivalent/smoothquant.js";
import {mxint8} from "../../../src/lib/formats/mx/mx.js";
import {quantizeActivation} from "../../../src/lib/quant/activations.js";
import {roundToNearest} from "../../../src/lib/quant/rtn.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";
import {activations, gaussian, largest, maxDifference, meanSquare, product} from "../../quant/helpers.js";

test("the scales of two channels worked by hand", () => {
  const weights = [tensor([1, -4, 2, 1], [2, 2]), tensor([0.5, 1], [1, 2])];
  expect(smoothingScales([8, 100], weights)).toEqual(Float32Array.of(2, 5));
  expect(smoothingScales([8, 100], weights, 1)).toEqual(Float32Array.of(8, 100));
  expect(smoothingScales([8, 100], weights, 0)).toEqual(Float32Array.of(0.5, 0.25));
});

test("channels without input or without weight get a floor, never 0 or Infinity", () => {
  const scales = smoothingScales([0, 4, 0], [tensor([1, 0, 0], [1, 3])]);
  expect(scales[0]).toBe(Math.fround(1e-5));
  expect(scales[1]).toBeCloseTo(2 / Math.sqrt(1e-5), 1);
  expect(scales[2]).toBe(Math.fround(1e-5));
});

test("moving the scales leaves the float product as it was, for any alpha", () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 999}), fc.double({min: 0, max: 1, noNaN: true}), (seed, alpha) => {
      const normalized = activations(seed, 6, 14, 1);
      const gain = tensor(
        gaussian(seed + 1, [14]).data.map((value) => 1 + 10 * Math.abs(value)),
        [14],
      );
      const weights = [gaussian(seed + 2, [5, 14]), gaussian(seed + 3, [3, 14])];
      const x = scaleColumns(normalized, gain.data);
      const smoothed = smoothQuant({gain, weights}, calibrate([x]).maxAbs, alpha);
      const smoothX = scaleColumns(normalized, smoothed.gain.data);
      weights.forEach((w, i) => {
        const want = product(x, w);
        // Three float32 roundings a factor, at most 2^-24 each, on sums of 14 terms.
        const bound = 6 * 2 ** -24 * 14 * largest(x.data) * largest(w.data);
        expect(maxDifference(product(smoothX, smoothed.weights[i]), want)).toBeLessThan(bound);
      });
    }),
    {seed: 9, numRuns: 50},
  );
});

test("a norm's bias moves with its gain", () => {
  const smoothed = smoothQuant(
    {gain: tensor([4, 4]), bias: tensor([2, 6]), weights: [tensor([1, 1], [1, 2])]},
    [4, 16],
  );
  expect(smoothed.scales).toEqual(Float32Array.of(2, 4));
  expect(smoothed.bias?.data).toEqual(Float32Array.of(1, 1.5));
  expect(smoothed.gain.data).toEqual(Float32Array.of(2, 1));
});

test("with outlier channels, quantized activations and weights err less after smoothing", () => {
  const wins = [1, 2, 3, 4, 5].filter((seed) => {
    const x = activations(seed, 64, 64, 80);
    const w = gaussian(seed + 10, [32, 64]);
    const want = product(x, w);
    const error = (input: typeof x, weight: typeof w) =>
      meanSquare(
        product(quantizeActivation(input, mxint8).values, roundToNearest(weight, mxint8).weight),
        want,
      );
    const scales = smoothingScales(calibrate([x]).maxAbs, [w]);
    const divided = scaleColumns(
      x,
      scales.map((s) => 1 / s),
    );
    return error(divided, scaleColumns(w, scales)) < error(x, w);
  });
  expect(wins).toHaveLength(5);
});

test("refuses alpha out of range, maxima that are none, and weights of other inputs", () => {
  const w = tensor([1, 1], [1, 2]);
  expect(() => smoothingScales([1, 1], [w], 1.5)).toThrow(
    "smoothingScales: alpha must be from 0 to 1, got 1.5",
  );
  expect(() => smoothingScales([1, Number.NaN], [w])).toThrow("finite and at least 0, got NaN at index 1");
  expect(() => smoothingScales([1, -1], [w])).toThrow("got -1 at index 1");
  expect(() => smoothingScales([1, 1, 1], [w])).toThrow("every weight must have 3 columns, got shape [1, 2]");
});

test("scaleColumns and divideRows undo each other across a product", () => {
  const first = gaussian(1, [6, 4]);
  const second = gaussian(2, [3, 6]);
  const x = gaussian(3, [5, 4]);
  const scales = [0.5, 2, 4, 8, 0.25, 1];
  const through = (a: typeof first, b: typeof first) =>
    product(tensor(Float32Array.from(product(x, a)), [5, 6]), b);
  expect(through(divideRows(first, scales), scaleColumns(second, scales))).toEqual(through(first, second));
  expect(() => scaleColumns(first, scales)).toThrow("scaleColumns: scales must hold 4 numbers, got 6");
  expect(() => divideRows(second, scales)).toThrow("divideRows: scales must hold 3 numbers, got 6");
});
