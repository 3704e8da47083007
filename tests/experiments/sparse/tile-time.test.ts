import {describe, expect, test} from "vitest";
import {crossingDensity, tileRows} from "../../../src/components/plots/sparse/tile-time.js";
import {tileTime} from "../../../src/lib/experiments/sparse/tile-time.js";

describe("sparse/tile-time", () => {
  test("bounds the gain of a bitmap by its bytes: 16 / (1 + 16 density), 8 / (1 + 8 density)", async () => {
    const rows = await tileTime.run({cyclesPerRow: 0});
    for (const [type, bits] of [
      ["bf16", 16],
      ["int8", 8],
    ] as const) {
      for (const {density, timesDense} of tileRows(rows, "bitmap", type)) {
        const bound = bits / (1 + (bits * density) / 100);
        expect(timesDense!).toBeLessThanOrEqual(bound * (1 + 1e-9));
        // Scales and starts are a thousandth; tile products bound what has next to no bytes.
        if (density >= 20) expect(timesDense!).toBeGreaterThan(bound * 0.998);
      }
    }
  });

  test("has 6.98 billion weights, in 1.125 bytes each with half of them", async () => {
    const rows = await tileTime.run({});
    const half = tileRows(rows, "bitmap", "bf16").find(({density}) => density === 50);
    expect(half?.gigabytes).toBeCloseTo(6.979 * 1.125, 2);
  });

  test("crosses where one weight in sixteen is zero, while memory is the bound", async () => {
    expect(crossingDensity(await tileTime.run({cores: 56}))).toBe(90);
    expect(crossingDensity(await tileTime.run({batch: 2048}))).toBeUndefined();
  });

  test("is never faster with less bandwidth, fewer cores, a slower clock or dearer expansion", async () => {
    const base = await tileTime.run({});
    for (const worse of [{bandwidth: 100}, {cores: 8}, {gigahertz: 1}, {cyclesPerRow: 9}, {batch: 64}]) {
      const rows = await tileTime.run(worse);
      rows
        .filter(({kind}) => kind !== "reported")
        .forEach((row, i) => {
          expect(row.milliseconds).toBeGreaterThanOrEqual(base[i]!.milliseconds);
        });
    }
  });

  test("adds the authors' times for their numbers of cores alone, as reported", async () => {
    const reported = async (given: object) =>
      (await tileTime.run(given)).filter(({provenance}) => provenance === "reported");
    expect((await reported({cores: 16})).map(({milliseconds}) => milliseconds)).toEqual([127.3]);
    expect(await reported({cores: 17})).toEqual([]);
    expect(await reported({cores: 16, batch: 2})).toEqual([]);
  });
});
