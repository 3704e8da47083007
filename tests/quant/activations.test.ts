import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {packedBytes} from "../../src/lib/formats/format.js";
import {mxfp4} from "../../src/lib/formats/mx/mx.js";
import {nvfp4 as nvfp4Format} from "../../src/lib/formats/nvfp4/nvfp4.js";
import {minmaxObserver, observe, quantizationParameters} from "../../src/lib/formats/observers.js";
import {quantizeActivation, quantizeStatically} from "../../src/lib/quant/activations.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {activations, gaussian, meanSquare} from "./helpers.js";

const nvfp4 = nvfp4Format();

describe("quantizeActivation", () => {
  test("per tensor is the format's round trip and its bytes", () => {
    const x = gaussian(1, [2, 5, 48]);
    const {values, bytes} = quantizeActivation(x, nvfp4, "tensor");
    const packed = nvfp4.encode(tensor(x.data, [10, 48]));
    expect(values.shape).toEqual([2, 5, 48]);
    expect(values.data).toEqual(nvfp4.decode(packed).data);
    expect(bytes).toBe(packedBytes(packed));
  });

  test("per token a token does not see the others", () => {
    const x = activations(2, 6, 32);
    const alone = tensor(x.data.slice(64, 96), [1, 32]);
    const {values} = quantizeActivation(x, nvfp4, "token");
    expect(values.data.slice(64, 96)).toEqual(quantizeActivation(alone, nvfp4).values.data);
    x.data.fill(1e6, 0, 32);
    expect(quantizeActivation(x, nvfp4, "token").values.data.slice(64, 96)).toEqual(
      values.data.slice(64, 96),
    );
    expect(quantizeActivation(x, nvfp4, "tensor").values.data.slice(64, 96)).not.toEqual(
      values.data.slice(64, 96),
    );
  });

  test("without a scale for the tensor both granularities are the same", () => {
    const x = activations(3, 7, 40);
    expect(quantizeActivation(x, mxfp4, "token").values).toEqual(
      quantizeActivation(x, mxfp4, "tensor").values,
    );
  });

  test("takes a vector, and no rows at all", () => {
    expect(quantizeActivation(gaussian(1, [32]), mxfp4).values.shape).toEqual([32]);
    expect(quantizeActivation(tensor([], [0, 32]), mxfp4)).toMatchObject({bytes: 0});
  });

  test("leaves its argument alone", () => {
    const x = gaussian(5, [3, 32]);
    const before = x.data.slice();
    quantizeActivation(x, nvfp4);
    expect(x.data).toEqual(before);
  });
});

describe("quantizeStatically", () => {
  test.each([1, -1])("values far on one side of zero (sign %i) are at most half a step off", (sign) => {
    const x = tensor(
      Float32Array.from({length: 64}, (_, i) => sign * (4.5 + i / 63)),
      [4, 16],
    );
    const range = observe(minmaxObserver({symmetric: false}), [x]);
    const found = quantizationParameters(range, {symmetric: false});
    const y = quantizeStatically(x, found).data;
    // Zero to 5.5 in 255 steps; a float32 quotient may fall on the other side of a tie.
    const halfStep = (5.5 / 255 / 2) * (1 + 1e-3);
    x.data.forEach((value, i) => {
      expect(Math.abs(y[i] - value)).toBeLessThan(halfStep);
    });
  });

  test("rounds to the grid, ties to even, and clips what calibration did not see", () => {
    const grid = {scale: Float32Array.of(0.5), base: Float32Array.of(0), low: -128, high: 127};
    const y = quantizeStatically(tensor([0.25, 0.75, -0.25, 0.3, 1000, -1000]), grid);
    expect([...y.data].map((value) => value + 0)).toEqual([0, 1, 0, 0.5, 63.5, -64]);
  });

  test("is within half a step for what calibration did see", () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: 999}), fc.boolean(), (seed, symmetric) => {
        const x = activations(seed, 9, 8);
        const found = quantizationParameters(observe(minmaxObserver({symmetric}), [x]), {symmetric});
        const y = quantizeStatically(x, found);
        // The zero point is an integer, so one end of an asymmetric range may lie another half step out.
        const bound = found.scale[0] * (symmetric ? 0.5 : 1) * (1 + 2 ** -20);
        y.data.forEach((value, i) => {
          expect(Math.abs(value - x.data[i])).toBeLessThanOrEqual(bound);
        });
      }),
      {seed: 8},
    );
  });

  test("scales for groups of channels beat one scale where channels differ", () => {
    const x = activations(4, 30, 26, 100);
    const error = (groupSize: number) => {
      const found = quantizationParameters(observe(minmaxObserver({groupSize}), [x]));
      return meanSquare(quantizeStatically(x, found).data, x.data);
    };
    expect(error(1)).toBeLessThan(error(13));
    expect(error(13)).toBeLessThanOrEqual(error(26));
  });

  test("clips infinities, and refuses NaN and scales that do not divide a row", () => {
    const grid = {scale: Float32Array.of(1), base: Float32Array.of(3), low: 0, high: 15};
    const y = quantizeStatically(tensor([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]), grid);
    expect([...y.data]).toEqual([12, -3]);
    expect(() => quantizeStatically(tensor([Number.NaN]), grid)).toThrow(
      "must not be NaN, got NaN at index 0",
    );
    expect(() => quantizeStatically(tensor([1, 2, 3]), {...grid, scale: Float32Array.of(1, 1)})).toThrow(
      "the number of scales must divide the row length 3, got 2",
    );
  });
});
