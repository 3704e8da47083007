import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {decoderOf, inputGroups} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {channelSizes, observe, singularValues} from "../../../src/lib/engine/observe.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds, EVAL_SEEDS} from "../../../src/lib/evaluate/eval-texts.js";
import {evaluateModel, memoized} from "../../../src/lib/evaluate/evaluate.js";
import {prepareModel} from "../../../src/lib/evaluate/prepare-model.js";
import {scorePair} from "../../../src/lib/evaluate/token-scores.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {activations} from "../../../src/lib/experiments/models/activations.js";
import {
  ALL_SEEDS,
  formatsOnModel,
  MODEL_FORMATS,
} from "../../../src/lib/experiments/models/formats-on-model.js";
import {inside} from "../../../src/lib/experiments/models/inside.js";
import {layerSensitivity} from "../../../src/lib/experiments/models/layer-sensitivity.js";
import {oneSentence} from "../../../src/lib/experiments/models/one-sentence.js";
import {decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import {promptIds} from "../../../src/lib/experiments/shared/prompt.js";
import {qualityCells} from "../../../src/lib/experiments/shared/quality-columns.js";
import {formats} from "../../../src/lib/formats/registry.js";
import {quantizationMethods} from "../../../src/lib/quant/registry.js";

let data: DataSets;
beforeAll(async () => {
  data = await loadData(["weights/decoder-small"]);
});
const weights = () => decoderWeights("decoder-small", data);
const backend = {backend: wasmBackend};

describe("formats-on-model", () => {
  const few = {documents: 2, samples: 1} as const;

  test("is the library's evaluation of the library's quantized model, seed by seed", async () => {
    const rows = await formatsOnModel.run({...few, formats: ["int3"], method: "awq"}, {data});
    const task = "needle-multiquery";
    const seeds = corpusSeeds({seeds: EVAL_SEEDS, documents: 2, tasks: [task], samples: 1});
    const options = {...backend, calibration: corpusCalibration(16)};
    const baseline = memoized(await prepareModel(weights(), {}, options));
    const model = await prepareModel(weights(), {weights: formats.int3, method: "awq"}, options);
    const {pooled, seeds: each} = await evaluateModel(model, baseline, seeds);
    expect(rows[0]).toMatchObject({
      ...qualityCells(pooled),
      seed: ALL_SEEDS,
      solved: pooled.tasks[task].model.share,
    });
    each.forEach(({seed, ...measured}, i) => {
      expect(rows[i + 1]).toMatchObject({...qualityCells(measured), seed: String(seed)});
    });
    for (const {solved, solvedLow, solvedHigh, samples, provenance} of rows) {
      // Fewer than six samples have no interval.
      expect([solvedLow, solvedHigh]).toEqual([null, null]);
      expect(solved).toBeLessThanOrEqual(1);
      expect(samples).toBeGreaterThan(0);
      expect(provenance).toBe("measured");
    }
  });

  test("leaves out the formats that a method cannot round to, and says so where none is left", async () => {
    const rows = await formatsOnModel.run({...few, formats: ["fp16", "int4"], method: "gptq"}, {data});
    expect(new Set(rows.map(({format}) => format))).toEqual(new Set(["int4"]));
    await expect(formatsOnModel.run({...few, formats: ["fp16"], method: "gptq"}, {data})).rejects.toThrow(
      "run models/formats-on-model: formats must hold one that gptq can round to, got fp16. GPTQ chooses among",
    );
  });

  test("offers all methods and formats of the registries, and shows baseline formats first", () => {
    expect(formatsOnModel.params.method.options).toEqual(quantizationMethods.ids);
    expect(formatsOnModel.params.formats.options).toEqual(Object.keys(formats));
    expect(MODEL_FORMATS[0]).toBe("fp16");
  });

  test("reads the weights of its model alone, and refuses what it does not know", async () => {
    expect(formatsOnModel.needsOf({model: "decoder-large"} as never)).toEqual(["weights/decoder-large"]);
    await expect(formatsOnModel.run({method: "magic" as "rtn"}, {data})).rejects.toThrow(
      "run models/formats-on-model: method must be one of rtn, hqq, smoothquant, awq, gptq, hadamard, hadamard-gptq",
    );
    await expect(formatsOnModel.run({documents: 1}, {data})).rejects.toThrow(
      "documents must be an integer from 2 to 64, got 1",
    );
  });
});

describe("one-sentence", () => {
  test("is the library's pair of scores, word by word", async () => {
    const sentence = "fact heron velvet bell . query heron";
    const rows = await oneSentence.run({sentence, format: "mxfp4"}, {data});
    const ids = promptIds(sentence);
    const [plain, changed] = [
      await prepareModel(weights(), {}, backend),
      await prepareModel(weights(), {weights: formats.mxfp4}, backend),
    ];
    const read = ids.slice(0, -1);
    const {baseline, model, kl} = scorePair(plain.logits(read), changed.logits(read), ids.slice(1));
    expect(rows.map(({position}) => position)).toEqual(Array.from({length: ids.length - 1}, (_, i) => i + 1));
    rows.forEach((row, i) => {
      expect(row.surprise).toBe(-baseline.logProbs[i]);
      expect(row.quantizedSurprise).toBe(-model.logProbs[i]);
      expect(row.kl).toBe(kl[i]);
    });
  });
});

describe("layer-sensitivity", () => {
  test("rounds the matrices that the library lists, each with as many weights as it has", async () => {
    const rows = await layerSensitivity.run({documents: 2, format: "fp16"}, {data});
    const matrices = inputGroups(weights()).flatMap(({readers}) => readers);
    const single = rows.slice(0, matrices.length);
    single.forEach((row, i) => {
      expect(matrices[i]).toContain(`layers.${row.layer}.`);
      expect(matrices[i]).toContain(row.matrix);
      expect(row.weights).toBe(weights().tensors.get(matrices[i])!.data.length);
    });
    // The stored weights are float16, so that this format changes none of them.
    for (const row of rows) expect(row).toMatchObject({format: "fp16", klMean: 0, difference: 0, sameTop: 1});
  });
});

describe("inside and activations", () => {
  test("spectra are the library's singular values over the largest", async () => {
    const prompt = "fact otter amber plum . query otter";
    const rows = await inside.run({prompt, layer: 2}, {data});
    const decoder = await decoderOf(weights(), {backend: await wasmBackend()});
    const seen = observe(decoder, promptIds(prompt), ["k", "v"]);
    for (const site of ["k", "v"] as const) {
      const values = singularValues(seen.tensor(site, 2));
      const own = rows.filter((row) => row.part === "spectrum" && row.site === site);
      own.forEach(({value}, i) => {
        expect(value).toBeCloseTo(values[i] / values[0], 12);
      });
      expect(own).toHaveLength(values.length);
    }
  });

  test("a site is measured over the tokens of all documents, its ratios at least one", async () => {
    const rows = await activations.run({models: ["decoder-small"], documents: 2}, {data});
    for (const {tokens, channels, absMaxOverRms, outlierRatio} of rows) {
      expect(tokens).toBe(2 * 128);
      expect(channels).toBeGreaterThan(0);
      expect(absMaxOverRms).toBeGreaterThanOrEqual(1);
      expect(outlierRatio).toBeGreaterThanOrEqual(1);
    }
    const [seed] = corpusSeeds({seeds: [4242], documents: 1});
    const decoder = await decoderOf(weights(), {backend: await wasmBackend()});
    const one = observe(decoder, seed!.texts[0].tokens.slice(0, -1), ["mlp.input"]);
    const {absMax, rms} = channelSizes(one.tensor("mlp.input", 0));
    const typical = Math.sqrt(rms.reduce((sum, value) => sum + value * value, 0) / rms.length);
    const [row] = (await activations.run({models: ["decoder-small"], documents: 1}, {data})).filter(
      ({site, layer}) => site === "mlp.input" && layer === 0,
    );
    expect(row!.absMaxOverRms).toBeCloseTo(Math.max(...absMax) / typical, 9);
  });
});
