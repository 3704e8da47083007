import {describe, expect, test} from "vitest";
import {staticDecoder} from "../../src/lib/compiled/nitro/static-decoder.js";
import {staticInputs, staticMask} from "../../src/lib/compiled/nitro/static-inputs.js";
import {compilable} from "../../src/lib/compiled/nitro/static-shape.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {greedy, readOn} from "../../src/lib/engine/generate.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {FAMILIES, loadFolder, loadGolden, readExpected, trainedPath} from "../engine/golden.js";
import {tinyDecoder} from "../engine/tiny.js";

const prompt = Array.from(corpusDocument("test", 0, {context: 128}).tokens.subarray(0, 37));
const ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7];

const windowed = (model: Decoder, window: number): Decoder => ({
  ...model,
  config: {
    ...model.config,
    plans: model.config.plans.map((plan) => ({...plan, mixer: {...plan.mixer, window}})),
  },
});

const isCompilable = ({config}: Decoder) => {
  try {
    compilable(config);
    return true;
  } catch {
    return false;
  }
};

describe("the trained decoder with fixed shapes", () => {
  test("writes the tokens of the one that grows, to the bit, whatever the pieces and chunks", async () => {
    const model = await loadFolder(trainedPath("decoder-small"));
    const expected = greedy(model, prompt, 12);
    const shapes = [
      {compiledLength: 49},
      {compiledLength: 64, promptTokens: 16, layersPerChunk: 3},
      {compiledLength: 128, promptTokens: 37, layersPerChunk: 1},
    ];
    for (const shape of shapes) {
      const compiled = staticDecoder(model, shape);
      const text = compiled.begin();
      const got = readOn(text.read, prompt, 12);
      expect(got.tokens, JSON.stringify(shape)).toEqual(expected.tokens);
      expect(got.promptLogits).toEqual(expected.promptLogits);
      expect(got.logits).toEqual(expected.logits);
      const pieces = "promptTokens" in shape ? Math.floor(prompt.length / shape.promptTokens) : 0;
      expect(text.runs.prompt).toBe(pieces);
      expect(text.length).toBe(prompt.length + 12);
    }
  });
});

describe("a random decoder with fixed shapes", () => {
  test("whose cache slides is one with a window of the compiled length", async () => {
    const model = await tinyDecoder();
    for (const promptTokens of [1, 4]) {
      const text = staticDecoder(model, {compiledLength: 7, promptTokens, slides: true}).begin();
      expect(text.read(ids)).toEqual(forward(windowed(model, 7), ids));
      expect(() => text.read([1])).toThrow(
        "staticDecoder: a text must have at most twice the compiled length 7 of tokens, got 15",
      );
    }
  });

  test("is the one that grows in every family that fixed shapes can run", async () => {
    const compiled: string[] = [];
    for (const name of ["qwen2-bf16", ...FAMILIES]) {
      const model = await loadGolden(name);
      const begin = () => staticDecoder(model, {compiledLength: 24, promptTokens: 7}).begin();
      if (!isCompilable(model)) {
        expect(begin, name).toThrow(/^compilable: .* must be a dense causal decoder/);
        continue;
      }
      const tokens = readExpected(name).ids.slice(0, 20);
      expect(begin().read(tokens), name).toEqual(forward(model, tokens));
      compiled.push(name);
    }
    expect(compiled).toEqual([
      ...["qwen2-bf16", "gemma", "phi4", "rope-yarn", "rope-linear", "smollm3"],
      ...["granite", "olmo2", "stablelm", "internlm2"],
    ]);
  });

  test("refuses by name a text longer than the cache, sizes that cannot be, and models that it cannot run", async () => {
    const model = await tinyDecoder();
    const text = staticDecoder(model, {compiledLength: 8}).begin();
    text.read(ids.slice(0, 8));
    expect(() => text.read([1])).toThrow(
      "staticDecoder: a text must have at most the compiled length 8 of tokens, got 9",
    );
    expect(() => text.read([23])).toThrow("forward: every id must be an integer from 0 to 22, got 23");
    expect(() => staticDecoder(model, {compiledLength: 4, promptTokens: 5})).toThrow(
      "requireShape: tokens must be at most the compiled length 4, got 5",
    );
    expect(() => staticDecoder(model, {compiledLength: 0})).toThrow("compiledLength must be an integer");
    expect(() => compilable(windowed(model, 3).config)).toThrow(
      "compilable: layer 0 must be a dense causal decoder whose layers share one rotary rule, got",
    );
  });
});

describe("inputs of a run", () => {
  const hidden = Number.NEGATIVE_INFINITY;

  test("a mask shows the newest places, and all of a full cache", () => {
    const shape = {compiledLength: 4, tokens: 1};
    expect([...staticMask(shape, 0)]).toEqual([hidden, hidden, hidden, 0]);
    expect([...staticMask(shape, 2)]).toEqual([hidden, 0, 0, 0]);
    expect([...staticMask(shape, 9)]).toEqual([0, 0, 0, 0]);
  });

  test("each token of a piece sees those before it and itself", () => {
    expect([...staticMask({compiledLength: 4, tokens: 2}, 1)]).toEqual([
      hidden,
      0,
      0,
      hidden,
      hidden,
      0,
      0,
      0,
    ]);
  });

  test("rotations are of the token's place in the text, not in the cache", () => {
    const rope = {theta: 10, dim: 4, pairs: "halves", scaling: null} as const;
    const {rotary} = staticInputs({compiledLength: 4, tokens: 1}, rope, 9);
    expect(rotary?.cos[0]).toBeCloseTo(Math.cos(9), 6);
  });
});
