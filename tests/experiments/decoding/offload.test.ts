import {describe, expect, test} from "vitest";
import {depthFinding} from "../../../src/components/plots/decoding/offload.js";
import {OFFLOADED_MODELS} from "../../../src/lib/decoding/subspec/offload.js";
import {offload} from "../../../src/lib/experiments/decoding/offload.js";

const run = async (setting: Parameters<typeof offload.run>[0] = {}) =>
  (await offload.runTables(setting)).rows;

describe("decoding/offload", () => {
  test("comes out at the authors' curve within a tenth: figure 1 of arXiv:2509.18344", async () => {
    const rows = await run();
    const printed = {4: 2.9, 8: 4.7, 16: 6.9, 32: 8.9, 48: 9.1, 64: 8.9};
    for (const [depth, speedup] of Object.entries(printed)) {
      const row = rows.find((row) => row.depth === Number(depth))!;
      expect(Math.abs(row.speedup / speedup - 1), depth).toBeLessThan(0.1);
    }
  });

  test("gives 2.9 tokens a second without drafts, and parts that add up to the time of a token", async () => {
    for (const {depth, transferSeconds, draftSeconds, otherSeconds, secondsPerToken} of await run()) {
      expect(transferSeconds + draftSeconds + otherSeconds).toBeCloseTo(secondsPerToken, 12);
      if (depth === 0) expect(1 / secondsPerToken).toBeCloseTo(2.9, 1);
    }
  });

  test("is never slower with a faster link or a draft that is right more often", async () => {
    for (const {id: model} of OFFLOADED_MODELS) {
      const [slow, fast] = [await run({model, link: 10}), await run({model, link: 20})];
      fast.forEach((row, i) => {
        expect(row.secondsPerToken).toBeLessThanOrEqual(slow[i].secondsPerToken);
      });
      const [worse, better] = [await run({model, acceptance: 0.8}), await run({model, acceptance: 0.9})];
      better.forEach((row, i) => {
        expect(row.secondsPerToken).toBeLessThanOrEqual(worse[i].secondsPerToken);
      });
    }
  });

  test("says where the copy that drafts does not fit", async () => {
    const rows = await run({model: "Qwen2.5-32B", memory: 8});
    expect(depthFinding(rows, 48)).toContain("does not fit");
  });
});
