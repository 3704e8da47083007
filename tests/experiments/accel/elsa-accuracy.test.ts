import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {elsaAccuracy} from "../../../src/lib/experiments/accel/elsa-accuracy.js";

const data = await loadData(elsaAccuracy.needs);

describe("levels of the picture model", () => {
  test("use at most the work of one level for all, and every way has its levels", async () => {
    const {rows, levels} = await elsaAccuracy.runTables({seeds: 1, calibration: 2, pictures: 4}, {data});
    const uniform = rows.find(({way}) => way === "one level for all")!;
    expect(uniform.work).toBe(0.5);
    expect(uniform.change).toBe(0);
    for (const {way, work} of rows) expect(work).toBeLessThanOrEqual(way === "dense" ? 1 : uniform.work);
    const ways = new Set(rows.map(({way}) => way));
    expect(ways.size).toBe(5);
    for (const way of ways) {
      const own = levels.filter((row) => row.way === way && row.seed === "1");
      expect(own).toHaveLength(way === "dense" ? 0 : 18);
    }
  });
});
