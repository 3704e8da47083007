import {describe, expect, test} from "vitest";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import type {EvalSeed} from "../../src/lib/evaluate/eval-texts.js";
import {evaluateModel, measured, memoized, scoreModel} from "../../src/lib/evaluate/evaluate.js";
import {EVALUATION_COLUMNS, evaluationRows} from "../../src/lib/evaluate/evaluation-rows.js";
import {scanLayers} from "../../src/lib/evaluate/layer-sensitivity.js";
import {prepareModel} from "../../src/lib/evaluate/prepare-model.js";
import {compareScores} from "../../src/lib/evaluate/quality.js";
import {scorePair} from "../../src/lib/evaluate/token-scores.js";
import {fp32} from "../../src/lib/formats/float/float.js";
import {int} from "../../src/lib/formats/int.js";
import {mxfp4} from "../../src/lib/formats/mx/mx.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {tinyFolder} from "../engine/tiny.js";

const SEEDS: readonly EvalSeed[] = [1, 2, 3].map((seed) => ({
  seed,
  texts: [0, 1].map((k) => ({
    tokens: Array.from({length: 12}, (_, i) => (i * (seed + 4) + 3 * k) % 23),
    answers: [4, 7],
  })),
  samples: [],
}));

const tiny = () => openDecoderWeights(tinyFolder());

/** A model that always believes in the token one above the last, with this probability. */
function counting(probability: number) {
  const next = (id: number) => (id + 1) % 23;
  return {
    logits: (ids: readonly number[]) =>
      tensor(
        ids.flatMap((id) =>
          Array.from({length: 23}, (_, v) => Math.log(v === next(id) ? probability : (1 - probability) / 22)),
        ),
        [ids.length, 23],
      ),
    write: (turns: readonly {prompt: readonly number[]; tokens: number}[]) =>
      turns.map(({prompt, tokens}) => Array.from({length: tokens}, (_, i) => (prompt.at(-1)! + 1 + i) % 23)),
  };
}

const silent = {
  ...counting(0.5),
  write: (turns: readonly {tokens: number}[]) => turns.map(({tokens}) => Array<number>(tokens).fill(0)),
};

function sampleOf(answer: number[]) {
  const turns = [{prompt: Uint8Array.of(4, 5), answer: Uint8Array.from(answer)}];
  return {task: "count", sample: {turns}};
}

describe("evaluateModel", () => {
  test("of a model against itself finds no difference, and its perplexity", async () => {
    const model = counting(0.5);
    const texts = [{tokens: [1, 2, 3, 4], answers: [2]}];
    const found = await evaluateModel(model, model, [{seed: 7, texts, samples: []}]);
    expect(found.pooled.comparison!.model.perplexity.value).toBeCloseTo(2, 6);
    expect(found.pooled.comparison!.kl.max).toBe(0);
    expect(found.pooled.answers!.model.share).toBe(1);
    expect(found.pooled.tasks).toEqual({});
  });

  test("pools the tokens of all seeds and keeps each seed's own", async () => {
    const weights = await tiny();
    const baseline = await prepareModel(weights, {});
    const model = await prepareModel(weights, {weights: mxfp4});
    const found = await evaluateModel(model, baseline, SEEDS);
    const pair = ({tokens}: {tokens: readonly number[]}) =>
      scorePair(baseline.logits(tokens.slice(0, -1)), model.logits(tokens.slice(0, -1)), tokens.slice(1));
    const all = SEEDS.flatMap(({texts}) => texts.map(pair));
    expect(found.pooled.comparison).toEqual(compareScores(all));
    expect(found.seeds.map(({seed}) => seed)).toEqual([1, 2, 3]);
    expect(found.seeds[1].comparison).toEqual(compareScores(all.slice(2, 4)));
    expect(found.pooled.answers!.model.trials).toBe(12);
    const {spread} = found;
    expect(spread.klMean.value).toBeCloseTo(
      found.seeds.reduce((sum, {comparison}) => sum + comparison!.kl.mean.value / 3, 0),
      12,
    );
    expect(spread.perplexity.seeds).toBe(3);
  });

  test("counts answers and copies apart, and only from where a text says", async () => {
    // The model counts up by one: it is right wherever the text does.
    const text = {tokens: [1, 2, 3, 9, 10, 4], answers: [1, 4], copies: [2, 3, 5]};
    const never = {
      ...counting(0.5),
      logits: (ids: readonly number[]) => counting(0.5).logits(ids.map((id) => id + 1)),
    };
    const over = (from?: number) =>
      evaluateModel(counting(0.5), never, [
        {seed: 1, texts: [{...text, ...(from && {from})}], samples: []},
      ]).then(({pooled}) => pooled);
    const [all, tail] = [await over(), await over(3)];
    expect(all.answers).toMatchObject({model: {share: 1, trials: 2}, baseline: {share: 0}});
    expect(all.copies).toMatchObject({model: {share: 1 / 3, trials: 3}, difference: {value: 1 / 3}});
    expect(all.comparison!.model.tokens).toBe(5);
    expect(tail.answers!.model.trials).toBe(1);
    expect(tail.copies!.model).toMatchObject({share: 0, trials: 2});
    expect(tail.comparison!.model.tokens).toBe(3);
  });

  test("counts documents and not their tokens: reading a text twice does not narrow what is known", async () => {
    const of = async (repeats: number) => {
      const texts = Array.from({length: 6}, (_, k) => ({
        tokens: [1, 2, 3, 4 + k, 5, 6 + k, 7, 8],
        answers: Array(repeats).fill([3, 4, 5, 6]).flat(),
      }));
      return (await evaluateModel(counting(0.5), counting(0.4), [{seed: 1, texts, samples: []}])).pooled;
    };
    const [once, often] = [await of(1), await of(20)];
    expect(often.answers!.model.trials).toBe(20 * once.answers!.model.trials);
    expect(once.answers!.model.documents).toBe(6);
    const width = ({low, high}: {low: number; high: number}) => high - low;
    expect(width(often.answers!.model)).toBeGreaterThan(0.8 * width(once.answers!.model));
    expect(once.comparison!.difference.perplexity.standardError).toBeGreaterThan(0);
  });

  test("sums up parts of what was scored", async () => {
    const scores = await scoreModel(counting(0.5), counting(0.4), SEEDS);
    const half = measured(scores.map((seed) => ({...seed, texts: seed.texts.slice(1)})));
    const alone = SEEDS.map((seed) => ({...seed, texts: seed.texts.slice(1)}));
    expect(half).toEqual((await evaluateModel(counting(0.5), counting(0.4), alone)).pooled);
  });

  test("asks tasks by letting the models write", async () => {
    const samples = [sampleOf([6, 7]), sampleOf([6, 8]), sampleOf([6, 7])];
    const seeds = [1, 2].map((seed) => ({seed, texts: [], samples}));
    const found = await evaluateModel(counting(0.5), silent, seeds);
    expect(found.pooled.comparison).toBeNull();
    expect(found.pooled.tasks.count.model).toMatchObject({share: 4 / 6, trials: 6});
    expect(found.pooled.tasks.count.baseline.share).toBe(0);
    expect(found.spread.count.value).toBeCloseTo(2 / 3, 12);
    expect(found.spread.perplexity).toBeUndefined();
  });

  test("tells how far it is, and ends when told to", async () => {
    const shares: number[] = [];
    const model = counting(0.9);
    await evaluateModel(model, model, SEEDS, {progress: (share) => shares.push(share)});
    expect(shares).toEqual([1, 2, 3, 4, 5, 6].map((k) => k / 6));
    const stop = new AbortController();
    let calls = 0;
    const slow = {
      ...model,
      logits(ids: readonly number[]) {
        calls++;
        return model.logits(ids);
      },
    };
    // A timer of the event loop: it only gets its turn if the evaluation gives it one.
    setTimeout(() => stop.abort(), 0);
    await expect(evaluateModel(slow, model, SEEDS, {signal: stop.signal})).rejects.toThrow(/abort/i);
    expect(calls).toBeLessThan(6);
  });

  test("refuses no seeds and seeds without anything to measure", async () => {
    const model = counting(0.5);
    const message = "evaluateModel: every seed must have a text or a sample, and there must be a seed";
    await expect(evaluateModel(model, model, [])).rejects.toThrow(message);
    await expect(evaluateModel(model, model, [{seed: 1, texts: [], samples: []}])).rejects.toThrow(message);
  });

  test("a memoized baseline computes each text once and gives the same", async () => {
    const weights = await tiny();
    const baseline = await prepareModel(weights, {});
    let calls = 0;
    const counted = {
      ...baseline,
      logits(ids: readonly number[]) {
        calls++;
        return baseline.logits(ids);
      },
    };
    const once = memoized(counted);
    const model = await prepareModel(weights, {weights: mxfp4});
    const first = await evaluateModel(model, once, SEEDS);
    expect(await evaluateModel(model, once, SEEDS)).toEqual(first);
    expect(await evaluateModel(model, baseline, SEEDS)).toEqual(first);
    expect(calls).toBe(6);
  });
});

describe("prepareModel", () => {
  test("without a setup, and with fp32 everywhere, is the float model", async () => {
    const weights = await tiny();
    const ids = SEEDS[0].texts[0].tokens;
    const plain = await prepareModel(weights, {});
    const exact = await prepareModel(weights, {weights: fp32, activations: fp32, kv: fp32});
    expect(exact.logits(ids)).toEqual(plain.logits(ids));
    expect([plain.bitsPerWeight, plain.bitsPerKv]).toEqual([null, null]);
    expect([exact.bitsPerWeight, exact.bitsPerKv]).toEqual([32, 32]);
  });

  test("each part of a setup changes the logits, and the sizes are those of the packed bytes", async () => {
    const weights = await tiny();
    const ids = SEEDS[0].texts[0].tokens;
    const plain = await prepareModel(weights, {});
    const int4 = int({bits: 4, groupSize: 4});
    for (const setup of [{weights: int4}, {activations: int4}, {kv: int4}]) {
      expect((await prepareModel(weights, setup)).logits(ids)).not.toEqual(plain.logits(ids));
    }
    const {bitsPerWeight, bitsPerKv} = await prepareModel(weights, {weights: int4, kv: int4});
    // Four bits, and a float16 scale for each group of four.
    expect([bitsPerWeight, bitsPerKv]).toEqual([8, 8]);
  });

  test("activations are quantized in the layers named only", async () => {
    const weights = await tiny();
    const ids = SEEDS[0].texts[0].tokens;
    const activations = int({bits: 3});
    const logits = async (...layers: number[]) =>
      (await prepareModel(weights, {activations, layers: new Set(layers)})).logits(ids);
    expect(await logits()).toEqual((await prepareModel(weights, {})).logits(ids));
    expect(await logits(0)).not.toEqual(await logits(1));
    expect(await logits(0, 1)).toEqual((await prepareModel(weights, {activations})).logits(ids));
  });

  test("writes what comes after everything before, turn by turn", async () => {
    const model = await prepareModel(await tiny(), {});
    const [first, second] = model.write([
      {prompt: [1, 2, 3], tokens: 2},
      {prompt: [4], tokens: 1},
    ]);
    const best = (ids: readonly number[]) => {
      const {data} = model.logits(ids);
      const row = data.slice(-23);
      return row.indexOf(Math.max(...row));
    };
    const a = best([1, 2, 3]);
    const b = best([1, 2, 3, a]);
    expect(first).toEqual([a, b]);
    expect(second).toEqual([best([1, 2, 3, a, b, 4])]);
  });
});

describe("evaluationRows", () => {
  test("holds every measure for all and for each seed, with only the columns it declares", async () => {
    const weights = await tiny();
    const model = await prepareModel(weights, {weights: mxfp4});
    const found = await evaluateModel(model, await prepareModel(weights, {}), SEEDS);
    const rows = evaluationRows(found, model);
    for (const row of rows) {
      expect(Object.keys(row).sort()).toEqual([...Object.keys(EVALUATION_COLUMNS), "provenance"].sort());
      expect(Object.values(row).some(Number.isNaN)).toBe(false);
      expect(row.provenance).toBe("measured");
    }
    const value = (seed: string, measure: string) =>
      rows.find((row) => row.seed === seed && row.measure === measure)!;
    expect(value("all", "perplexity")).toMatchObject({
      value: found.pooled.comparison!.model.perplexity.value,
      baseline: found.pooled.comparison!.baseline.perplexity.value,
    });
    expect(value("2", "same top token").value).toBe(found.seeds[1].comparison!.sameTop.share);
    expect(value("all", "bits per weight of the projections").value).toBe(model.bitsPerWeight);
    expect(value("all", "bits per cached number").value).toBe(32);
  });

  test("leaves the error of a single seed empty and keeps intervals of shares inside 0 and 1", async () => {
    const samples = [sampleOf([6, 7]), sampleOf([6, 8])];
    const sizes = {bitsPerWeight: null, bitsPerKv: null};
    const model = counting(0.5);
    const one = evaluationRows(await evaluateModel(model, model, [{seed: 1, texts: [], samples}]), sizes);
    expect(one.find(({measure}) => measure === "mean over seeds: count")).toMatchObject({
      standardError: null,
      low: null,
      high: null,
    });
    const seeds = [samples, [samples[0]], [samples[1]]].map((own, seed) => ({
      seed,
      texts: [],
      samples: own,
    }));
    const some = evaluationRows(await evaluateModel(model, model, seeds), sizes);
    expect(some.find(({measure}) => measure === "mean over seeds: count")).toMatchObject({low: 0, high: 1});
  });
});

describe("scanLayers", () => {
  test("measures the loss of each layer's quantization, alone and spared", async () => {
    const weights = await tiny();
    const {texts} = SEEDS[0];
    const scan = await scanLayers(weights, {weights: mxfp4}, texts);
    const loss = async (...layers: number[]) => {
      const plain = await prepareModel(weights, {});
      const model = await prepareModel(weights, {weights: mxfp4, layers: new Set(layers)});
      const found = await evaluateModel(model, plain, [{seed: 1, texts, samples: []}]);
      return found.pooled.comparison!.model.nll.value;
    };
    expect(scan.layers.map(({layer}) => layer)).toEqual(["0", "1"]);
    expect(scan.none).toBe(await loss());
    expect(scan.all).toBe(await loss(0, 1));
    expect(scan.layers[0]).toMatchObject({alone: await loss(0), spared: await loss(1)});
  });

  test("scans only the layers named", async () => {
    const scan = await scanLayers(
      await tiny(),
      {activations: int({bits: 3}), layers: new Set([1])},
      SEEDS[0].texts,
    );
    expect(scan.layers).toHaveLength(1);
    expect(scan.layers[0].alone).toBe(scan.all);
  });
});
