import {expect, test} from "vitest";
import {groupsFinding} from "../../../src/components/plots/decoding/groups.js";
import {loadData} from "../../../src/data/data-sets.js";
import {writtenGroups} from "../../../src/lib/experiments/decoding/groups.js";

test("decoding/groups: less confidence writes more tokens a step, and fewer that the model would have written", async () => {
  const data = await loadData(writtenGroups.needs);
  const rows = await writtenGroups.run({confidences: [0, 0.9, 1], count: 2, tokens: 12}, {data});
  const [all, some, single] = rows;
  expect(all).toMatchObject({tokensPerStep: 4, entriesSaved: 0.75, documents: 6});
  expect(single).toMatchObject({tokensPerStep: 1, entriesSaved: 0, weightsRead: 1});
  expect(some.tokensPerStep).toBeLessThanOrEqual(all.tokensPerStep);
  expect(some.tokensPerStep).toBeGreaterThanOrEqual(1);
  expect(all.own).toBeLessThan(single.own);
  expect(all.lossAbove).toBeGreaterThan(single.lossAbove);
  for (const {weightsRead, tokensPerStep, loss, lossAbove} of rows) {
    expect(weightsRead).toBeGreaterThanOrEqual(1 / tokensPerStep);
    expect(loss).toBeGreaterThan(lossAbove);
  }
  expect(groupsFinding(rows)).toContain("nothing is verified");
});
