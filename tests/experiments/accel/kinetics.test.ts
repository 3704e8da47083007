import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {coverage, kineticsBlockTopK, kineticsDense, kineticsTopK} from "../../../src/lib/accel/kinetics.js";
import {kinetics, kineticsSizes} from "../../../src/lib/experiments/accel/kinetics.js";

const rowsOf = async (attention: string, given: Parameters<typeof kinetics.run>[0] = {}) =>
  (await kinetics.run(given)).filter((row) => row.attention === attention);

const WORKLOAD = {...kineticsSizes("llama-3.1-8b"), context: 1024, flopsPerByte: 562.5};

describe("accel/kinetics", () => {
  test.each([
    ["dense", kineticsDense],
    [
      "top-k",
      (w: typeof WORKLOAD & {generated: number; trials: number}) => kineticsTopK(w, 1024, "corrected"),
    ],
    [
      "block top-k",
      (w: typeof WORKLOAD & {generated: number; trials: number}) =>
        kineticsBlockTopK(w, {local: 0, blockSize: 16, topBlocks: 64}, "corrected"),
    ],
  ] as const)("%s is the library's formula in every row", async (attention, cost) => {
    const rows = await rowsOf(attention);
    expect(rows).toHaveLength(8 + 6);
    for (const {generated, trials, ...row} of rows) {
      const {compute, memory} = cost({...WORKLOAD, generated, trials});
      expect(row).toMatchObject({compute, memory, cost: compute + memory, provenance: "modelled"});
      expect(row.memoryShare).toBeCloseTo((100 * memory) / (compute + memory), 12);
    }
  });

  test("covers what independent trials do: more of them solve more, at more cost", async () => {
    const rows = (await rowsOf("dense")).filter(({generated}) => generated === 8192);
    const byTrials = rows.toSorted((a, b) => a.trials - b.trials);
    expect(byTrials.map(({trials}) => trials)).toEqual([1, 2, 4, 8, 16, 32, 64]);
    byTrials.forEach((row, i) => {
      expect(row.coverage).toBeCloseTo(100 * coverage(1000, 200, row.trials), 9);
      if (i === 0) return;
      expect(row.coverage).toBeGreaterThanOrEqual(byTrials[i - 1].coverage);
      expect(row.cost).toBeGreaterThan(byTrials[i - 1].cost);
    });
  });

  test("one trial solves what its probability says, whatever attention it has", async () => {
    for (const successRate of [0.05, 0.5, 0.9]) {
      const rows = (await kinetics.run({successRate})).filter(({trials}) => trials === 1);
      for (const row of rows) expect(row.coverage).toBeCloseTo(100 * successRate, 9);
    }
  });

  test("longer answers cost more, and dense attention more than linearly", async () => {
    for (const attention of ["dense", "top-k", "block top-k"]) {
      const rows = (await rowsOf(attention)).filter(({trials}) => trials === 1);
      rows.slice(1).forEach((row, i) => {
        expect(row.cost).toBeGreaterThan(rows[i].cost);
        if (attention === "dense")
          expect(row.cost / row.generated).toBeGreaterThan(rows[i].cost / rows[i].generated);
      });
    }
  });

  test("memory prices move memory alone", async () => {
    const [cheap, dear] = [
      await rowsOf("dense", {flopsPerByte: 1}),
      await rowsOf("dense", {flopsPerByte: 500}),
    ];
    cheap.forEach((row, i) => {
      expect(dear[i].compute).toBe(row.compute);
      expect(dear[i].memory / row.memory).toBeCloseTo(500, 9);
    });
  });

  test("a longer prompt moves nothing down", async () => {
    const [short, long] = [await kinetics.run({context: 128}), await kinetics.run({context: 8192})];
    short.forEach((row, i) => {
      expect(long[i].cost).toBeGreaterThanOrEqual(row.cost);
    });
  });

  test("every model offered has sizes that its formulas take", () => {
    for (const id of kinetics.params.model.options) {
      const {parameters, heads, kvHeads, headDim} = kineticsSizes(id);
      for (const size of [parameters, heads, kvHeads, headDim]) expect(size, id).toBeGreaterThan(0);
      expect(heads % kvHeads, id).toBe(0);
    }
  });

  test("a search by whole blocks never looks at more tokens than asked for", async () => {
    const blocks = await rowsOf("block top-k", {budget: 100, blockSize: 64});
    const tokens = await rowsOf("block top-k", {budget: 64, blockSize: 64});
    expect(blocks).toEqual(tokens);
  });

  test("gives costs above zero and shares between nothing and all, whatever is asked", async () => {
    const {budget, context, blockSize, flopsPerByte} = kinetics.params;
    const within = ({min, max}: {min: number; max: number}) =>
      fc.constantFrom(min, max, Math.round((min + max) / 3));
    const given = fc.record({
      model: fc.constantFrom(...kinetics.params.model.options),
      generated: fc.constantFrom(...kinetics.params.generated.options),
      budget: within(budget),
      context: within(context),
      blockSize: within(blockSize),
      flopsPerByte: within(flopsPerByte),
    });
    await fc.assert(
      fc.asyncProperty(given, async (params) => {
        for (const {compute, memory, cost, memoryShare, coverage: solved} of await kinetics.run(params)) {
          expect(Math.min(compute, memory, cost)).toBeGreaterThan(0);
          expect(Number.isFinite(cost)).toBe(true);
          for (const share of [memoryShare, solved]) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(100);
          }
        }
      }),
      {seed: 23, numRuns: 60},
    );
  });

  test("refuses a probability that is none", async () => {
    await expect(kinetics.run({successRate: 1})).rejects.toThrow(
      "run accel/kinetics: successRate must be a number from 0.01 to 0.99, got 1",
    );
  });
});
