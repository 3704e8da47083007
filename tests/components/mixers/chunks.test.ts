import {describe, expect, test} from "vitest";
import {seenKeys} from "../../../src/components/by-hand/mixers/chunk-grid.js";
import {equalCacheQuestion} from "../../../src/components/by-hand/questions/mixers.js";
import {
  answersFigure,
  type ChunkRow,
  perplexityFigure,
  readingName,
} from "../../../src/components/plots/mixers/chunks.js";
import {attambaExperiment} from "../../../src/lib/experiments/mixers/attamba.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const setting = checkParams("test", attambaExperiment.params, {});

function row(model: string, perplexity: number, more: Partial<ChunkRow> = {}): ChunkRow {
  return {
    ...{model, varied: "nothing", rule: "cyclic", tokenChunk: 4, leading: 4, seed: "all", documents: 6},
    ...{perplexity, perplexityLow: perplexity - 1, perplexityHigh: perplexity + 1},
    ...{answers: 1 / perplexity, answersLow: null, answersHigh: null},
    ...{cacheBytes: 1000, stateBytes: 10, operations: 5, provenance: "measured"},
    ...more,
  };
}

const rows = [
  row("decoder-iso-kv", 10, {rule: "every token", tokenChunk: 1, leading: null}),
  row("decoder-iso-flop", 5, {rule: "every token", tokenChunk: 1, leading: null, cacheBytes: 2500}),
  row("attamba-small", 8),
  row("attamba-small", 9, {varied: "chunk length", tokenChunk: 8, cacheBytes: 500}),
  row("attamba-small", 20, {seed: "4242"}),
];

describe("the figures of chunks instead of tokens", () => {
  test("draw the transformers, the model as trained and each change as series of their own", () => {
    const {series, finding} = perplexityFigure.draw(rows, setting);
    expect(series.map(({name}) => name)).toEqual([
      "transformer of equal cache",
      "transformer of equal operations in attention",
      "Attamba, as trained",
      "other chunk lengths",
    ]);
    expect(finding).toContain("a transformer with 1 times its keys and values has 10");
    expect(finding).toContain("one with 2.5 times as many 5");
  });

  test("tell answers, and the best chunk length that was not trained with", () => {
    const {finding} = answersFigure.draw(rows, setting);
    expect(finding).toContain("12.5 % of what a document determines");
    expect(finding).toContain("8 gives most: 11.1 %");
  });

  test("name a way of reading by what was changed", () => {
    expect(readingName(row("attamba-small", 1, {varied: "leading tokens", leading: 0}))).toBe(
      "last 0 tokens one by one",
    );
    expect(readingName(row("attamba-small", 1, {varied: "ends of chunks", rule: "random"}))).toBe(
      "random ends",
    );
  });
});

test("the question asks which reads better, and knows", () => {
  const {right, because, bars} = equalCacheQuestion(rows);
  expect(right).toBe(2);
  expect(because).toContain("20 % lower");
  expect(bars.map(({value}) => value)).toEqual([10, 5, 8]);
});

describe("the grid of one layer", () => {
  test("shows ends of chunks and last tokens, never a later key", () => {
    const seen = seenKeys({tokenChunk: 4, leading: 2, layer: 1});
    expect(seen[9].map((cell) => cell ?? "-").join(" ")).toBe(
      "end - end - - - end last last last - - - - - -",
    );
    const later = seen.flatMap((cells, query) => cells.slice(query + 1));
    expect(later.every((cell) => cell === null)).toBe(true);
  });
});
