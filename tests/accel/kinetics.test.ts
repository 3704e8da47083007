import {describe, expect, test} from "vitest";
import {
  coverage,
  KINETICS_FLOPS_PER_ELEMENT,
  type KineticsWorkload,
  kineticsBlockTopK,
  kineticsDense,
  kineticsTopK,
} from "../../src/lib/accel/kinetics.js";

const qwen: KineticsWorkload = {
  parameters: 752e6,
  heads: 16,
  kvHeads: 8,
  headDim: 128 * 28,
  context: 500,
  generated: 8192,
  trials: 16,
};

describe("the cost of test-time compute", () => {
  test("dense attention without parameters is the sum over tokens of what each sees", () => {
    const w = {...qwen, parameters: 0, trials: 1, generated: 100};
    let [seen, sharedSeen] = [0, 0];
    for (let t = 0; t < 100; t++) {
      seen += 500 + t + 0.5;
      sharedSeen += 500 + t + 0.5;
    }
    const {compute, memory} = kineticsDense(w);
    expect(compute * 1e12).toBeCloseTo(4 * seen * 16 * 3584, 0);
    expect(memory * 1e12).toBeCloseTo(4 * sharedSeen * 8 * 3584 * KINETICS_FLOPS_PER_ELEMENT, -3);
  });

  test("a budget that sees as much as the mean of dense attention costs as much compute", () => {
    const mean = 500 + 8192 / 2;
    const w = {...qwen, context: mean};
    expect(kineticsTopK(w, mean).compute / kineticsDense(qwen).compute).toBeCloseTo(1, 12);
  });

  test("the published form adds the warm-up that the corrected one takes off", () => {
    const short = {...qwen, context: 64};
    const published = kineticsTopK(short, 1024).memory;
    const corrected = kineticsTopK(short, 1024, "corrected").memory;
    const none = 4 * 1024 * 8192 * 8 * 3584 * 16 * 562.5 * 1e-12;
    expect(published - none).toBeCloseTo(none - corrected, 6);
    expect(published).toBeGreaterThan(corrected);
    expect(kineticsTopK(qwen, 400).memory).toBe(kineticsTopK(qwen, 400, "corrected").memory);
  });

  test("sparse attention takes the memory cost down by far more than the compute cost", () => {
    const dense = kineticsDense(qwen);
    const sparse = kineticsBlockTopK(qwen, {local: 64, blockSize: 32, topBlocks: 16});
    expect(dense.memory / sparse.memory).toBeGreaterThan(6);
    expect(dense.compute / sparse.compute).toBeLessThan(2);
  });

  test("never cheaper with more of anything", () => {
    for (const change of [
      {parameters: 1e9},
      {heads: 32},
      {kvHeads: 16},
      {context: 501},
      {generated: 8193},
      {trials: 17},
    ]) {
      const more = {...qwen, ...change};
      const budget = {local: 64, blockSize: 32, topBlocks: 16};
      for (const cost of [
        kineticsDense,
        (w: KineticsWorkload) => kineticsTopK(w, 128),
        (w: KineticsWorkload) => kineticsBlockTopK(w, budget),
      ]) {
        expect(cost(more).compute).toBeGreaterThanOrEqual(cost(qwen).compute);
        expect(cost(more).memory).toBeGreaterThanOrEqual(cost(qwen).memory);
      }
    }
  });
});

describe("coverage", () => {
  test("is the share of subsets that hold a right answer", () => {
    // Of the 10 pairs from 5 answers, 7 hold one of the 2 right ones.
    expect(coverage(5, 2, 2)).toBeCloseTo(0.7, 12);
    expect(coverage(5, 0, 3)).toBe(0);
    expect(coverage(5, 5, 1)).toBe(1);
    expect(coverage(5, 3, 3)).toBe(1);
    expect(coverage(5, 2, 0)).toBe(0);
    expect(coverage(10_000, 1, 5_000)).toBeCloseTo(0.5, 9);
  });

  test("refuses more right answers or draws than there are", () => {
    expect(() => coverage(4, 5, 1)).toThrow("coverage: correct must be at most n = 4, got 5");
    expect(() => coverage(4, 1, 5)).toThrow("coverage: samples must be at most n = 4, got 5");
    expect(() => coverage(4, 1.5, 1)).toThrow("coverage: correct must be an integer of at least 0, got 1.5");
  });
});
