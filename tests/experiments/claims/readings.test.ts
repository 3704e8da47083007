import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {FULL, FULL_AFTER_PROMPT} from "../../../src/lib/experiments/claims/kv-caches/evidence.js";
import {
  cacheReading,
  READINGS,
  type ReadingSetting,
} from "../../../src/lib/experiments/claims/kv-caches/readings.js";
import {
  accuracyRule,
  klReduction,
  lossEvidence,
} from "../../../src/lib/experiments/claims/state-space/measures.js";
import {openedDecoder, testTexts} from "../../../src/lib/experiments/shared/decoder-texts.js";
import {decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import type {Tensor} from "../../../src/lib/tensor/tensor.js";
import {between} from "./outcomes.js";

let setting: ReadingSetting;
let ids: readonly number[];
let plain: Tensor;
beforeAll(async () => {
  const data = await loadData(["weights/decoder-small"]);
  const decoder = await openedDecoder("decoder-small", data);
  setting = {decoder, weights: decoderWeights("decoder-small", data)};
  ids = testTexts(decoder.config, {documents: 1})[0].tokens.slice(0, -1);
  plain = forward(decoder, ids);
}, 60_000);

/** The largest distance of logits from the plain ones, over the rows that a reading counts. */
function distance({shape, data}: Tensor): number {
  const skipped = plain.data.length - data.length;
  expect(shape[1]).toBe(plain.shape[1]);
  return data.reduce((most, value, i) => Math.max(most, Math.abs(value - plain.data[skipped + i])), 0);
}

const logitsOf = (name: string) => READINGS[name].make(setting).logits(ids);

describe("readings of caches", () => {
  test("of everything are the model's own, with or without a prompt", () => {
    expect(distance(logitsOf(FULL))).toBe(0);
    const after = logitsOf(FULL_AFTER_PROMPT);
    expect(after.shape[0]).toBe(ids.length / 2);
    expect(distance(after)).toBeLessThan(1e-3);
  });

  test("that round keys and values change logits, and more bits change them less", () => {
    for (const [fine, coarse] of [
      ["BFP keys, 7 bits", "BFP keys, 4 bits"],
      ["BFP keys, 7 bits, sorted", "BFP keys, 4 bits, sorted"],
      ["RaZeR v1, 4 bits", "RaZeR v1, 3 bits"],
      ["integers, 4 bits", "integers, 3 bits"],
      ["30 % pruned", "50 % pruned"],
    ]) {
      const [little, much] = [distance(logitsOf(fine)), distance(logitsOf(coarse))];
      expect(little, fine).toBeGreaterThan(0);
      expect(much, coarse).toBeGreaterThan(little);
    }
  });

  test("that share layers count what they keep, and MiniCache's keep far more than xKV's", () => {
    const smaller = (name: string) => {
      const reading = READINGS[name].make(setting);
      reading.logits(ids);
      return reading.timesSmaller?.() ?? Number.NaN;
    };
    for (const name of ["xKV-4", "xKV-2", "single-layer SVD"]) expect(smaller(name)).toBeCloseTo(128 / 15, 9);
    expect(smaller("MiniCache, deep half")).toBeGreaterThan(1.2);
    expect(smaller("MiniCache, deep half")).toBeLessThan(4 / 3);
    expect(smaller("MiniCache, all layers")).toBeGreaterThan(smaller("MiniCache, deep half"));
  });

  test("through a cache count what follows the prompt, token by token", () => {
    const reading = cacheReading("kivi-2", setting);
    const logits = reading?.logits(ids);
    expect(logits?.shape).toEqual([ids.length / 2, plain.shape[1]]);
    const [first, last] = [0, ids.length / 2 - 1].map((row) => {
      const own = logits?.data.subarray(row * plain.shape[1], (row + 1) * plain.shape[1]) ?? [];
      const from = plain.data.length / 2 + row * plain.shape[1];
      return Array.from(own, (value, i) => Math.abs(value - plain.data[from + i]));
    });
    // Half the prompt is in codes from the start; by the end new tokens have aged into them too.
    expect(Math.max(...first)).toBeGreaterThan(0);
    expect(Math.max(...last)).toBeGreaterThan(0);
  });
});

describe("measures of state-space models", () => {
  const scores = (loss: number, rightOf4: number) => ({
    nll: Float64Array.from({length: 12}, (_, i) => 2 + loss + 0.01 * (i % 3)),
    kl: Float64Array.from({length: 12}, (_, i) => (1 + loss) * (0.1 + 0.001 * (i % 4))),
    right: Array.from({length: 12}, () => [0, 1, 2, 3].map((i) => i < rightOf4)),
  });

  test("set answers lost above zero beside the perplexity that a setup loses", () => {
    const [answers, perplexity] = lossEvidence("a model", scores(Math.log(1.118), 3), scores(0, 4));
    expect(answers).toMatchObject({value: 25, documents: 12});
    expect(perplexity.value).toBeCloseTo(11.8, 9);
  });

  test("leave accuracy open where answers are saturated, however much perplexity rises", () => {
    const saturated = lossEvidence("a model", scores(Math.log(1.118), 4), scores(0, 4));
    expect(saturated[0].value).toBeCloseTo(0, 12);
    expect(saturated[1].low).toBeGreaterThan(0);
    expect(accuracyRule(1.6)([], saturated)).toBe("open");
    expect(accuracyRule(1.6)([], [between("perplexity lost", 10, 12)])).toBe("open");
  });

  test("give the share of divergence that is saved, in per cent", () => {
    const saved = klReduction(scores(0, 4), scores(1, 4));
    expect(saved.value).toBeCloseTo(50, 9);
    expect(saved.documents).toBe(12);
    expect(saved.low).toBeLessThanOrEqual(saved.value);
  });
});
