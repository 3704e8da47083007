import {expect} from "vitest";
import {
  type TrafficRow,
  trafficOf,
  type VersionRow,
  versionsOf,
} from "../../../src/components/by-hand/accel/smash-tables.js";
import {fullest, type SmashRow} from "../../../src/components/plots/accel/smash.js";
import type {smash} from "../../../src/lib/experiments/sparse/smash.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf, rowWith} from "./finding.js";

const rows: readonly SmashRow[] = keptRows<typeof smash>("sparse/smash");
const traffic = keptRows("sparse/smash.traffic") as unknown as readonly TrafficRow[];
const versions = keptRows("sparse/smash.versions") as unknown as readonly VersionRow[];
const RANDOM = ["R-MAT", "uniform"];
const of = (matrix: string) => rows.filter((row) => row.matrix === matrix);

/** Findings of the page's section on sparse products. */
export const smashFindings: readonly Finding[] = findingsOf("src/accelerators/bits-that-are-zero.md", {
  "Low bits of a key spread them over the table, high bits send them to one place": () => {
    for (const matrix of RANDOM)
      expect(fullest(of(matrix), "low bits").looks).toBeLessThan(fullest(of(matrix), "high bits").looks);
  },
  "most of all where few columns have most entries": () => {
    const [skewed, even] = RANDOM.map((matrix) => fullest(of(matrix), "low bits"));
    expect(skewed.load).toBeLessThan(even.load);
    expect(skewed.looks).toBeGreaterThan(even.looks);
  },
  "a multiplication before the hash takes both apart": () => {
    for (const row of rows.filter(({hash, matrix}) => hash === "low bits" && RANDOM.includes(matrix))) {
      const multiplied = rowWith(rows, {matrix: row.matrix, fill: row.fill, hash: "multiplied"});
      expect(multiplied.looks).toBeLessThan(row.looks);
    }
  },
  "so a table is emptier the more of them do": () => {
    const loads = RANDOM.map((matrix) => fullest(of(matrix), "low bits"));
    const met = loads.map(({partialProducts, entries}) => partialProducts / entries);
    expect(met[0]).toBeGreaterThan(met[1]);
    expect(loads[0].load).toBeLessThan(loads[1].load);
  },
  "Rows taken by whoever is free balance threads only within a window": () => {
    const [dealt, taken] = versions.filter(({matrix}) => matrix === "R-MAT");
    expect(taken.imbalance).toBeLessThanOrEqual(dealt.imbalance);
    expect(taken.imbalance).toBeGreaterThan(2);
    expect(versionsOf(versions).finding).toMatch(/windows in place of/);
  },
  "each a place and a value": () => {
    for (const matrix of distinct(traffic, (row) => row.matrix)) {
      const [inner, outer, rowWise] = ["inner", "outer", "row-wise"].map((order) =>
        rowWith(traffic, {matrix, order}),
      );
      expect([inner.stored, rowWise.stored]).toEqual([0, 0]);
      expect(outer.stored).toBe(4 * of(matrix)[0].partialProducts);
    }
    expect(trafficOf(traffic).finding).toMatch(/R-MAT .* the outer product [\d.]+ times/);
  },
});
