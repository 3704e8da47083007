import {describe, expect, test} from "vitest";
import {pruningFinding} from "../../../src/components/plots/sparse/pruning.js";
import {structuredFinding} from "../../../src/components/plots/sparse/structured.js";
import {loadData} from "../../../src/data/data-sets.js";
import {pruning} from "../../../src/lib/experiments/sparse/pruning.js";
import {structured} from "../../../src/lib/experiments/sparse/structured.js";

const data = await loadData(["weights/decoder-small"]);
const few = {documents: 2, calibrations: 1, calibrationDocuments: 2} as const;

describe("sparse/pruning", () => {
  test("counts what is left, in every form that the pattern can be stored in", async () => {
    const rows = await pruning.run({...few, methods: ["magnitude"], patterns: ["0.5", "2:4"]}, {data});
    expect(rows.map(({pattern, grouped}) => [pattern, grouped])).toEqual([
      ["0.5", false],
      ["2:4", true],
    ]);
    for (const row of rows) {
      expect(row.nonZeros).toBe(row.weights / 2);
      expect(row.operations).toBe(row.weights);
      expect(row.denseBytes).toBe(2 * row.weights);
      expect(row.bitmapBytes).toBe(1.125 * row.weights);
      expect(row.groupBytes).toBe(row.grouped ? 1.125 * row.weights : null);
      expect(row.calibrationSeed).toBeNull();
      expect(row.difference).toBeGreaterThan(0);
    }
    expect(pruningFinding(rows, rows)).toContain("if Magnitude may choose them anywhere");
    expect(pruningFinding(rows.slice(1), rows)).toBe("Half of the weights is not among these settings.");
  });

  test("draws calibration documents anew for each draw", async () => {
    const setting = {...few, calibrations: 2, methods: ["sparsegpt"], patterns: ["0.5"]} as const;
    const rows = await pruning.run(setting, {data});
    expect(rows.map(({calibrationSeed}) => calibrationSeed)).toEqual([0, 1]);
    expect(rows[0].perplexity).not.toBe(rows[1].perplexity);
    expect(pruningFinding(rows, rows)).toBe("Half of the weights is not among these settings.");
  });
});

test("sparse/structured tells the sizes of the smaller models, and what every layer keeps", async () => {
  const methods = ["magnitude-sp", "flap", "flap-no-bias"];
  const {rows, layers} = await structured.runTables({...few, methods, ratios: [0.3]}, {data});
  expect(rows.map(({method}) => method)).toEqual(methods);
  for (const row of rows) {
    expect(row.bytes).toBe(2 * row.weights);
    expect(Math.abs(row.density - 0.7)).toBeLessThan(0.1);
    const own = layers.filter(({method}) => method === row.method);
    expect(own).toHaveLength(2 * 4);
    const shareOfHeads = own.filter(({part}) => part === "attention").map(({stays}) => stays);
    expect(shareOfHeads.reduce((sum, share) => sum + 4 * share, 0)).toBeCloseTo(row.heads, 9);
  }
  const [, flap, noBias] = rows;
  // The bias of two projections in at most every layer.
  expect(flap.weights - noBias.weights).toBeLessThanOrEqual(4 * 2 * 64);
  expect(structuredFinding(rows)).toContain("FLAP's bias moves perplexity");
  expect(structuredFinding(rows.slice(0, 1))).toBe("FLAP is not among these settings.");
});
