import {describe, expect, test} from "vitest";
import {adviceFinding, advised} from "../../../src/components/by-hand/kv/cache-advice.js";
import {AXES, type CacheRow, cacheFront} from "../../../src/components/plots/kv/cache-front.js";
import {CHOOSING, REPORTING} from "../../../src/lib/experiments/kv/halves.js";

function row(technique: string, over: Partial<CacheRow> = {}): CacheRow {
  return {
    model: "m",
    technique,
    label: technique,
    family: "fewer-bits",
    formula: "",
    source: "",
    isBound: false,
    seed: "all",
    kept: 100,
    read: 100,
    keptLong: 50,
    readLong: 50,
    time: null,
    documents: 12,
    tokens: 100,
    perplexity: 8,
    perplexityLow: 6,
    perplexityHigh: 10,
    difference: 0,
    differenceLow: (over.difference ?? 0) - 0.02,
    differenceHigh: (over.difference ?? 0) + 0.02,
    rise: 0,
    riseLow: (over.rise ?? 0) - 0.005,
    riseHigh: (over.rise ?? 0) + 0.005,
    klMean: 0.01,
    klLow: 0.008,
    klHigh: 0.012,
    klMedian: 0,
    kl99: 0,
    sameTop: 1,
    sameTopLow: 1,
    sameTopHigh: 1,
    retrieval: 0.9,
    retrievalLow: 0.8,
    retrievalHigh: 0.95,
    retrievalTrials: 200,
    answersChange: -0.05,
    answersChangeLow: -0.1,
    answersChangeHigh: 0.02,
    copies: null,
    copiesChange: null,
    copiesChangeLow: null,
    copiesChangeHigh: null,
    copyTrials: 0,
    provenance: "measured",
    ...over,
  };
}

const ROWS = [
  row("fp16", {family: "baseline", kept: 512, read: 512}),
  row("good", {kept: 160, read: 160, perplexity: 8.08, difference: 0.08}),
  row("vague", {
    kept: 80,
    read: 80,
    perplexity: 8.01,
    difference: 0.01,
    differenceLow: -4,
    differenceHigh: 4,
  }),
  row("bad", {kept: 40, read: 40, perplexity: 20, difference: 12}),
  row("reads", {family: "part-read", kept: 600, read: 120, perplexity: 8.02, difference: 0.02}),
  row("oracle", {family: "baseline", isBound: true, kept: 512, read: 20}),
  row("good", {seed: "4242", kept: 1, perplexity: 1}),
];
const axes = {cost: AXES.cost.default, quality: "perplexity"} as const;

describe("cacheFront", () => {
  test("joins what nothing beats, and never a bound", () => {
    const front = (cost: "kept" | "read") =>
      cacheFront(ROWS, {...axes, cost})
        .series.find(({join}) => join === "front")!
        .points.map(({key}) => key);
    expect(front("kept")).toEqual(["bad", "vague", "fp16"]);
    expect(front("read")).toEqual(["bad", "vague", "fp16"]);
    const marks = cacheFront(ROWS, {...axes, cost: "read"}).series.flatMap(({join, points}) =>
      join ? [] : points.map(({key}) => key),
    );
    expect(marks).toContain("oracle");
    expect(marks.filter((key) => key === "good")).toHaveLength(1);
  });

  test("marks bytes of a text without end as modelled, and counted ones as measured", () => {
    const provenances = (cost: "kept" | "kept, long text") =>
      new Set(cacheFront(ROWS, {...axes, cost}).series.map(({provenance}) => provenance));
    expect([...provenances("kept")]).toEqual(["measured"]);
    expect([...provenances("kept, long text")]).toEqual(["modelled"]);
    expect(cacheFront(ROWS, {...axes, cost: "kept, long text"}).finding).toContain("modelled");
  });

  test("shows intervals of the paired difference around perplexity and answers", () => {
    const point = (quality: (typeof AXES.quality.options)[number]) =>
      cacheFront(ROWS, {...axes, quality})
        .series.filter(({join}) => !join)
        .flatMap(({points}) => points)
        .find(({key}) => key === "good")!;
    expect(point("perplexity").interval![1]).toBeCloseTo(8.08 + 0.02, 6);
    const [low, high] = point("retrieval accuracy").interval!;
    expect(low).toBeCloseTo(0.85, 9);
    expect(high).toBeCloseTo(0.97, 9);
    expect(point("KL divergence").y).toBe(0.01);
    expect(cacheFront(ROWS, {...axes, quality: "retrieval accuracy"}).better).toBe("top left");
  });

  test("draws no front of answers below 200 of them, and no interval that is not known", () => {
    const figure = (retrievalTrials: number) => {
      const rows = ROWS.map((each) => ({
        ...each,
        retrievalTrials,
        answersChangeLow: null,
        answersChangeHigh: null,
      }));
      const {series, finding} = cacheFront(rows, {...axes, quality: "retrieval accuracy"});
      const marks = series.filter(({join}) => !join).flatMap(({points}) => points);
      expect(marks.every(({interval}) => interval === undefined)).toBe(true);
      return {front: series.find(({join}) => join === "front")!.points, finding};
    };
    expect(figure(199).front).toEqual([]);
    expect(figure(199).finding).toContain("No front is drawn: a share of 199 answers");
    expect(figure(200).front.length).toBeGreaterThan(0);
  });
});

/** A cache of so many bytes with its loss on the documents to choose on, and on the others. */
const halves = (technique: string, kept: number, chosenBy: number, reported: number, over = {}) => [
  row(technique, {kept, rise: chosenBy, seed: CHOOSING, documents: 48, ...over}),
  row(technique, {kept, rise: reported, seed: REPORTING, documents: 47, ...over}),
];

describe("advice", () => {
  const rows = [
    ...halves("fp16", 512, 0, 0, {family: "baseline"}),
    ...halves("good", 160, 0.01, 0.012),
    ...halves("lucky", 80, 0.001, 0.2),
    ...halves("unlucky", 60, 0.2, 0.001),
    ...halves("oracle", 20, 0, 0, {isBound: true}),
    row("good", {kept: 1, rise: -1}),
  ];
  const found = (limit: number, of = rows) => advised(of, limit, "kept");

  test("names the smallest that is within the limit where it is chosen, with what it loses elsewhere", () => {
    expect(found(0.004)).toBeUndefined();
    expect(found(0.005)?.row.technique).toBe("fp16");
    expect(found(0.03)?.row).toMatchObject({technique: "lucky", seed: REPORTING, rise: 0.2});
    expect(found(0.3)?.row.technique).toBe("unlucky");
    expect(advised(rows, 0.03, "kept", ({family}) => family === "part-read")).toBeUndefined();
  });

  test("says of luck that other documents do not confirm it", () => {
    expect(found(0.03)?.isConfirmed).toBe(false);
    const without = rows.filter(({technique}) => technique !== "lucky");
    expect(found(0.03, without)).toMatchObject({row: {technique: "good"}, isConfirmed: true});
    expect(adviceFinding(without, "kept")).toContain(
      "fp16 was chosen and then lost 0 % (−0.5 to 0.5) at 512 bytes per token; ",
    );
    const text = adviceFinding(rows, "kept");
    expect(text).toContain("lucky was chosen and then lost 20 % (19.5 to 20.5)");
    expect(text).toContain(": not confirmed");
    expect(text).toContain("on 48 documents; its loss is measured on 47 other documents");
  });

  test("chooses by none of the documents that it reports", () => {
    const bad = rows.map((each) => (each.seed === REPORTING ? {...each, rise: 9, riseHigh: 10} : each));
    for (const limit of [0.01, 0.03, 0.1, 0.3]) {
      expect(found(limit, bad)?.row.technique).toBe(found(limit)?.row.technique);
      expect(found(limit, bad)?.isConfirmed).toBe(false);
    }
  });

  test("names nothing where too few documents leave no interval", () => {
    expect(
      found(
        1,
        rows.map((each) => ({...each, riseLow: null, riseHigh: null})),
      ),
    ).toBeUndefined();
  });
});
