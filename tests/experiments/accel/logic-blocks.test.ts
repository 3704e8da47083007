import {expect, test} from "vitest";
import {logicBlocks} from "../../../src/lib/experiments/accel/logic-blocks.js";
import {keptRows} from "../../pages/kept.js";

const rows = keptRows<typeof logicBlocks>("accel/logic-blocks");

test("area is the modules' share times the growth of the tile, and its product with delay adds up", () => {
  for (const row of rows.filter(({kind}) => kind === "circuit")) {
    expect(row.limitedRatio).toBeCloseTo(row.doubleModules! / row.ordinaryModules!, 12);
    expect(row.areaRatio).toBeCloseTo(1.0372 * row.limitedRatio!, 12);
    expect(row.areaDelayRatio).toBeCloseTo(row.areaRatio * row.delayRatio!, 12);
    expect(row.idealRatio!).toBeLessThanOrEqual(row.limitedRatio!);
  }
});

test("no circuit takes more modules where blocks have more inputs, or hold more beside adders", () => {
  const modules = (wanted: Readonly<Record<string, unknown>>) => {
    const place = logicBlocks.sweep.findIndex((one) => JSON.stringify(one) === JSON.stringify(wanted));
    return rows
      .filter(({kind, setting}) => kind === "circuit" && setting === place)
      .map(({doubleModules}) => doubleModules!);
  };
  const chains = [
    [{inputs: 40}, {}, {inputs: 120}],
    [{direct: 0}, {}, {module: "DD6"}],
  ];
  for (const [least, usual, most] of chains.map((settings) => settings.map(modules))) {
    expect(least.length).toBeGreaterThan(10);
    expect(least.every((count, i) => count >= usual[i] && usual[i] >= most[i])).toBe(true);
  }
});
