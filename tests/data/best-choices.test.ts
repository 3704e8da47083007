import {expect, test} from "vitest";
import {advised} from "../../src/components/by-hand/kv/cache-advice.js";
import type {CacheRow} from "../../src/components/plots/kv/cache-front.js";
import {BORNE, bestChoices} from "../../src/data/best-choices.js";
import {keptRows} from "../pages/kept.js";

const kept = {
  caches: keptRows("kv/small-caches"),
  methods: keptRows("models/formats-on-model"),
  scans: keptRows("ssm/quantization"),
};
const choices = bestChoices(kept);

test("the home page advises the caches that the page on small caches advises", () => {
  const own = (kept.caches as unknown as CacheRow[]).filter(({model}) => model === "decoder-small");
  for (const limit of BORNE) {
    const there = advised(own, limit, "kept");
    const here = choices.find((choice) => choice.subject === "KV cache" && choice.limit === limit);
    expect(here?.name).toBe(there?.row.label);
    expect(here?.standing).toBe(there && (there.isConfirmed ? "confirmed" : "not confirmed"));
    expect(here?.rise).toBe(there?.row.rise);
  }
});

test("a choice ends within its limit, a larger limit is never larger, and what has no second half is a candidate", () => {
  for (const {subject, limit, riseHigh, standing} of choices) {
    if (standing !== "not confirmed") expect(riseHigh).toBeLessThanOrEqual(limit);
    expect(standing === "candidate").toBe(subject !== "KV cache");
  }
  for (const subject of new Set(choices.map((choice) => choice.subject))) {
    const sizes = choices.filter((choice) => choice.subject === subject).map(({smaller}) => smaller);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(sizes.length).toBeGreaterThan(0);
  }
});
