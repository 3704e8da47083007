import {describe, expect, test} from "vitest";
import {
  foundFigure,
  type HeadRow,
  hitsFigure,
  retrievalHeads,
} from "../../../src/components/plots/attention/heads.js";
import {
  type PolicyRow,
  perplexityByKeys,
  pooledPolicies,
  retrievalByBytesKept,
  retrievalByBytesRead,
  retrievalByKeys,
} from "../../../src/components/plots/attention/policies.js";
import {policies as registered} from "../../../src/lib/attention/registry.js";
import {attentionHeads} from "../../../src/lib/experiments/attention/heads.js";
import {policies} from "../../../src/lib/experiments/attention/policies.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const params = checkParams("test", policies.params, {});

/** A full model of perplexity 6 that answers everything. */
function row(policy: string, keepFraction: number, more: Partial<PolicyRow> = {}): PolicyRow {
  const {label, kind} = registered.byId(policy);
  const {retrieval = 1, perplexity = 6} = more;
  return {
    policy,
    label,
    kind,
    keepFraction,
    frame: "masks",
    seed: "all",
    keysShown: keepFraction,
    bytesReadShare: keepFraction,
    bytesKeptShare: kind === "evicts" ? keepFraction : 1,
    perplexity,
    difference: perplexity - 6,
    differenceLow: perplexity - 6.2,
    differenceHigh: perplexity - 5.8,
    retrieval,
    retrievalLow: (retrieval ?? 0) - 0.1,
    retrievalHigh: (retrieval ?? 0) + 0.1,
    retrievalDifference: (retrieval ?? 0) - 1,
    retrievalDifferenceHigh: (retrieval ?? 0) - 1 + 0.05,
    ...more,
  } as PolicyRow;
}

const rows = [
  row("oracle", 1),
  row("oracle", 0.25, {bytesReadShare: 0.2}),
  row("quest", 1),
  row("quest", 0.25, {perplexity: 7, retrieval: 0.97, bytesReadShare: 0.4}),
  row("quest", 0.25, {perplexity: 99, seed: "999"}),
  row("h2o", 0.25, {perplexity: 12, retrieval: 0.4}),
  row("streaming-llm", 0.25, {perplexity: 14, retrieval: 0.45}),
  row("snapkv-released", 0.25, {perplexity: 30, retrieval: 0.1}),
];
const draw = (figure: typeof perplexityByKeys) => figure.draw(rows, params);
const lines = (figure: typeof perplexityByKeys) => draw(figure).series.filter(({join}) => join === "line");

describe("the figures of policies", () => {
  test("draw what all seeds say together, a line a policy, and nothing that keeps everything", () => {
    expect(pooledPolicies(rows)).toHaveLength(7);
    expect(lines(perplexityByKeys).map(({name}) => name)).toEqual(["Oracle", "Quest", "H2O", "StreamingLLM"]);
    const points = lines(perplexityByKeys).flatMap((line) => line.points);
    expect(points.every(({x}) => x < 1)).toBe(true);
    expect(points.every(({y}) => y < 99)).toBe(true);
  });

  test("draw the full model as a level line", () => {
    for (const [figure, level] of [
      [perplexityByKeys, 6],
      [retrievalByKeys, 1],
    ] as const) {
      const guide = draw(figure).series.find(({join}) => join === "guide")!;
      expect(guide.points.map(({y}) => y)).toEqual([level, level]);
    }
  });

  test("give a perplexity the interval of its difference, and a share its own interval", () => {
    const quest = (figure: typeof perplexityByKeys) => lines(figure)[1].points[0];
    expect(quest(perplexityByKeys).interval![0]).toBeCloseTo(7 - 0.2, 12);
    expect(quest(retrievalByKeys).interval).toEqual([0.97 - 0.1, 0.97 + 0.1]);
  });

  test("say who answers as well as the full model, and who loses more than half", () => {
    const {finding} = draw(retrievalByKeys);
    expect(finding).toContain("With 25 % of the keys, Oracle and Quest answer as well as the full model");
    expect(finding).toContain("H2O and StreamingLLM lose more than half");
  });

  test("name the cheapest that chooses without having looked at every key", () => {
    expect(draw(retrievalByBytesRead).finding).toContain("is Quest: it reads 40 % of the bytes");
    const snapkv = row("snapkv", 0.25, {bytesReadShare: 0.3});
    const finding = (more: Partial<PolicyRow>) =>
      retrievalByBytesRead.draw([...rows, {...snapkv, ...more}], params).finding;
    expect(finding({})).toContain("is Quest");
    expect(finding({frame: "eviction"})).toContain("is SnapKV: it reads 30 % of the bytes");
  });

  test("draw only those that free memory against what is kept", () => {
    expect(lines(retrievalByBytesKept).map(({name}) => name)).toEqual(["H2O", "StreamingLLM"]);
    expect(draw(retrievalByBytesKept).finding).toContain("StreamingLLM with 45 %");
  });

  test("have something to say of no rows at all", () => {
    for (const figure of [perplexityByKeys, retrievalByKeys, retrievalByBytesRead, retrievalByBytesKept]) {
      expect(figure.draw([], params).finding).not.toMatch(/NaN|undefined/);
    }
  });
});

describe("the figures of heads", () => {
  const head = (policy: string, layer: number, more: Partial<HeadRow>): HeadRow =>
    ({
      policy,
      label: registered.byId(policy).label,
      layer,
      head: 0,
      retrieval: 0.1,
      hits: 0.7,
      hitsError: 0.1,
      found: 0.8,
      foundError: null,
      most: 0.9,
      texts: 3,
      ...more,
    }) as HeadRow;
  const heads = [
    head("token-butler", 1, {retrieval: 0.9, found: 0.85}),
    head("token-butler", 2, {hits: 0.9}),
    head("quest", 1, {retrieval: 0.9, found: 0.5, hits: 0.5}),
    head("quest", 2, {hits: 0.6}),
  ];
  const headParams = checkParams("test", attentionHeads.params, {});

  test("count each head that looks facts up once", () => {
    expect(retrievalHeads(heads).map(({layer}) => layer)).toEqual([1]);
    expect(retrievalHeads([])).toEqual([]);
  });

  test("say what estimates find of those heads' attention, of what could be found", () => {
    const {finding, series} = foundFigure.draw(heads, headParams);
    expect(finding).toContain("1 head looks facts up, in layer 1");
    expect(finding).toContain("could hold 90 %");
    expect(finding).toContain("TokenButler 85 %, Quest 50 %");
    expect(series.map(({points}) => points.length)).toEqual([2, 2]);
  });

  test("give hits Student's interval over texts, and none over fewer than six", () => {
    const interval = (texts: number) =>
      hitsFigure.draw([head("quest", 1, {texts})], headParams).series[0].points[0].interval;
    // The quantile of five degrees of freedom.
    expect(interval(6)![1]).toBeCloseTo(0.7 + 0.25705818, 6);
    expect(interval(5)).toBeUndefined();
  });

  test("average hit accuracy over all heads", () => {
    expect(hitsFigure.draw(heads, headParams).finding).toContain("TokenButler 80 %, Quest 55 %");
  });
});
