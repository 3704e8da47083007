import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {integerOnly} from "../../../src/lib/experiments/formats/integer-only.js";
import {switches} from "../../../src/lib/experiments/formats/switches.js";

let data: DataSets;
beforeAll(async () => {
  data = await loadData(integerOnly.needs);
});

describe("one switch at a time", () => {
  test("has the start first and every other setting once, with the start's error as its zero", async () => {
    const rows = await switches.run({bits: [4], levels: "full", granularity: "channel"}, {data});
    expect(rows[0]).toMatchObject({turned: "none", to: "start", gainDb: 0});
    const settings = rows.map(({turned, to}) => `${turned}/${to}`);
    expect(new Set(settings).size).toBe(settings.length);
    expect(settings).not.toContain("levels/full");
    expect(settings).not.toContain("shared scale/channel");
    for (const {sqnrDb, gainDb} of rows) expect(gainDb).toBeCloseTo(sqnrDb - rows[0].sqnrDb, 10);
    const gain = (to: string) => rows.find((row) => row.to === to)!.gainDb;
    expect(gain("mse")).toBeGreaterThan(0);
    expect(gain("lloyd")).toBeGreaterThan(gain("asymmetric"));
    expect(gain("stochastic")).toBeLessThan(-2);
  });

  test("compares static scales with dynamic ones on the same tokens of inputs", async () => {
    const rows = await switches.run({distribution: "activations/decoder-small", bits: [8]}, {data});
    const moments = rows.filter(({turned}) => turned === "moment");
    expect(moments.map(({to}) => to)).toEqual(["dynamic", "static"]);
    expect(moments[0].gainDb).toBe(0);
    expect(moments[1].bitsPerElement).toBe(moments[0].bitsPerElement);
  });
});

describe("integers from input to output", () => {
  test("are the simulation's codes or one off in every matrix", async () => {
    const rows = await integerOnly.run({weightBits: 4}, {data});
    expect(rows.length).toBe(28);
    for (const {outputs, differ, mostSteps, integerDb, outputDb} of rows) {
      expect(mostSteps).toBeLessThanOrEqual(1);
      expect(differ / outputs).toBeLessThan(0.001);
      expect(integerDb).toBeLessThan(outputDb);
    }
  });
});
