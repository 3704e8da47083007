import {describe, expect, test} from "vitest";
import {calibrate} from "../../../src/lib/engine/calibration/calibration.js";
import {channelScores, inputVariance} from "../../../src/lib/sparse/structured/channel-scores.js";
import {chooseUnits, standardized} from "../../../src/lib/sparse/structured/choose-units.js";
import type {LayerUnits} from "../../../src/lib/sparse/structured/units.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";
import {activations, gaussian, meanSquare, product} from "../../quant/helpers.js";

describe("channel scores", () => {
  const x = activations(3, 60, 6);
  const shifted = tensor(
    x.data.map((value, k) => value + (k % 6)),
    x.shape,
  );
  const inputs = calibrate([shifted]);
  const weight = gaussian(4, [5, 6]);

  /** Mean square error over tokens, summed over outputs, of x with channel j at a constant. */
  function errorAt(j: number, constant: number): number {
    const replaced = tensor(
      shifted.data.map((value, k) => (k % 6 === j ? constant : value)),
      x.shape,
    );
    return 5 * meanSquare(product(shifted, weight), product(replaced, weight));
  }

  test("WIFV is the error of the output when a channel becomes its mean, without a bias it is larger", () => {
    const scores = channelScores("WIFV", weight, inputs);
    for (let j = 0; j < 6; j++) {
      expect(errorAt(j, inputs.mean[j]) / scores[j]).toBeCloseTo(1, 5);
      const squares = Array.from({length: 5}, (_, i) => weight.data[i * 6 + j] ** 2).reduce((a, b) => a + b);
      const meanSquareOfInput = inputs.gram[j * 6 + j] / inputs.tokens;
      expect(errorAt(j, 0) / (meanSquareOfInput * squares)).toBeCloseTo(1, 5);
      expect(errorAt(j, 0)).toBeGreaterThan(scores[j]);
    }
  });

  test("the others are the variance, Wanda's mean and the length, worked by hand", () => {
    const two = calibrate([tensor([1, 2, 3, 2], [2, 2])]);
    const w = tensor([3, 1, -4, 1], [2, 2]);
    expect(Array.from(inputVariance(two))).toEqual([1, 0]);
    expect(Array.from(channelScores("IFV", w, two))).toEqual([1, 0]);
    expect(channelScores("WIFN", w, two)[0]).toBeCloseTo(3.5 * Math.sqrt(5), 12);
    expect(channelScores("norm", w, undefined)[0]).toBe(5);
    expect(() => channelScores("WIFV", w, undefined)).toThrow("channelScores: inputs must be");
  });
});

test("standardized scores have mean 0 and deviation 1; constant ones are 0", () => {
  expect(standardized([1, 2, 3])).toEqual([-1, 0, 1]);
  expect(standardized([5, 5])).toEqual([0, 0]);
  expect(standardized([5])).toEqual([0]);
});

describe("the choice of units", () => {
  const layerUnits = (count: number, weights: number): LayerUnits => ({
    count,
    weights,
    width: 1,
    reader: "",
    makers: [],
  });
  const layer = {attention: layerUnits(2, 4), network: layerUnits(4, 1)};
  const units = [layer, layer];
  const scores = [
    {attention: [9, 1], network: [8, 2, 3, 7]},
    {attention: [6, 5], network: [1, 1.5, 4, 0]},
  ];

  test("adaptive: everything competes, a head weighs as much as its weights", () => {
    // 24 weights in all; the best by score: 9, 8, 7, 6, 5, 4 weigh 4 + 1 + 1 + 4 + 4 + 1 = 15.
    expect(chooseUnits(scores, units, 9 / 24, "AL-AM")).toEqual([
      {attention: [0], network: [0, 3]},
      {attention: [0, 1], network: [2]},
    ]);
  });

  test("uniform: each part of each layer loses its share", () => {
    expect(chooseUnits(scores, units, 0.5, "UL-UM")).toEqual([
      {attention: [0], network: [0, 3]},
      {attention: [0], network: [1, 2]},
    ]);
  });

  test("adaptive over layers: heads compete with heads, channels with channels", () => {
    expect(chooseUnits(scores, units, 0.5, "AL-MM")).toEqual([
      {attention: [0], network: [0, 2, 3]},
      {attention: [0], network: [2]},
    ]);
  });

  test("every part keeps its best unit, and at ratio 0 everything stays", () => {
    expect(chooseUnits(scores, units, 0.99, "AL-AM")).toEqual([
      {attention: [0], network: [0]},
      {attention: [0], network: [2]},
    ]);
    for (const structure of ["UL-UM", "AL-MM", "AL-AM"] as const)
      expect(chooseUnits(scores, units, 0, structure)).toEqual([
        {attention: [0, 1], network: [0, 1, 2, 3]},
        {attention: [0, 1], network: [0, 1, 2, 3]},
      ]);
  });
});
