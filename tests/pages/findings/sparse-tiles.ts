import {readFileSync} from "node:fs";
import {expect} from "vitest";
import {crossing, sideSpeeds} from "../../../src/components/by-hand/sparse/sparse-times.js";
import {tileRows} from "../../../src/components/plots/sparse/tile-time.js";
import type {tileTime} from "../../../src/lib/experiments/sparse/tile-time.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf} from "./finding.js";

const tiles = keptRows<typeof tileTime>("sparse/tile-time");
const settings = distinct(tiles, ({setting}) => setting).map((setting) =>
  tiles.filter((row) => row.setting === setting),
);
const sides = sideSpeeds(JSON.parse(readFileSync("bench/results.json", "utf8")).records);
const timesOf = (name: string) => {
  const found = sides.find((side) => side.name === name);
  if (found === undefined) throw new RangeError(`timesOf: name must be one that was measured, got ${name}`);
  return found;
};

/** The bitmap of bfloat16 at a density, over all settings. */
const boundsAt = (density: number) =>
  settings.map((rows) => tileRows(rows, "bitmap", "bf16").find((row) => row.density === density)?.bound);

/** Findings of the page on sparse tiles. */
export const sparseTilesFindings: readonly Finding[] = findingsOf("src/sparse/sparse-tiles.md", {
  "its gain hardly depends on the density": () => {
    const all = timesOf("bitmap, bfloat16").speeds.map(({times}) => times);
    expect(Math.max(...all)).toBeLessThan(2 * Math.min(...all));
  },
  "takes time in proportion to them": () => {
    const listed = timesOf("listed entries, bfloat16");
    const at = (density: number) => listed.speeds.find((speed) => speed.density === density)!.times;
    expect(at(10) / at(100)).toBeGreaterThan(5);
    expect(crossing(listed, timesOf("bitmap, bfloat16"))).toBeGreaterThan(10);
  },
  "With many cores, memory is the bound": () => {
    expect(boundsAt(50)).toContain("memory");
  },
  "With few cores, expanding is the bound": () => {
    expect(boundsAt(50)).toContain("expand");
  },
  "a tile is expanded again for each few of them, and dense weights take less time": () => {
    const gains = settings.map(
      (rows) => tileRows(rows, "bitmap", "bf16").find(({density}) => density === 50)?.timesDense ?? 0,
    );
    expect(Math.min(...gains)).toBeLessThan(1);
  },
});
