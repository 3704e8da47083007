import {describe, expect, test} from "vitest";
import {hsa} from "../../../src/lib/experiments/accel/hsa.js";
import {kinetics, kineticsSizes} from "../../../src/lib/experiments/accel/kinetics.js";
import {roofline} from "../../../src/lib/experiments/accel/roofline.js";
import {sparseSlices} from "../../../src/lib/experiments/accel/sparse-slices.js";
import {systolic} from "../../../src/lib/experiments/accel/systolic.js";

describe("accel/roofline", () => {
  test("no operator is above the roof, and shares add to the whole", async () => {
    for (const given of [
      {},
      {phase: "prefill" as const},
      {weights: "int8", activations: "int8", kv: "int8"},
    ]) {
      const rows = await roofline.run(given);
      for (const {flops, reachedTops, peakTops, bytes, bandwidthGBs, runs, seconds, operator} of rows) {
        expect(reachedTops, operator).toBeLessThanOrEqual(peakTops * (1 + 1e-12));
        expect((runs * bytes) / seconds / 1e9, operator).toBeLessThanOrEqual(bandwidthGBs * (1 + 1e-12));
        if (flops > 0 && bytes > 0) expect(seconds).toBeGreaterThan(0);
      }
      expect(rows.reduce((sum, {share}) => sum + share, 0)).toBeCloseTo(100, 9);
    }
  });

  test("the written formulas give the numbers beside them", async () => {
    const value = (text: string) =>
      new Function("max", `return ${text.split(" = ").at(-1)}`)(Math.max) as number;
    for (const row of await roofline.run({phase: "prefill", kv: "int4"})) {
      if (row.flopsFormula) expect(value(row.flopsFormula), row.operator).toBeCloseTo(row.flops, 3);
      const bytes = row.bytesFormula.replace(/[A-Za-z]+ (?=\d)/g, "");
      expect(value(bytes) / Math.max(1, row.bytes), row.operator).toBeCloseTo(row.bytes > 0 ? 1 : 0, 12);
    }
  });

  test("batch moves linears to the right and leaves attention where it is", async () => {
    const intensity = async (batch: number, operator: string) =>
      (await roofline.run({batch})).find((row) => row.operator === operator)!.intensity;
    expect(await intensity(16, "gate")).toBeGreaterThan(10 * (await intensity(1, "gate")));
    expect(await intensity(16, "attention")).toBeCloseTo(await intensity(1, "attention"), 9);
  });
});

describe("accel/systolic", () => {
  test("covers the surface: every dataflow with every size of array and number of rows", async () => {
    const rows = await systolic.run({side: 16, rows: 64});
    const at = new Set(rows.map((row) => `${row.dataflow} ${row.side} ${row.rows}`));
    expect(at.size).toBe(rows.length);
    for (const dataflow of ["os", "ws", "is"]) {
      for (const side of [8, 16, 32, 64, 128, 256]) expect(at).toContain(`${dataflow} ${side} 64`);
      for (const count of [1, 32, 4096]) expect(at).toContain(`${dataflow} 16 ${count}`);
    }
  });

  test("one row leaves a weight-stationary array idle, as 1 / (2 R + C - 1) says", async () => {
    const rows = await systolic.run({side: 32, rows: 1, bytesPerCycle: 1024});
    const ws = rows.find((row) => row.dataflow === "ws" && row.side === 32 && row.rows === 1)!;
    expect(ws.computeCycles).toBe((2048 / 32) ** 2 * (3 * 32 + 1 - 2));
    expect((2048 * 2048) / ws.computeCycles / 32 ** 2).toBeCloseTo(1 / (2 * 32 + 32 - 1), 12);
  });

  test("never takes fewer cycles from a slower memory", async () => {
    const [slow, fast] = await Promise.all([4, 256].map((bytesPerCycle) => systolic.run({bytesPerCycle})));
    slow.forEach((row, i) => {
      expect(row.totalCycles).toBeGreaterThanOrEqual(fast[i].totalCycles);
      expect(row.computeCycles).toBe(fast[i].computeCycles);
    });
  });
});

describe("accel/hsa", () => {
  test("writes as fast as memory allows once the array is larger than it feeds, and no faster", async () => {
    const rows = (await hsa.run()).filter(({kind, what}) => kind === "decode" && what === "hybrid");
    const enough = rows.filter(({elements, balanced}) => elements! > 1.5 * balanced);
    expect(enough.length).toBeGreaterThan(2);
    for (const {tokensPerSecond, utilization} of enough) {
      expect(tokensPerSecond).toBeCloseTo(enough[0].tokensPerSecond!, 9);
      expect(utilization).toBeCloseTo(100, 9);
    }
  });

  test("weights of sixteen bits cost 16 / 4.25 times the weight traffic", async () => {
    const bytes = async (weightBits: 4.25 | 16) =>
      (await hsa.run({weightBits})).find(({kind}) => kind === "decode")!.bytesPerToken!;
    const state = 2 * 25_165_824 * 2;
    expect(((await bytes(16)) - state) / ((await bytes(4.25)) - state)).toBeCloseTo(16 / 4.25, 2);
  });

  test("keeps what is reported apart from what is modelled", async () => {
    const rows = await hsa.run();
    const reported = rows.filter(({provenance}) => provenance === "reported");
    expect(reported.map(({tokensPerSecondPerMm2}) => tokensPerSecondPerMm2)).toEqual([247, 117]);
    expect(reported.every(({mm2, tokensPerSecond}) => mm2 === null && tokensPerSecond === null)).toBe(true);
  });
});

describe("accel/sparse-slices", () => {
  test("saves the published work, and never more time than work or than its pattern", async () => {
    const rows = await sparseSlices.run({model: "deit-b"});
    const of = (pattern: string) => rows.find((row) => row.pattern === pattern)!;
    expect(of("dense").gigaMacs).toBeCloseTo(17.566691, 6);
    expect(of("1:4").gigaMacs).toBeCloseTo(5.017596, 6);
    for (const {pattern, workSaved, speedup} of rows.filter(({kind}) => kind === "uniform")) {
      expect(speedup, pattern).toBeLessThanOrEqual(workSaved! + 1e-9);
    }
  });

  test("keeps of normal weights what the orders of their magnitudes say", async () => {
    const rows = await sparseSlices.run();
    const kept = (pattern: string) => rows.find((row) => row.pattern === pattern)!.energyKept;
    expect(kept("2:4")).toBeCloseTo(86.7, 0);
    expect(kept("1:3")).toBeCloseTo(70.1, 0);
    expect(kept("1:4")).toBeCloseTo(61.8, 0);
  });

  test("gains nothing where activations come one by one", async () => {
    const rows = await sparseSlices.run({feed: 1});
    for (const {speedup, kind} of rows) if (kind !== "reported") expect(speedup).toBeCloseTo(1, 9);
  });

  test("an index of two bits is stored with every kept weight", async () => {
    const rows = await sparseSlices.run();
    const bits = rows.filter(({kind}) => kind === "uniform").map(({bitsPerWeight}) => bitsPerWeight);
    expect(bits).toEqual([8, 5, 10 / 3, 2.5]);
  });
});

describe("accel/kinetics", () => {
  test("knows the sizes of a model with its layers folded into the head", () => {
    expect(kineticsSizes("llama-3.1-8b")).toMatchObject({heads: 32, kvHeads: 8, headDim: 128 * 32});
    expect(() => kineticsSizes("mamba-2.8b")).toThrow(
      "kineticsSizes: mamba-2.8b must have softmax attention",
    );
  });

  test("dense attention grows with the square of the length, top-k with the length", async () => {
    const rows = (await kinetics.run()).filter(({trials}) => trials === 1);
    const memory = (attention: string, tokens: number) =>
      rows.find((row) => row.attention === attention && row.generated === tokens)!.memory;
    expect(memory("dense", 32768) / memory("dense", 16384)).toBeCloseTo((34816 * 2) / 18432, 9);
    expect(memory("top-k", 32768) / memory("top-k", 16384)).toBeCloseTo(2, 9);
  });

  test("solves with n independent trials about 1 - (1 - p)^n", async () => {
    const rows = (await kinetics.run({successRate: 0.3})).filter(({attention}) => attention === "dense");
    for (const {trials, coverage} of rows) expect(coverage / 100).toBeCloseTo(1 - 0.7 ** trials, 1);
  });

  test("a budget as large as the answer needs no selection: top-k is no dearer than dense", async () => {
    const rows = await kinetics.run({generated: 256, budget: 1024, context: 1024});
    const cost = (attention: string) =>
      rows.find((row) => row.attention === attention && row.generated === 256 && row.trials === 1)!.cost;
    expect(cost("top-k")).toBeLessThanOrEqual(cost("dense"));
    expect(cost("block top-k")).toBeGreaterThan(cost("top-k"));
  });
});
