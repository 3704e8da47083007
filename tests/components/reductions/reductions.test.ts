import {describe, expect, test} from "vitest";
import {dealtParams, dealtSays, dealtTiles} from "../../../src/components/by-hand/reductions/dealt-tiles.js";
import {arrayBytesFigure, arraySpeedFigure} from "../../../src/components/plots/reductions/fusemax.js";
import {type OrderRow, ordersFinding} from "../../../src/components/plots/reductions/orders.js";
import {type ScheduleRow, speedFigure} from "../../../src/components/plots/reductions/schedules.js";
import {transfersFigure} from "../../../src/components/plots/reductions/transfers.js";
import {fusemax} from "../../../src/lib/experiments/reductions/fusemax.js";
import {schedules} from "../../../src/lib/experiments/reductions/schedules.js";
import {transfers} from "../../../src/lib/experiments/reductions/transfers.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

describe("tiles by hand", () => {
  const setting = {heads: 3, tiles: 9, workers: 5} as const;

  test("are as many however they are dealt, and equal shares end first", () => {
    for (const deal of dealtParams.deal.options) {
      const all = dealtTiles({...setting, deal}).flat();
      expect(all.reduce((sum, {tiles}) => sum + tiles, 0)).toBe(27);
    }
    expect(dealtSays({...setting, deal: "a worker a head"})).toBe(
      "The busiest of 5 workers does 9 tiles, and 60 % of their time is used. No result is taken over.",
    );
    expect(dealtSays({...setting, deal: "equal shares"})).toBe(
      "The busiest of 5 workers does 6 tiles, and 90 % of their time is used. 4 partial results are taken over.",
    );
  });
});

describe("the figures of softmax in other orders", () => {
  test("draw a line for each schedule, the one of whole heads as baseline", async () => {
    const given = {contexts: [1024, 8192], heads: 8} as const;
    const rows = (await schedules.run(given)) as readonly ScheduleRow[];
    const {series, finding} = speedFigure.draw(rows, checkParams("test", schedules.params, given));
    expect(series.map(({family}) => family)).toEqual(["baseline", "machine", "machine", "machine"]);
    expect(new Set(series.map(({shade}) => shade)).size).toBeGreaterThan(2);
    expect(finding).toMatch(
      /8 heads keep 8 of 108 workers busy; equal shares of their tiles are 10\.5 times/,
    );
  });

  test("compare the designs of two arrays with FLAT", async () => {
    const given = {lengths: [1024, 65536]} as const;
    const rows = await fusemax.run(given);
    const setting = checkParams("test", fusemax.params, given);
    const {series, finding} = arraySpeedFigure.draw(rows, setting);
    expect(series.map(({family}) => family)).toEqual([
      "baseline",
      "baseline",
      "machine",
      "machine",
      "machine",
    ]);
    expect(finding).toMatch(
      /FuseMax is 7\.41 times as fast as FLAT, and its square works 99\.1 % of the time; waiting/,
    );
    expect(arrayBytesFigure.draw(rows, setting).finding).toMatch(
      /A query of FuseMax holds 260 bytes in the buffer/,
    );
    const alone = rows.filter(({design}) => design === "flat");
    expect(arraySpeedFigure.draw(alone, setting).finding).toBe("Modelled: no such array was run.");
  });

  test("say from where on fused attention moves less", async () => {
    const given = {tokens: 64, width: 16} as const;
    const {finding, series} = transfersFigure.draw(
      await transfers.run(given),
      checkParams("test", transfers.params, given),
    );
    expect(series.length).toBe(3);
    expect(finding).toMatch(/^Fused attention moves less from a fast memory of [\d.]+ squares/);
  });

  test("tell the largest difference and how often a row is computed anew", () => {
    const row = (order: string, worst: number, recomputed: number) =>
      ({order, label: order, precision: "float32", worst, recomputed}) as OrderRow;
    expect(ordersFinding([row("online", 2e-7, 0), row("unified-max", 1e-7, 0.25)], 11)).toMatch(
      /\(online, float32\)\. With a reach of 11 the unified maximum computes 25 % of the rows anew\.$/,
    );
    expect(ordersFinding([], 11)).toBe("No order is chosen.");
  });
});
