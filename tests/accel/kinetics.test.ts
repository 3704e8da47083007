import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  coverage,
  KINETICS_BYTES_PER_VALUE,
  KINETICS_FLOPS_PER_BYTE,
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
    expect(memory * 1e12).toBeCloseTo(4 * sharedSeen * 8 * 3584 * KINETICS_FLOPS_PER_BYTE, -3);
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

describe("the corrected forms", () => {
  const workload = fc.record({
    parameters: fc.integer({min: 0, max: 1e12}),
    heads: fc.integer({min: 1, max: 128}),
    kvHeads: fc.integer({min: 1, max: 128}),
    headDim: fc.integer({min: 1, max: 20_000}),
    context: fc.integer({min: 1, max: 131_072}),
    generated: fc.integer({min: 1, max: 65_536}),
    trials: fc.integer({min: 1, max: 64}),
    flopsPerByte: fc.double({min: 1, max: 5000, noNaN: true}),
  });
  const budgets = fc.integer({min: 1, max: 300_000});
  const blocks = (budget: number) => ({local: 0, blockSize: 16, topBlocks: Math.ceil(budget / 16)});

  test("look at the sum over the steps of min(budget, context + t)", () => {
    fc.assert(
      fc.property(workload, budgets, fc.integer({min: 1, max: 300}), (w, budget, generated) => {
        const short = {...w, generated, parameters: 0};
        let seen = 0;
        for (let t = 0; t < generated; t++) seen += Math.min(budget, w.context + t + 0.5);
        const {compute, memory} = kineticsTopK(short, budget, "corrected");
        const perToken = (2 * w.kvHeads * w.headDim * KINETICS_BYTES_PER_VALUE * w.flopsPerByte) / 1e12;
        expect(compute / ((4 * seen * w.heads * w.headDim * w.trials) / 1e12)).toBeCloseTo(1, 9);
        expect(memory / (seen * w.trials * perToken)).toBeCloseTo(1, 9);
      }),
      {seed: 23},
    );
  });

  test("are finite and above zero, never above dense attention's arithmetic, and grow with the budget", () => {
    fc.assert(
      fc.property(workload, budgets, fc.integer({min: 0, max: 50_000}), (w, budget, more) => {
        const [less, all] = [
          kineticsTopK(w, budget, "corrected"),
          kineticsTopK(w, budget + more, "corrected"),
        ];
        for (const cost of [less, kineticsBlockTopK(w, blocks(budget), "corrected")]) {
          expect(Number.isFinite(cost.compute) && Number.isFinite(cost.memory)).toBe(true);
          expect(cost.memory).toBeGreaterThan(0);
          expect(cost.compute).toBeGreaterThan(0);
        }
        expect(all.compute).toBeGreaterThanOrEqual(less.compute * (1 - 1e-12));
        expect(all.memory).toBeGreaterThanOrEqual(less.memory * (1 - 1e-12));
        expect(all.compute).toBeLessThanOrEqual(kineticsDense(w).compute * (1 + 1e-12));
      }),
      {seed: 24},
    );
  });

  test("are what dense attention costs once the budget holds the whole text", () => {
    const w = {...qwen, trials: 1};
    const [dense, sparse] = [kineticsDense(w), kineticsTopK(w, 1e6, "corrected")];
    expect(sparse.compute).toBeCloseTo(dense.compute, 9);
    expect(sparse.memory).toBeCloseTo(dense.memory, 9);
  });

  test("where the published block form goes negative, do not", () => {
    const short = {...qwen, parameters: 0, context: 1, generated: 256};
    const all = {local: 0, blockSize: 16, topBlocks: 512};
    expect(kineticsBlockTopK(short, all).memory).toBeLessThan(0);
    expect(kineticsBlockTopK(short, all, "corrected").memory).toBeGreaterThan(0);
  });

  test("charge 562.5 operations a byte, 1125 a cached value of 16 bits", () => {
    const one = {...qwen, heads: 1, kvHeads: 1, headDim: 1, context: 1, generated: 1, trials: 1};
    // A step that sees one token reads one key and one value.
    expect(kineticsTopK(one, 1, "corrected").memory * 1e12).toBeCloseTo(2 * 1125, 9);
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
