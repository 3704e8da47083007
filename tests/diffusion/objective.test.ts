import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {parameterCount} from "../../src/lib/architectures/parameters.js";
import {modelRecordOfObject} from "../../src/lib/architectures/read-model.js";
import {bytesRead, operationsOf, passSeconds, weightCount} from "../../src/lib/diffusion/cost.js";
import type {MaskedModel} from "../../src/lib/diffusion/masked-text.js";
import {likelihoodBound, maskedLosses} from "../../src/lib/diffusion/objective.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** A model that gives each token its probability, wherever it stands. */
const unigram = (p: readonly number[]): MaskedModel => ({
  vocabSize: p.length,
  maskToken: p.length - 1,
  open: () => ({
    predict: (_, span) => ({
      logits: Array.from({length: span.to - span.from}, () => p.map(Math.log)).flat(),
      fed: span,
    }),
  }),
});

describe("the likelihood bound", () => {
  test("of a model without context is the text's own loss, on average over masks", () => {
    const p = [0.5, 0.25, 0.25, 0];
    const ids = [0, 1, 0, 2, 0, 0];
    const exact = -ids.slice(1).reduce((sum, id) => sum + Math.log(p[id]), 0) / 5;
    const bound = likelihoodBound(unigram(p), ids, 1, {draws: 1500, seed: 1});
    expect(Math.abs(bound - exact)).toBeLessThan(0.03);
  });

  test("refuses a text that is all prompt", () => {
    expect(() => likelihoodBound(unigram([1, 0]), [0], 1, {draws: 1, seed: 1})).toThrow(
      /likelihoodBound: tokens after the prompt must be an integer of at least 1, got 0/,
    );
  });
});

test("the training loss estimates that bound without bias", () => {
  const p = [0.5, 0.25, 0.25];
  const ids = [0, 1, 0, 2];
  const exact = -ids.reduce((sum, id) => sum + Math.log(p[id]), 0) / 4;
  const stream = randomStream(2, "masks");
  const texts = 8000;
  const {pretraining, tuning} = maskedLosses({
    ids: Array.from({length: texts}, () => ids).flat(),
    times: Array.from({length: texts}, () => stream.uniform()),
    draws: Array.from({length: 4 * texts}, () => stream.uniform()),
    logits: Array.from({length: 4 * texts}, () => p.map(Math.log)).flat(),
    prompts: new Uint8Array(texts),
  });
  expect(Math.abs(pretraining - exact)).toBeLessThan(0.08);
  expect(tuning).toBeCloseTo(pretraining, 10);
});

describe("costs", () => {
  const sizes = {layers: 28, hidden: 3584, kvWidth: 512, ffn: 18_944, vocab: 152_064};

  test("weights of Dream 7B are its parameters less embedding, biases and norms", () => {
    const record = modelRecordOfObject({
      model_type: "Dream",
      hidden_size: 3584,
      intermediate_size: 18_944,
      num_hidden_layers: 28,
      num_attention_heads: 28,
      num_key_value_heads: 4,
      vocab_size: 152_064,
    });
    const {total, embedding} = parameterCount(record);
    expect(weightCount(sizes)).toBe(total - embedding - 28 * (3584 + 2 * 512 + 2 * 3584) - 3584);
  });

  test("operations are linear in queries and in pairs", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (queries, pairs) => {
        const one = operationsOf(sizes, {passes: 1, queries, pairs, keys: 0});
        const two = operationsOf(sizes, {passes: 2, queries: 2 * queries, pairs: 2 * pairs, keys: 0});
        expect(two).toEqual({linear: 2 * one.linear, attention: 2 * one.attention});
      }),
    );
  });

  test("one token is bound by bytes, a thousand by operations", () => {
    const machine = {operationsPerSecond: 1e14, bytesPerSecond: 1e12};
    const seconds = (queries: number) =>
      passSeconds(sizes, {passes: 1, queries, pairs: queries * 1000, keys: 1000}, machine, 2);
    const bytes = (2 * (weightCount(sizes) + 2 * 28 * 512 * 1000)) / 1e12;
    expect(seconds(1)).toBeCloseTo(bytes, 12);
    expect(seconds(1000)).toBeGreaterThan(5 * bytes);
  });

  test("layers in half of the bits read half of their bytes, a head and keys as many as before", () => {
    const work = {passes: 3, queries: 3, pairs: 300, keys: 300};
    const [whole, half] = [bytesRead(sizes, work, 4), bytesRead(sizes, work, 4, 2)];
    expect(whole - half).toBe(2 * 3 * (weightCount(sizes) - sizes.hidden * sizes.vocab));
  });
});
