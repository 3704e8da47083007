import {describe, expect, test} from "vitest";
import {
  corpusCalibration,
  corpusSeeds,
  EVAL_SEEDS,
  ownTextCalibration,
  ownTextSeeds,
} from "../../src/lib/evaluate/eval-texts.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {taskById} from "../../src/lib/tasks/registry.js";

describe("corpusSeeds", () => {
  test("draws test documents and task samples, others for each of at least three seeds", () => {
    const seeds = corpusSeeds({documents: 2, context: 64, tasks: ["needle-single"], samples: 3});
    expect(seeds.map(({seed}) => seed)).toEqual(EVAL_SEEDS);
    expect(EVAL_SEEDS.length).toBeGreaterThanOrEqual(3);
    for (const {seed, texts, samples} of seeds) {
      expect(texts.map(({tokens}) => tokens.length)).toEqual([65, 65]);
      const {tokens, answers, copies} = corpusDocument("test", 1, {context: 64, seed});
      expect(texts[1]).toEqual({tokens: [...tokens], answers, copies});
      const sample = taskById("needle-single").sample(2, {context: 64, seed, split: "test"});
      expect(samples[2]).toEqual({task: "needle-single", sample});
    }
    expect(new Set(seeds.flatMap(({texts}) => texts.map(({tokens}) => tokens.join()))).size).toBe(6);
  });

  test("gives the same for ever, and calibrates on nothing that it evaluates", () => {
    expect(corpusSeeds({documents: 2})).toEqual(corpusSeeds({documents: 2}));
    const evaluated = new Set(corpusSeeds().flatMap(({texts}) => texts.map(({tokens}) => tokens.join())));
    expect(corpusCalibration(20).some((tokens) => evaluated.has(tokens.join()))).toBe(false);
  });

  test("refuses an unknown task", () => {
    expect(() => corpusSeeds({tasks: ["telepathy"]})).toThrow(
      /id must be one of .*needle-single.*, got "telepathy"/,
    );
  });
});

describe("a text of one's own", () => {
  const ids = Array.from({length: 500}, (_, i) => i);

  test("is cut into windows of its second half, and calibrated on its first", () => {
    const seeds = ownTextSeeds(ids, {windows: 9, context: 40});
    for (const {texts, samples} of seeds) {
      expect(samples).toEqual([]);
      for (const {tokens, answers} of texts) {
        expect(answers).toEqual([]);
        expect(tokens).toEqual(Array.from({length: 41}, (_, i) => tokens[0] + i));
        expect(tokens[0]).toBeGreaterThanOrEqual(250);
      }
    }
    expect(seeds[0].texts).not.toEqual(seeds[1].texts);
    const calibration = ownTextCalibration(ids, 5, 40);
    expect(calibration[0][0]).toBe(0);
    expect(calibration.at(-1)!.at(-1)!).toBe(249);
    expect(calibration.every((tokens) => tokens.length === 41)).toBe(true);
  });

  test("may be as short as two windows, and no shorter", () => {
    expect(ownTextSeeds(ids.slice(0, 20), {windows: 2, context: 9})[0].texts[1].tokens[0]).toBe(10);
    expect(ownTextCalibration(ids.slice(0, 20), 1, 9)).toEqual([ids.slice(0, 10)]);
    expect(() => ownTextSeeds(ids.slice(0, 19), {context: 9})).toThrow(
      "ownTextSeeds: the text must have at least 20 tokens for windows of 9, got 19. A shorter context needs fewer.",
    );
  });
});
