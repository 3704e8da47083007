import {describe, expect, test} from "vitest";
import {cacheTimes, cacheTimesFinding} from "../../../src/components/by-hand/kv/cache-times.js";

const base = {title: "", unit: "ms", peerSamples: 15, date: "2026-01-01", load: 1};
/** The three records of a contest: plain and itself after the long text and the short one. */
const contest = (id: string, long: number, plainLong: number, short: number, plainShort: number) => [
  {
    ...base,
    name: `cache-${id}`,
    ours: long,
    peer: plainLong,
    peerName: "plain cache",
    ratio: plainLong / long,
  },
  {
    ...base,
    name: `cache-${id}`,
    ours: long,
    peer: short,
    peerName: "the same after 256",
    ratio: short / long,
  },
  {
    ...{...base, name: `cache-${id}`, ours: long, peer: plainShort},
    ...{peerName: "plain cache after 256", ratio: plainShort / long},
  },
];
const row = (technique: string, model = "decoder-large", seed = "all") => ({
  ...{model, technique, seed, label: technique.toUpperCase(), kept: 100, klMean: 0.01},
});

describe("time of a token under each cache", () => {
  const records = [
    ...contest("a", 4, 2, 1, 0.5),
    ...contest("b", 2, 3, 2, 1),
    ...contest("gone", 1, 1, 1, 1),
  ];
  const rows = [
    row("a"),
    row("b"),
    row("b", "decoder-small"),
    row("b", "decoder-large", "7"),
    row("untimed"),
  ];
  const times = cacheTimes([...records, {...records[0], name: "svd-a"}], rows as never);

  test("has each cache once, the fastest after a long text first, each beside float32 in its own run", () => {
    expect(
      times.map(({label, longMs, longTimes, shortMs, shortTimes}) => [
        label,
        longMs,
        longTimes,
        shortMs,
        shortTimes,
      ]),
    ).toEqual([
      ["B", 2, 1.5, 2, 0.5],
      ["A", 4, 0.5, 1, 0.5],
    ]);
  });

  test("says how many are faster after each text, and which is the first", () => {
    expect(cacheTimesFinding(times)).toBe(
      "After the long text 1 of 2 caches decode a token sooner than a float32 cache does, after the short one 0: B comes first, 1.5 times as fast as float32.",
    );
    expect(cacheTimesFinding([])).toBe("No cache was timed.");
  });
});
