import {describe, expect, test} from "vitest";
import {predictorCost} from "../../../src/components/by-hand/attention/predictor-cost.js";
import {substituted} from "../../../src/lib/accel/explain.js";
import {modelById} from "../../../src/lib/accel/models.js";

describe("predictorCost", () => {
  test.each([
    ["llama-3.1-8b", 83_113_984, 1.02, 32_768, 65_536],
    ["llama-2-7b", 83_113_984, 1.22, 32_768, 262_144],
    ["mistral-7b", 83_113_984, 1.13, 32_768, 65_536],
  ])("gives the counts of the paper's predictor for %s", (id, parameters, share, importance, kv) => {
    const [p, percent, own, cache] = predictorCost(modelById(id)).map(({result}) => result);
    expect(p).toBe(parameters);
    expect(Number(percent.toFixed(2))).toBe(share);
    expect([own, cache]).toEqual([importance, kv]);
  });

  test("every formula with its values put in is its result", () => {
    for (const line of predictorCost(modelById("llama-3.1-8b"))) {
      const text = substituted(line);
      expect(text).toMatch(/^[\d\s.*+/()]+$/);
      expect(new Function(`return ${text}`)()).toBeCloseTo(line.result, 9);
    }
  });

  test("refuses a model without grouped attention in all layers", () => {
    expect(() => predictorCost(modelById("mamba-2.8b"))).toThrow(
      /one kind of layer with grouped attention, got mamba/,
    );
  });
});
