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
    const calibration = ownTextCalibration(ids, 5, {context: 40});
    expect(calibration[0][0]).toBe(0);
    expect(calibration.at(-1)!.at(-1)!).toBe(249);
    expect(calibration.every((tokens) => tokens.length === 41)).toBe(true);
  });

  test.each([258, 1000, 3000, 30_000])(
    "of %i tokens never scores a token twice, in whatever seed",
    (length) => {
      const long = Array.from({length}, (_, i) => i);
      const seeds = ownTextSeeds(long);
      const scored = seeds.flatMap(({texts}) => texts.flatMap(({tokens}) => tokens.slice(1)));
      expect(new Set(scored).size).toBe(scored.length);
      // As many windows as the second half holds, shared equally, at most sixteen for each of three seeds.
      const slots = Math.floor(Math.floor(length / 2) / 129);
      expect(seeds.map(({texts}) => texts.length)).toEqual(
        slots < 3 ? Array(slots).fill(1) : Array(3).fill(Math.min(16, Math.floor(slots / 3))),
      );
    },
  );

  test("gives another seed other windows, and a seed the same with others after it", () => {
    const long = Array.from({length: 8000}, (_, i) => i);
    const of = (...seeds: number[]) => ownTextSeeds(long, {seeds, windows: 4, context: 40});
    expect(of(1)[0].texts).not.toEqual(of(2)[0].texts);
    expect(of(1, 2)[0]).toEqual(of(1)[0]);
  });

  test("begins windows with a prefix, which counts as read and is not predicted", () => {
    const [{texts}] = ownTextSeeds(ids, {windows: 1, context: 40, prefix: [-7, -8]});
    expect(texts[0].tokens).toHaveLength(41);
    expect(texts[0].tokens.slice(0, 2)).toEqual([-7, -8]);
    expect(texts[0].from).toBe(2);
    const [calibration] = ownTextCalibration(ids, 1, {context: 40, prefix: [-7]});
    expect(calibration.slice(0, 2)).toEqual([-7, 0]);
    expect(() => ownTextSeeds(ids, {context: 1, prefix: [1, 2]})).toThrow(
      "ownTextSeeds: prefix must leave room in a window of 2 tokens, got 2",
    );
  });

  test("may be as short as two windows, and no shorter", () => {
    const seeds = ownTextSeeds(ids.slice(0, 20), {windows: 2, context: 9});
    expect(seeds).toHaveLength(1);
    expect(seeds[0].texts.map(({tokens}) => tokens[0])).toEqual([10]);
    expect(ownTextCalibration(ids.slice(0, 20), 1, {context: 9})).toEqual([ids.slice(0, 10)]);
    expect(() => ownTextSeeds(ids.slice(0, 19), {context: 9})).toThrow(
      "ownTextSeeds: the text must have at least 20 tokens for windows of 9, got 19. A shorter context needs fewer.",
    );
  });
});
