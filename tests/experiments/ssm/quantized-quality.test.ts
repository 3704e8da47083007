import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {mambaOf} from "../../../src/lib/engine/mamba/mamba-weights.js";
import {channelSizes} from "../../../src/lib/engine/observe.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds} from "../../../src/lib/evaluate/eval-texts.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {MAMBAS, mambaWeights} from "../../../src/lib/experiments/ssm/mambas.js";
import {outliers} from "../../../src/lib/experiments/ssm/outliers.js";
import {packedState} from "../../../src/lib/experiments/ssm/packed-state.js";
import {quantization} from "../../../src/lib/experiments/ssm/quantization.js";
import {
  ALL_SEEDS,
  CALIBRATION_TEXTS,
  FLOAT16,
  methodParams,
  quantizedMeasure,
} from "../../../src/lib/experiments/ssm/quantized-quality.js";
import {tensorErrors} from "../../../src/lib/experiments/ssm/tensor-errors.js";
import {observeMamba} from "../../../src/lib/ssm/quantize/mamba-tensors.js";
import {quantizeMamba} from "../../../src/lib/ssm/quantize/quantize-mamba.js";
import {mambaTensorErrors} from "../../../src/lib/ssm/quantize/tensor-errors.js";
import {mambaFootprint} from "../../../src/lib/ssm/quantize/weight-bytes.js";
import {ownParams, scanQuantizers, scanQuantizersFor} from "../../../src/lib/ssm/registry.js";

let data: DataSets;
beforeAll(async () => {
  data = await loadData(["weights/mamba1-small", "weights/mamba2-small"]);
});
const GROUPS = {headGroups: 2, channelGroups: 4};

describe("the measure of a quantized model", () => {
  test("finds nothing lost by the float model itself, whichever way it reads", async () => {
    const weights = mambaWeights("mamba1-small", data);
    const float16 = await quantizeMamba(weights, {method: "static", bits: "w16a16", backend: wasmBackend});
    for (const reading of ["at once", "token by token"] as const) {
      const measure = await quantizedMeasure(weights, {documents: 1, reading});
      const [all, ...seeds] = await measure(float16, {});
      expect(all!.seed).toBe(ALL_SEEDS);
      expect(seeds).toHaveLength(3);
      // A state packed into float16 between tokens is the only loss there is.
      if (reading === "at once") expect(all!.klMean).toBe(0);
      else expect(all!.klMean).toBeLessThan(1e-4);
    }
  });

  test("counts in bytes what the model's memory counts", async () => {
    const weights = mambaWeights("mamba2-small", data);
    const measure = await quantizedMeasure(weights, {documents: 1, reading: "at once"});
    const model = await quantizeMamba(weights, {method: "dynamic", bits: "w8a8", backend: wasmBackend});
    const {mixers, embedding, head, norms, scales, scanState, convState} = model.memory;
    for (const row of await measure(model, {})) {
      expect(row.weightBytes).toBe(mixers + embedding + head + norms);
      expect(row.stateBytes).toBe(scanState + convState);
      expect(row.scaleBytes).toBe(scales);
      expect(row.bytes).toBe(row.weightBytes + row.scaleBytes + row.stateBytes);
      expect([row.bitsPerWeight, row.bitsPerState]).toEqual([model.bitsPerWeight, model.bitsPerKv]);
    }
  });
});

describe("the parameters that methods share", () => {
  test("are those of the scan quantizers, with defaults for models of two state groups of four heads", () => {
    for (const {id, params} of scanQuantizers.all) {
      for (const name of Object.keys(params)) expect(methodParams, id).toHaveProperty(name);
    }
    const {groups, heads, headDim} = MAMBAS["mamba2-small"];
    expect(methodParams.headGroups.max).toBe(heads / groups);
    expect(methodParams.channelGroups.max).toBe(headDim);
  });

  test.each([
    [{alpha: 0.5}, "alpha must be a number from 0.9 to 1, got 0.5"],
    [{headGroups: 5}, "headGroups must be an integer from 1 to 4, got 5"],
    [{channelGroups: 0}, "channelGroups must be an integer from 1 to 16, got 0"],
    [{methods: ["guess"]}, "methods must be one or more, each once, of static, dynamic"],
    [{bits: []}, "bits must be one or more"],
  ])("%j is refused by name before anything runs", async (given, message) => {
    await expect(quantization.run(given as never, {data})).rejects.toThrow(
      `run ssm/quantization: ${message}`,
    );
  });
});

describe("quantization", () => {
  test("rows have the bytes that the formulas of their method and width say", async () => {
    const {config} = mambaWeights("mamba2-small", data);
    const rows = await quantization.run(
      {methods: ["static", "quamba2"], bits: ["w8a8"], documents: 2},
      {data},
    );
    for (const id of ["static", "quamba2"] as const) {
      const {roundsEnds, memoryBytes} = scanQuantizers.byId(id);
      const {scales, scanState, convState} = memoryBytes(config, ownParams(id, GROUPS), roundsEnds);
      const row = rows.find(({method}) => method === id)!;
      expect(row).toMatchObject({
        scaleBytes: scales,
        stateBytes: scanState + convState,
        provenance: "measured",
      });
      const {mixers, embedding, head, norms} = mambaFootprint(config, "w8", {roundsEnds});
      // These models are not tied, so that a rotated head takes no more than it did.
      expect(row.weightBytes).toBe(mixers + embedding + head + norms);
    }
  });

  test("tries all methods that a model can take, in the registry's order, after the float model", async () => {
    const rows = await quantization.run({model: "mamba1-small", bits: ["w8a8"], documents: 2}, {data});
    const methods = [...new Set(rows.map(({method}) => method))];
    const own = scanQuantizersFor(MAMBAS["mamba1-small"]).map(({id}) => id);
    expect(methods).toEqual([FLOAT16, ...own]);
    for (const {klMean, kl99, perplexity} of rows) {
      expect(klMean).toBeGreaterThanOrEqual(0);
      expect(kl99).toBeGreaterThanOrEqual(0);
      expect(perplexity).toBeGreaterThan(1);
    }
  });
});

describe("packed-state", () => {
  test("offers what scales the state in a way of its own, and a state in bytes is half that in float16", async () => {
    const offered = packedState.params.methods.options;
    expect(offered).toEqual(scanQuantizers.all.filter((each) => each.ownStateScales).map(({id}) => id));
    const rows = await packedState.run({model: "mamba1-small", methods: ["static"], documents: 1}, {data});
    const [float16, fixed] = rows.filter(({seed}) => seed === ALL_SEEDS);
    expect([float16!.method, fixed!.method]).toEqual([FLOAT16, "static"]);
    expect(fixed!.stateBytes).toBe(float16!.stateBytes / 2);
    expect([float16!.bitsPerState, fixed!.bitsPerState]).toEqual([16, 8]);
  });

  test("leaves out a method that the model has no heads for", async () => {
    const given = {model: "mamba1-small", methods: ["static", "state-groups"], documents: 1} as const;
    const rows = await packedState.run(given, {data});
    expect(new Set(rows.map(({method}) => method))).toEqual(new Set([FLOAT16, "static"]));
  });
});

describe("tensor-errors", () => {
  test("is the library's error of each tensor under each method", async () => {
    const documents = 1;
    const rows = await tensorErrors.run({methods: ["clip", "cluster"], documents}, {data});
    const [seed] = corpusSeeds({seeds: [4242], documents});
    const texts = seed!.texts.map(({tokens}) => tokens.slice(0, -1));
    const calibration = corpusCalibration(CALIBRATION_TEXTS);
    for (const method of ["clip", "cluster"] as const) {
      const setup = {method, calibration, backend: wasmBackend, params: ownParams(method, GROUPS)};
      const found = await mambaTensorErrors(mambaWeights("mamba2-small", data), setup, texts);
      const own = rows.filter((row) => row.method === method);
      expect(own).toHaveLength(found.length);
      own.forEach((row, i) => {
        expect(row).toMatchObject(found[i]);
      });
    }
  });
});

describe("outliers", () => {
  test("is the size of every channel over that of its tensor, by the library's own watching", async () => {
    const rows = await outliers.run({model: "mamba1-small", documents: 1}, {data});
    const [seed] = corpusSeeds({seeds: [4242], documents: 1});
    const texts = seed!.texts.map(({tokens}) => tokens.slice(0, -1));
    const model = await mambaOf(mambaWeights("mamba1-small", data), {backend: await wasmBackend()});
    const seen = observeMamba(model, texts);
    for (const tensor of ["input", "B", "output"] as const) {
      const {absMax, rms} = channelSizes(seen.tensor(2, tensor));
      const typical = Math.sqrt(rms.reduce((sum, value) => sum + value * value, 0) / rms.length);
      const own = rows.filter((row) => row.layer === 2 && row.tensor === tensor);
      expect(own.map(({channel}) => channel)).toEqual(Array.from(absMax.keys()));
      own.forEach(({absMaxOverRms}, channel) => {
        expect(absMaxOverRms).toBeCloseTo(absMax[channel] / typical, 9);
      });
    }
  });

  test("looks at no state, and some channel of every tensor reaches its rms", async () => {
    const rows = await outliers.run({model: "mamba1-small", documents: 1}, {data});
    const tensors = [...new Set(rows.map(({tensor}) => tensor))];
    expect(tensors).toEqual(["input", "x", "B", "C", "delta", "output"]);
    for (const tensor of tensors) {
      const most = Math.max(...rows.filter((row) => row.tensor === tensor).map((row) => row.absMaxOverRms));
      expect(most, tensor).toBeGreaterThanOrEqual(1);
    }
  });
});
