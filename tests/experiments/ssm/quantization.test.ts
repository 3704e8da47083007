import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {MAMBA_IDS, MAMBAS} from "../../../src/lib/experiments/ssm/mambas.js";
import {outliers} from "../../../src/lib/experiments/ssm/outliers.js";
import {packedState} from "../../../src/lib/experiments/ssm/packed-state.js";
import {quantization} from "../../../src/lib/experiments/ssm/quantization.js";
import {ALL_SEEDS, FLOAT16} from "../../../src/lib/experiments/ssm/quantized-quality.js";
import {tensorErrors} from "../../../src/lib/experiments/ssm/tensor-errors.js";

let data: DataSets;
beforeAll(async () => {
  data = await loadData(MAMBA_IDS.map((id) => `weights/${id}`));
});

/** Few documents: what holds at all holds here. */
const FEW = {documents: 2} as const;

describe("quantization", () => {
  const run = (given: Parameters<typeof quantization.run>[0]) => quantization.run({...FEW, ...given}, {data});

  test.each(MAMBA_IDS)("finds %s in float16 to be the float model itself: it is stored so", async (model) => {
    const rows = await run({model, methods: ["dynamic"], bits: ["w8a8"]});
    const float16 = rows.filter(({method}) => method === FLOAT16);
    expect(float16.map(({seed}) => seed)).toEqual([ALL_SEEDS, "4242", "999", "2718"]);
    for (const row of float16) {
      expect(row).toMatchObject({
        bits: "w16a16",
        bitsPerWeight: 16,
        bitsPerState: 16,
        scaleBytes: 0,
        klMean: 0,
        kl99: 0,
        difference: 0,
        sameTop: 1,
        retrievalDifference: 0,
      });
      expect(row.bytes).toBe(row.weightBytes + row.stateBytes);
    }
  });

  test("counts the state of one text from its shapes, half of it in int8", async () => {
    const rows = await run({methods: ["static"], bits: ["w8a8"]});
    const {layers, innerSize, stateSize, groups, convWidth} = MAMBAS["mamba2-small"];
    const numbers = layers * (innerSize * stateSize + (convWidth - 1) * (innerSize + 2 * groups * stateSize));
    const pooled = rows.filter(({seed}) => seed === ALL_SEEDS);
    expect(pooled.map(({stateBytes}) => stateBytes)).toEqual([2 * numbers, numbers]);
    expect(pooled.map(({bitsPerState}) => bitsPerState)).toEqual([16, 8]);
  });

  test("pools the seeds, and keeps each value within its interval", async () => {
    const rows = await run({methods: ["static"], bits: ["w4a8"], documents: 4});
    const [all, ...seeds] = rows.filter(({method}) => method === "static");
    expect(seeds.length).toBe(3);
    for (const name of ["tokens", "retrievalTrials", "copyTrials"] as const) {
      expect(all[name]).toBe(seeds.reduce((sum, row) => sum + row[name], 0));
    }
    // Each seed alone reads too few documents for an interval.
    expect(seeds.every(({documents, klLow}) => documents < 6 && klLow === null)).toBe(true);
    for (const row of rows.filter(({seed}) => seed === ALL_SEEDS)) {
      expect(row.retrievalDifferenceLow).toBeLessThanOrEqual(row.retrievalDifference!);
      expect(row.retrievalDifferenceHigh).toBeGreaterThanOrEqual(row.retrievalDifference!);
      if (row.copyTrials === 0) expect([row.copy, row.copyDifference]).toEqual([null, null]);
      else expect(row.copyLow ?? 0).toBeLessThanOrEqual(row.copy!);
    }
  });

  test("four bits lose more than eight and take less", async () => {
    const rows = await run({methods: ["quamba2"]});
    const [, eight, four, four16] = rows.filter(({seed}) => seed === ALL_SEEDS);
    expect([eight, four, four16].map((row) => row.bits)).toEqual(["w8a8", "w4a8", "w4a16"]);
    expect(four.klMean).toBeGreaterThan(5 * eight.klMean);
    expect(four.weightBytes).toBeLessThan(0.7 * eight.weightBytes);
    expect(four16.stateBytes).toBe(2 * four.stateBytes);
  });

  test("static int8 breaks the twin with outliers where Hadamard space and smoothing mend it", async () => {
    const rows = await run({
      model: "mamba2-small-outliers",
      methods: ["static", "smoothquant", "hadamard"],
      bits: ["w8a8"],
    });
    const kl = Object.fromEntries(
      rows.filter(({seed}) => seed === ALL_SEEDS).map(({method, klMean}) => [method, klMean]),
    );
    expect(kl.hadamard).toBeLessThan(kl.static / 3);
    expect(kl.smoothquant).toBeLessThan(kl.static / 3);
  });

  test("leaves out what a model or a width cannot tell apart", async () => {
    const rows = await run({
      model: "mamba1-small",
      methods: ["static", "clip", "cluster", "state-groups"],
      bits: ["w4a8", "w4a16"],
    });
    const names = rows.filter(({seed}) => seed === ALL_SEEDS).map(({method, bits}) => `${method} ${bits}`);
    expect(names).toEqual([`${FLOAT16} w16a16`, "static w4a8", "static w4a16", "clip w4a8"]);
  });

  test("gives the same rows again, and ends when it is told to", async () => {
    const once = {methods: ["quamba2"], bits: ["w8a8"]} as const;
    expect(await run(once)).toEqual(await run(once));
    const end = new AbortController();
    const running = quantization.run(
      {...FEW, methods: ["static"]},
      {data, signal: end.signal, progress: (share) => share > 0.3 && end.abort(new Error("enough"))},
    );
    await expect(running).rejects.toThrow("enough");
  });
});

describe("packed-state", () => {
  test("a state packed after every token hurts, and scales of its own for every number of state mend it", async () => {
    const rows = await packedState.run({documents: 1, methods: ["static", "state-groups"]}, {data});
    const pooled = rows.filter(({seed}) => seed === ALL_SEEDS);
    expect(pooled.map(({method}) => method)).toEqual([FLOAT16, "static", "state-groups"]);
    const [float16, fixed, grouped] = pooled.map(({klMean}) => klMean);
    // Packed in float16, and read in other pieces: nearly nothing.
    expect(float16).toBeLessThan(1e-4);
    expect(fixed).toBeGreaterThan(100 * float16);
    expect(grouped).toBeLessThan(fixed / 2);
  });
});

describe("tensor-errors", () => {
  const errors = (given: Parameters<typeof tensorErrors.run>[0]) =>
    tensorErrors.run({documents: 1, ...given}, {data});
  type Rows = Awaited<ReturnType<typeof errors>>;
  const worst = (rows: Rows, method: string, tensor: string, what: "sqnrDb" | "ordinarySqnrDb" = "sqnrDb") =>
    Math.min(...rows.filter((row) => row.method === method && row.tensor === tensor).map((row) => row[what]));

  test("has every tensor of every layer, with the tails that make it hard", async () => {
    const rows = await errors({methods: ["static"]});
    expect(rows).toHaveLength(4 * 7);
    for (const {absMaxOverRms, kurtosis, relativeMse, sqnrDb} of rows) {
      expect(absMaxOverRms).toBeGreaterThan(1);
      expect(kurtosis).toBeGreaterThanOrEqual(1);
      expect(-10 * Math.log10(relativeMse)).toBeCloseTo(sqnrDb, 9);
    }
  });

  test("each repair mends the tensor that it is meant for and leaves the others", async () => {
    const rows = await errors({methods: ["static", "hadamard", "cluster", "state-groups"]});
    const gain = (method: string, tensor: string) =>
      worst(rows, method, tensor) - worst(rows, "static", tensor);
    expect(gain("hadamard", "output")).toBeGreaterThan(3);
    expect(gain("cluster", "x")).toBeGreaterThan(1);
    expect(gain("state-groups", "B")).toBeGreaterThan(0.5);
    const untouched = [
      ["hadamard", "x"],
      ["cluster", "output"],
      ["state-groups", "delta"],
    ] as const;
    // Weights that were moved give the same tensors but for their last bits.
    for (const [method, tensor] of untouched) expect(gain(method, tensor)).toBeCloseTo(0, 3);
  });

  test("clipping gives up the few largest values of x for all others", async () => {
    const rows = await errors({methods: ["static", "clip"], alpha: 0.999});
    expect(worst(rows, "clip", "x", "ordinarySqnrDb")).toBeGreaterThan(
      worst(rows, "static", "x", "ordinarySqnrDb"),
    );
    expect(worst(rows, "clip", "x")).toBeLessThan(worst(rows, "static", "x"));
  });

  test("reads Mamba's B and C where they share a scale with the low-rank delta", async () => {
    const rows = await errors({model: "mamba1-small", methods: ["static"]});
    const {stateSize, innerSize} = MAMBAS["mamba1-small"];
    const count = (tensor: string) => rows.find((row) => row.tensor === tensor)!.count;
    expect([count("B"), count("delta")]).toEqual([128 * stateSize, 128 * innerSize]);
  });
});

describe("outliers", () => {
  test("has every channel of every tensor, and finds those that the twin was given", async () => {
    const at = async (model: (typeof MAMBA_IDS)[number]) => {
      const rows = await outliers.run({model, documents: 2}, {data});
      const output = rows.filter(({tensor}) => tensor === "output");
      expect(output).toHaveLength(4 * 128);
      return Math.max(...output.map(({absMaxOverRms}) => absMaxOverRms));
    };
    expect(await at("mamba2-small-outliers")).toBeGreaterThan(1.5 * (await at("mamba2-small")));
  });
});
