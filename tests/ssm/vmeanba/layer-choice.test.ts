import {describe, expect, test} from "vitest";
import {selectiveScanCost} from "../../../src/lib/engine/scan/scan-cost.js";
import {layerCost, speedupWithout} from "../../../src/lib/ssm/vmeanba/averaged-cost.js";
import {layersByImpact} from "../../../src/lib/ssm/vmeanba/layer-choice.js";

const CONFIG = {
  hiddenSize: 8,
  innerSize: 12,
  layers: 2,
  stateSize: 4,
  timeStepRank: 2,
  convWidth: 3,
  patch: 4,
  classes: 3,
};

test("layers come in the order of their impact, the earlier of equals first", () => {
  expect(layersByImpact([0.3, -0.1, 0.3, 0, 0.1])).toEqual([1, 3, 4, 0, 2]);
});

describe("the cost of a layer", () => {
  const [whole, averaged] = [layerCost(CONFIG, 16, false), layerCost(CONFIG, 16, true)];

  test("scans one channel in place of all, in four directions", () => {
    expect(whole.stateNumbers).toBe(4 * 12 * 4);
    expect(averaged.stateNumbers).toBe(4 * 4);
    expect(averaged.scanExponentials * 12).toBe(whole.scanExponentials);
    const one = selectiveScanCost({tokens: 16, channels: 1, stateSize: 4}).operations;
    expect(whole.scanOperations).toBe(4 * 12 * one);
    expect(averaged.scanOperations - 4 * one).toBe(4 * 2 * 16 * 12);
  });

  test("leaves all other work as it is", () => {
    expect(averaged.otherOperations).toBe(whole.otherOperations);
    // One by one: in_proj, out_proj, four of x_proj and dt_proj, and nine taps, for one patch.
    expect(whole.otherOperations / 16).toBe(2 * (8 * 24 + 12 * 8 + 4 * (12 * 10 + 2 * 12) + 9 * 12));
  });
});

test("a share of the time left out makes the rest 1 / (1 - f) times faster", () => {
  expect(speedupWithout(0.11)).toBeCloseTo(1.12, 2);
  expect(speedupWithout(0)).toBe(1);
  expect(() => speedupWithout(1)).toThrow(RangeError);
});
