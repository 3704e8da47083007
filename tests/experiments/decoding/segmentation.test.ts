import {expect, test} from "vitest";
import {segmentationFinding} from "../../../src/components/plots/decoding/segmentation.js";
import {loadData} from "../../../src/data/data-sets.js";
import {segmentation} from "../../../src/lib/experiments/decoding/segmentation.js";

test("decoding/segmentation: a lower confidence groups more, and more that the model would not have written", async () => {
  const rows = await segmentation.run({documents: 2}, {data: await loadData(segmentation.needs)});
  for (const rule of ["sliding", "small-group"]) {
    const own = rows.filter((row) => row.rule === rule);
    const steps = own.map(({tokensPerStep}) => tokensPerStep);
    expect(steps).toEqual(steps.toSorted((a, b) => b - a));
    expect(own.at(-1)).toMatchObject({confidence: 1, tokensPerStep: 1, joined: 0, foreseen: null});
    expect(own[0].foreseen!).toBeLessThan(own[6].foreseen!);
  }
  for (const {tokensPerStep, joined} of rows) expect(joined).toBeCloseTo(1 - 1 / tokensPerStep, 12);
  expect(segmentationFinding(rows)).toContain("tokens a step");
});
