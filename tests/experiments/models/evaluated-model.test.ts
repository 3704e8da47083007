import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {inputStatistics} from "../../../src/lib/engine/calibration/input-statistics.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {forwardMamba} from "../../../src/lib/engine/mamba/mamba.js";
import {mambaOf} from "../../../src/lib/engine/mamba/mamba-weights.js";
import {openDecoderWeights} from "../../../src/lib/engine/open-decoder.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {corpusCalibration} from "../../../src/lib/evaluate/eval-texts.js";
import {prepareModel} from "../../../src/lib/evaluate/prepare-model.js";
import {
  integerList,
  type ModelSetting,
  modelParams,
  openEvalModel,
} from "../../../src/lib/experiments/models/evaluated-model.js";
import {mambaWeights} from "../../../src/lib/experiments/ssm/mambas.js";
import {formats} from "../../../src/lib/formats/registry.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {quantizationMethods} from "../../../src/lib/quant/registry.js";
import {nOfM} from "../../../src/lib/sparse/pruning/pattern.js";
import {pruneDecoder} from "../../../src/lib/sparse/pruning/prune-decoder.js";
import {pruningMethods} from "../../../src/lib/sparse/pruning/registry.js";
import {quantizeMamba} from "../../../src/lib/ssm/quantize/quantize-mamba.js";
import {scanQuantizers, scanQuantizersFor} from "../../../src/lib/ssm/registry.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";
import {formatTaken} from "../../quant/helpers.js";

type Folder = Awaited<ReturnType<typeof openFolder>>;

const IDS = [1, 40, 7, 100, 3, 55];
const options = {calibration: corpusCalibration(2), backend: wasmBackend};
const setting = (given: Partial<ModelSetting> = {}): ModelSetting => checkParams("test", modelParams, given);

let decoder: Folder;
let mamba: Folder;
beforeAll(async () => {
  decoder = await openFolder("src/data/models/decoder-small");
  mamba = await openFolder("src/data/models/mamba1-small");
});
afterAll(() => Promise.all([decoder.close(), mamba.close()]));

describe("a decoder that is evaluated", () => {
  test("is in float32 the model of its folder, its baseline the same", async () => {
    const opened = await openEvalModel(decoder, setting(), {});
    const model = await decoderOf(await openDecoderWeights(decoder), {backend: await wasmBackend()});
    const want = forward(model, IDS).data;
    expect((await opened.baseline(options)).logits(IDS).data).toEqual(want);
    expect((await opened.prepare(options)).logits(IDS).data).toEqual(want);
    expect(opened.vocabSize).toBe(256);
    expect(opened.maxPositions).toBe(128);
  });

  test("is set up as the library sets it up", async () => {
    const given = {
      weights: "int4",
      activations: "int8_token",
      kv: "mxfp4",
      layers: "0,2",
      method: "smoothquant",
    };
    const opened = await openEvalModel(decoder, setting(given), {});
    const own = await prepareModel(
      await openDecoderWeights(decoder),
      {
        weights: formats.int4,
        activations: formats.int8_token,
        kv: formats.mxfp4,
        layers: new Set([0, 2]),
        method: "smoothquant",
      },
      options,
    );
    const model = await opened.prepare(options);
    expect(model.logits(IDS).data).toEqual(own.logits(IDS).data);
    expect([model.bitsPerWeight, model.bitsPerKv]).toEqual([own.bitsPerWeight, own.bitsPerKv]);
  });

  test.each(quantizationMethods.ids)(
    "takes %s by name, and the parameter's help names it",
    async (method) => {
      const {id} = formatTaken(method, formats.int4, formats.int4_g64_offset);
      const opened = await openEvalModel(decoder, setting({weights: id, method, layers: "0"}), {});
      expect((await opened.prepare(options)).bitsPerWeight).toBeLessThan(5);
      expect(modelParams.method.help).toContain(method);
    },
  );

  test.each(pruningMethods.ids)(
    "is pruned by %s as the library prunes it, before it is rounded",
    async (method) => {
      const given = {weights: "int8", prune: `${method}:2:4`};
      const model = await (await openEvalModel(decoder, setting(given), {})).prepare(options);
      const weights = await openDecoderWeights(decoder);
      const statistics = await inputStatistics(weights, {texts: options.calibration, backend: wasmBackend});
      const {weights: left} = pruneDecoder(weights, {method, pattern: nOfM(2, 4), statistics});
      const own = await prepareModel(left, {weights: formats.int8}, options);
      expect(model.logits(IDS).data).toEqual(own.logits(IDS).data);
      expect(modelParams.prune.help).toContain(method);
    },
  );

  test.each([
    ["wanda", "parsePattern"],
    ["wanda:", "parsePattern"],
    ["wanda:2", "parsePattern"],
    ["lottery:0.5", "pruningMethods"],
    ["0.5", "pruningMethods"],
  ])("refuses to prune by %s", async (prune, where) => {
    await expect(openEvalModel(decoder, setting({prune}), {})).rejects.toThrow(`${where}: `);
  });

  test("refuses a masked diffusion model, which predicts no next token", async () => {
    const masked = await openFolder("src/data/models/diffusion-small");
    await expect(openEvalModel(masked, setting(), {})).rejects.toThrow("model must predict the next token");
    await masked.close();
  });

  test("refuses what belongs to state-space models, layers that are none, and too little memory", async () => {
    await expect(openEvalModel(decoder, setting({bits: "w8a8"}), {})).rejects.toThrow(
      "evaluate: bits is an option of state-space models, got another model",
    );
    await expect(openEvalModel(decoder, setting({layers: "0,x"}), {})).rejects.toThrow(
      'evaluate: layers must be integers of at least 0, got "x"',
    );
    await expect(openEvalModel(decoder, setting(), {maxBytes: 1000})).rejects.toThrow("1000");
  });
});

describe("a state-space model that is evaluated", () => {
  test("is in float32 the model of its folder", async () => {
    const opened = await openEvalModel(mamba, setting(), {});
    const weights = mambaWeights("mamba1-small", await loadData(["weights/mamba1-small"]));
    const model = await mambaOf(weights, {backend: await wasmBackend()});
    expect((await opened.baseline(options)).logits(IDS).data).toEqual(forwardMamba(model, IDS).data);
    expect(opened.maxPositions).toBe(Number.POSITIVE_INFINITY);
  });

  test("is quantized as the library quantizes it, static int8 where no method is named", async () => {
    const weights = mambaWeights("mamba1-small", await loadData(["weights/mamba1-small"]));
    for (const method of ["", "quamba"] as const) {
      const opened = await openEvalModel(mamba, setting({method, bits: "w8a8"}), {});
      const own = await quantizeMamba(weights, {method: method || "static", bits: "w8a8", ...options});
      expect((await opened.prepare(options)).logits(IDS).data).toEqual(own.logits(IDS).data);
    }
  });

  test("takes the methods that need no heads, and names them where another is asked for", async () => {
    const taken = scanQuantizersFor({architecture: "MambaForCausalLM"}).map(({id}) => id);
    for (const {id} of scanQuantizers.all) {
      const opening = openEvalModel(mamba, setting({method: id, bits: "w8a8"}), {});
      if (taken.includes(id)) await expect(opening).resolves.toBeDefined();
      else {
        const message = `evaluate: method must be one of ${taken.join(", ")}, got "${id}"`;
        await expect(opening).rejects.toThrow(message);
      }
      expect(modelParams.method.help).toContain(id);
    }
  });

  test.each(["weights", "activations", "kv"] as const)("refuses %s, an option of decoders", async (name) => {
    await expect(openEvalModel(mamba, setting({[name]: "int4"}), {})).rejects.toThrow(
      `evaluate: ${name} is an option of decoders, got another model`,
    );
  });
});

describe("a list of integers in a text", () => {
  test.each([
    ["", []],
    ["  ", []],
    ["3", [3]],
    ["0, 12,7 ", [0, 12, 7]],
  ])("%j is %j", (text, expected) => {
    expect(integerList("layers", text, 0)).toEqual(expected);
  });

  test.each(["1,,2", "-1", "1.5", "0x3", "a"])("%s is refused", (text) => {
    expect(() => integerList("layers", text, 0)).toThrow("evaluate: layers must be integers of at least 0");
  });
});
