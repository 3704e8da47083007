import {describe, expect, test} from "vitest";
import {fixedCacheSays, type SentenceRow} from "../../../src/components/by-hand/compiled/fixed-cache.js";
import {fileText} from "../../../src/components/by-hand/compiled/onnx-file.js";
import {webnnSays} from "../../../src/components/by-hand/compiled/webnn-run.js";
import {fixedShapesQuestion} from "../../../src/components/by-hand/questions/compiled.js";
import {
  cacheReadsFigure,
  operationsFigure,
  type ShapeRow,
} from "../../../src/components/plots/compiled/static-shapes.js";
import {staticShapes} from "../../../src/lib/experiments/compiled/static-shapes.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const setting = checkParams("test", staticShapes.params, {});

const row = (way: string, compiledLength: number, operations: number): ShapeRow =>
  ({way, compiledLength, operations, readBytes: operations, tokens: 64, equal: 1, unused: 0.75}) as ShapeRow;
const rows = [row("fixed", 64, 20), row("growing", 64, 10), row("fixed", 256, 50), row("growing", 256, 10)];

describe("the figures of compiled shapes", () => {
  test("draw fixed shapes beside a growing cache and compare them at the largest length", () => {
    const {series, finding} = operationsFigure.draw(rows, setting);
    expect(series.map(({name, family}) => [name, family])).toEqual([
      ["fixed shapes", "machine"],
      ["growing cache", "baseline"],
    ]);
    expect(finding).toBe(
      "Every written token is the same as with a growing cache. Compiled for 256 tokens, a text of 64 takes 5 times the operations; 75 % of the places multiplied hold nothing that a token sees.",
    );
    expect(cacheReadsFigure.draw(rows, setting).finding).toMatch(/a token reads 5 times as many bytes/);
    expect(operationsFigure.draw([], setting).finding).toBe("No compiled length is chosen.");
  });

  test("ask for the bytes of the largest length", () => {
    const {question, options, right} = fixedShapesQuestion(rows);
    expect(question).toContain("compiled for 256");
    expect(options[right]).toBe("a few times as many");
  });
});

describe("one sentence", () => {
  const token = (word: string, next: string, growingNext: string, difference: number) =>
    ({word, next, growingNext, difference}) as SentenceRow;

  test("says that all words are the same, or after which they part", () => {
    const same = [token("a", "b", "b", 0), token("b", "c", "c", 0)];
    const given = {compiledLength: 8, layersPerChunk: 2} as const;
    expect(fixedCacheSays(same, given)).toBe("All 2 next words are the same, and logits differ by nothing.");
    const long = [...Array.from({length: 8}, () => same[0]), token("b", "c", "d", 1)];
    expect(fixedCacheSays(long, given)).toBe(
      "The texts part after “b”: c with fixed shapes, d with a growing cache. The cache is full after 8 tokens; one has fallen out.",
    );
  });
});

test("a file is told by its size and its ends", () => {
  const end = (name: string, ...shape: number[]) => ({name, type: "float32", shape}) as const;
  const text = fileText({
    name: "decoder",
    bytes: new Uint8Array(1234),
    inputs: [
      end("ids", 1),
      end("mask", 1, 64),
      end("past_keys.0", 64, 2, 16),
      end("past_values.0", 64, 2, 16),
    ],
    outputs: [end("logits", 1, 256), end("keys.0", 64, 2, 16), end("values.0", 64, 2, 16)],
  });
  expect(text.replaceAll("\u202f", " ")).toMatch(
    /^1[, ]?234 bytes\. A run takes ids \[1\]; mask \[1, 64\] and 2 caches, and gives logits \[1, 256\]/,
  );
});

test("a run by WebNN says whether its words are this library's", () => {
  const run = {own: "amber plum", expected: "amber plum", milliseconds: 2};
  expect(webnnSays(run)).toMatch(/WebNN writes “amber plum”, as this library does; 2 ms a token\.$/);
  expect(webnnSays({...run, expected: "fig"})).toContain("where this library writes “fig”");
});
