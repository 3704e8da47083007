import {describe, expect, test} from "vitest";
import {calibrate, outputError} from "../../src/lib/engine/calibration/calibration.js";
import {scaleColumns} from "../../src/lib/engine/equivalent/channel-scale.js";
import {mx, mxfp4, mxIntElement, mxint4} from "../../src/lib/formats/mx/mx.js";
import {nvfp4} from "../../src/lib/formats/nvfp4/nvfp4.js";
import {awq, awqClip, awqScales} from "../../src/lib/quant/awq.js";
import {roundToNearest} from "../../src/lib/quant/rtn.js";
import {type Tensor, tensor} from "../../src/lib/tensor/tensor.js";
import {activations, gaussian, meanSquare, product} from "./helpers.js";

const inverse = (scales: Float32Array) => scales.map((s) => 1 / s);

describe("awqScales", () => {
  test("with the ratio 0 alone is round to nearest", () => {
    const x = activations(1, 40, 32);
    const w = gaussian(2, [8, 32]);
    const found = awq([w], calibrate([x]), mxint4, {grid: 1, clip: false});
    expect(found.ratio).toBe(0);
    expect(found.scales).toEqual(new Float32Array(32).fill(1));
    expect(found.weights[0]).toEqual(roundToNearest(w, mxint4));
  });

  test.each([mxfp4, mxint4, mx({blockSize: 16}), nvfp4()])(
    "is never worse than round to nearest on the calibration outputs: $id",
    (format) => {
      for (const seed of [1, 2, 3]) {
        const x = activations(seed, 64, 48);
        const w = gaussian(seed + 10, [12, 48]);
        const calibration = calibrate([x]);
        const {error} = awqScales([w], calibration, format);
        const plain = outputError(w, roundToNearest(w, format).weight, calibration);
        expect(error).toBeLessThanOrEqual(plain * 12 * (1 + 1e-9));
      }
    },
  );

  test("protects channels with large activations, to the good of the outputs", () => {
    const x = activations(4, 128, 64, 50);
    const w = gaussian(5, [32, 64]);
    const found = awqScales([w], calibrate([x]), mxint4);
    expect(found.ratio).toBeGreaterThan(0);
    expect(found.scales[5]).toBeGreaterThan(found.scales[6]);
    const rounded = roundToNearest(scaleColumns(w, found.scales), mxint4).weight;
    const want = product(x, w);
    const direct = meanSquare(product(x, scaleColumns(rounded, inverse(found.scales))), want);
    expect(direct).toBeLessThan(0.9 * meanSquare(product(x, roundToNearest(w, mxint4).weight), want));
  });

  test("reports the error that the outputs have", () => {
    const x = activations(6, 30, 32);
    const weights = [gaussian(7, [4, 32]), gaussian(8, [6, 32])];
    const found = awqScales(weights, calibrate([x]), mxfp4);
    const direct = weights.reduce((sum, w) => {
      const rounded = roundToNearest(scaleColumns(w, found.scales), mxfp4).weight;
      const changed = product(x, scaleColumns(rounded, inverse(found.scales)));
      return sum + meanSquare(changed, product(x, w)) * w.shape[0];
    }, 0);
    expect(found.error / direct).toBeCloseTo(1, 5);
  });

  test("scales are centred: their extremes multiply to 1", () => {
    const {scales} = awqScales([gaussian(1, [8, 64])], calibrate([activations(9, 64, 64, 50)]), mxint4);
    expect(Math.max(...scales) * Math.min(...scales)).toBeCloseTo(1, 5);
  });

  test("survives inputs that are always zero, and a single token", () => {
    const x = activations(2, 1, 32);
    x.data[3] = 0;
    const {scales, weights} = awq([gaussian(1, [4, 32])], calibrate([x]), mxfp4);
    expect(scales.every((s) => s > 0 && Number.isFinite(s))).toBe(true);
    expect(weights[0].weight.data.every(Number.isFinite)).toBe(true);
  });

  test("refuses a grid of none and inputs of another length", () => {
    const calibration = calibrate([activations(1, 4, 32)]);
    expect(() => awqScales([gaussian(1, [2, 32])], calibration, mxfp4, {grid: 0})).toThrow(
      "awqScales: grid must be an integer of at least 1, got 0",
    );
    expect(() => awqScales([gaussian(1, [2, 16])], calibration, mxfp4)).toThrow(
      "scaleColumns: scales must hold 16",
    );
  });
});

describe("awqClip", () => {
  /** Each group's part of the output error, by products with that group's columns alone. */
  function groupError(x: Tensor, w: Tensor, changed: Tensor, from: number, to: number): number {
    const only = (t: Tensor) =>
      tensor(
        t.data.map((value, k) => (k % 32 >= from && k % 32 < to ? value : 0)),
        t.shape,
      );
    return meanSquare(product(x, only(w)), product(x, only(changed)));
  }

  test("makes no group's output worse, and some better", () => {
    const format = mx({element: mxIntElement(4), blockSize: 16});
    const x = activations(3, 50, 32);
    const w = gaussian(4, [1, 32]);
    const clipped = awqClip(w, calibrate([x]), format);
    const before = roundToNearest(w, format).weight;
    const after = roundToNearest(clipped, format).weight;
    let gain = 0;
    for (const from of [0, 16]) {
      const [old, now] = [before, after].map((q) => groupError(x, w, q, from, from + 16));
      expect(now).toBeLessThanOrEqual(old * (1 + 1e-9));
      gain += old - now;
    }
    expect(gain).toBeGreaterThanOrEqual(0);
  });

  test("bounds are the grid's: at most 45 % below the largest magnitude", () => {
    const w = gaussian(5, [16, 32]);
    const clipped = awqClip(w, calibrate([activations(6, 40, 32)]), mxfp4);
    for (let row = 0; row < 16; row++) {
      const part = (t: Tensor) => Math.max(...t.data.slice(row * 32, row * 32 + 32).map(Math.abs));
      const share = part(clipped) / part(w);
      expect(share).toBeGreaterThan(0.5499);
      expect(share * 20).toBeCloseTo(Math.round(share * 20), 4);
    }
  });

  test("leaves values inside the bound alone, zero groups zero, and odd row lengths whole", () => {
    const w = gaussian(7, [3, 37]);
    w.data.fill(0, 37, 74);
    const clipped = awqClip(w, calibrate([activations(8, 20, 37)]), mxfp4);
    expect(clipped.data.slice(37, 74).every((value) => value === 0)).toBe(true);
    const changed = clipped.data.filter((value, k) => value !== w.data[k]);
    expect(changed.length).toBeLessThan(3 * 37 * 0.5);
  });

  test("refuses grids out of range", () => {
    const calibration = calibrate([activations(1, 4, 32)]);
    expect(() => awqClip(gaussian(1, [1, 32]), calibration, mxfp4, {maxShrink: 1})).toThrow(
      "awqClip: clipGrid must be an integer of at least 1 and maxShrink in (0, 1), got 20 and 1",
    );
  });
});
