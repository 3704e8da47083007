import {describe, expect, test} from "vitest";
import {ELSA_MODELS, elsaMacs, uniformLevels} from "../../../src/lib/accel/sparse/elsa.js";
import {networkSpeedup, SST_REPORTED} from "../../../src/lib/accel/sst/network.js";
import {sparseSlices} from "../../../src/lib/experiments/accel/sparse-slices.js";

const MODELS = ["deit-s", "deit-b", "swin-b"] as const;
const LEVELS = {dense: [1, 1], "2:4": [2, 4], "1:3": [1, 3], "1:4": [1, 4]} as const;

describe.each(MODELS)("accel/sparse-slices on %s", (id) => {
  const model = ELSA_MODELS[id];
  const uniform = async (given = {}) =>
    (await sparseSlices.run({model: id, ...given})).filter(({kind}) => kind === "uniform");

  test("has the library's work and cycles for every pattern", async () => {
    const rows = await uniform();
    expect(rows.map(({pattern}) => pattern)).toEqual(Object.keys(LEVELS));
    for (const row of rows) {
      const levels = uniformLevels(model, LEVELS[row.pattern as keyof typeof LEVELS]);
      const {cycles, speedup} = networkSpeedup(model, levels, {P: 8, feed: 4});
      expect(row).toMatchObject({
        cycles,
        speedup,
        gigaMacs: elsaMacs(model, levels) / 1e9,
        provenance: "modelled",
      });
    }
  });

  test("the dense row is the baseline: nothing saved, nothing lost, eight bits", async () => {
    const [dense] = await uniform();
    expect(dense).toMatchObject({
      pattern: "dense",
      workSaved: 1,
      speedup: 1,
      bitsPerWeight: 8,
      energyKept: 100,
    });
  });

  test("a mixture lies between the patterns that it mixes", async () => {
    const rows = await sparseSlices.run({model: id});
    const of = (pattern: string) => rows.find((row) => row.pattern === pattern)!;
    const mixtures = rows.filter(({kind}) => kind === "mixture");
    expect(mixtures).toHaveLength(3);
    for (const column of ["gigaMacs", "cycles", "bitsPerWeight", "energyKept"] as const) {
      const values = [of("2:4"), ...mixtures, of("1:4")].map((row) => row[column]!);
      expect(values, column).toEqual(values.toSorted((a, b) => b - a));
    }
  });

  test("a wider feed is never slower", async () => {
    const feeds = [await uniform({feed: 1}), await uniform({feed: 2}), await uniform({feed: 4})];
    feeds[0].forEach((_, i) => {
      expect(feeds[1][i].cycles!).toBeLessThanOrEqual(feeds[0][i].cycles!);
      expect(feeds[2][i].cycles!).toBeLessThanOrEqual(feeds[1][i].cycles!);
    });
  });

  test("a larger slice takes fewer cycles", async () => {
    const [small, large] = [await uniform({side: 4}), await uniform({side: 32})];
    small.forEach((row, i) => {
      expect(large[i].cycles!).toBeLessThan(row.cycles!);
    });
  });
});

describe("the weights of accel/sparse-slices", () => {
  test("are drawn by the seed: the same again, and others within a percent", async () => {
    const kept = async (seed: number) => (await sparseSlices.run({seed})).map(({energyKept}) => energyKept);
    expect(await kept(1)).toEqual(await kept(1));
    const [first, second] = [await kept(1), await kept(2)];
    expect(first).not.toEqual(second);
    first.forEach((value, i) => {
      if (value !== null) expect(second[i]! / value).toBeCloseTo(1, 2);
    });
  });

  test("the paper's speed-up stands apart, as reported", async () => {
    const row = (await sparseSlices.run()).at(-1)!;
    expect(row).toMatchObject({
      kind: "reported",
      provenance: "reported",
      speedup: SST_REPORTED.speedupOverDenseSlices,
      cycles: null,
      energyKept: null,
    });
  });

  test("a feed beyond the group is refused", async () => {
    await expect(sparseSlices.run({feed: 5})).rejects.toThrow(
      "run accel/sparse-slices: feed must be an integer from 1 to 4, got 5",
    );
  });
});
