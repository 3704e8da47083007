import {expect, test} from "vitest";
import {shapeFinding} from "../../../src/components/plots/decoding/draft-shape.js";
import {loadData} from "../../../src/data/data-sets.js";
import {draftShape} from "../../../src/lib/experiments/decoding/draft-shape.js";

const data = await loadData(draftShape.needs);
const few = {count: 2, tokens: 10, depths: [1, 4], widths: [1, 2]} as const;

test("decoding/draft-shape: a pass verifies the whole draft and gives at most a token more than it is long", async () => {
  const rows = await draftShape.run({...few, method: "dynamic-tree"}, {data});
  expect(rows.map(({depth, width}) => [depth, width])).toEqual([
    [1, 1],
    [4, 1],
    [1, 2],
    [4, 2],
  ]);
  for (const {depth, width, tokensPerPass, verifiedPerPass, same, documents} of rows) {
    expect(tokensPerPass).toBeLessThanOrEqual(depth + 1);
    expect(verifiedPerPass).toBeLessThanOrEqual(depth * width);
    expect(same).toBe(documents);
  }
  const [short, long, , wide] = rows.map(({tokensPerPass}) => tokensPerPass);
  expect(long).toBeGreaterThan(short);
  expect(wide).toBeGreaterThanOrEqual(long);
  expect(shapeFinding(rows)).toContain("4 tokens ahead, one way");
});

test("decoding/draft-shape: a chain has one width", async () => {
  const rows = await draftShape.run({...few, method: "speculative-sampling"}, {data});
  expect(rows.map(({depth, width}) => [depth, width])).toEqual([
    [1, 1],
    [4, 1],
  ]);
});
