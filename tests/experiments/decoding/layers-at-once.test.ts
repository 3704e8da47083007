import {expect, test} from "vitest";
import {atOnceFinding, atOnceSpeedFinding} from "../../../src/components/plots/decoding/layers-at-once.js";
import {loadData} from "../../../src/data/data-sets.js";
import {layersAtOnce} from "../../../src/lib/experiments/decoding/layers-at-once.js";

const data = await loadData(layersAtOnce.needs);
const run = (setting: Parameters<typeof layersAtOnce.run>[0]) =>
  layersAtOnce.run({count: 2, tokens: 10, ...setting}, {data});

test("decoding/layers-at-once: one at a time is the ordinary draft, and the text never changes", async () => {
  const rows = await run({drafts: ["decoder-small"]});
  expect(rows.map(({atOnce}) => atOnce)).toEqual([1, 1, 2, 2, 3, 3]);
  for (const {same, documents} of rows) expect(same).toBe(documents);
  const [calibrated, other] = rows;
  expect(other.tokensPerPass).toBe(calibrated.tokensPerPass);
  expect(calibrated.draftTimes).toBe(1);
  expect(atOnceFinding(rows)).toContain("3 of the 4 attentions");
  expect(atOnceSpeedFinding(rows, 1)).toContain("as long as an attention");
});

test("decoding/layers-at-once: shorter networks gain more, and the large decoder drafts its own text layer by layer", async () => {
  const [exact, , , , , , , , all] = await run({drafts: ["decoder-large"], networkTime: 0.1, tokens: 5});
  expect([exact.tokensPerPass, exact.accepted]).toEqual([5, 1]);
  expect(all.atOnce).toBe(7);
  // Two runs of attentions and eight networks against eight of both.
  expect(all.draftTimes).toBeCloseTo(8.8 / 2.8, 12);
});
