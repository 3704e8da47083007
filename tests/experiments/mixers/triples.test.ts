import {describe, expect, test} from "vitest";
import type {kroneckerExperiment} from "../../../src/lib/experiments/mixers/kronecker.js";
import {triples} from "../../../src/lib/experiments/mixers/triples.js";
import {keptTable} from "../../pages/kept.js";

describe("heads that shall find triples", () => {
  test("are the same whichever of them are asked for, and the written one is right", async () => {
    const rows = await triples.run({
      heads: ["softmax, trained", "tensor, written down"],
      widths: [2],
      steps: 50,
      lists: 8,
    });
    const written = rows.find(({head}) => head === "tensor, written down");
    expect(written?.right).toBe(1);
    expect(rows.filter(({head}) => head === "softmax, trained").map(({seed}) => seed)).toEqual([
      "all",
      "1",
      "2",
      "3",
    ]);
    const alone = await triples.run({heads: ["softmax, trained"], widths: [2], steps: 50, lists: 8});
    expect(alone).toEqual(rows.filter(({head}) => head === "softmax, trained"));
  });
});

test("operations that are counted are those of the formula, at every length", () => {
  const lengths = keptTable<typeof kroneckerExperiment, "lengths">("mixers/kronecker", "lengths");
  const counted = lengths.filter((row) => row.counted !== null);
  expect(counted.length).toBeGreaterThan(20);
  for (const row of counted) expect(row.counted).toBe(row.operations);
});
