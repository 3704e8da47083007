import {beforeAll, describe, expect, test} from "vitest";
import {EVAL_OPTIONS} from "../../src/cli/eval.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf, inputGroups} from "../../src/lib/engine/decoder/decoder-weights.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {formatsOnModel} from "../../src/lib/experiments/models/formats-on-model.js";
import {packedBytes} from "../../src/lib/formats/format.js";
import {int} from "../../src/lib/formats/int.js";
import {intOffset} from "../../src/lib/formats/int-offset.js";
import {formats} from "../../src/lib/formats/registry.js";
import {quantizeDecoder} from "../../src/lib/quant/quantize-decoder.js";
import {quantizationMethods} from "../../src/lib/quant/registry.js";
import {FAMILIES} from "../../src/lib/technique/families.js";
import {TINY_CONFIG, tinyFolder, tinyTensors} from "../engine/tiny.js";
import {formatTaken, largest, maxDifference} from "./helpers.js";

const IDS = [3, 17, 5, 11, 2, 19, 8, 1, 14, 6];
const calibration = [[1, 2, 3, 4, 5, 6, 7, 8], IDS];
let weights: DecoderWeights;

beforeAll(async () => {
  weights = await openDecoderWeights(tinyFolder(TINY_CONFIG, tinyTensors(TINY_CONFIG)));
});

const logits = async (of: DecoderWeights) => forward(await decoderOf(of), IDS).data;

describe.each(quantizationMethods.all)("$id", ({id: method, ...record}) => {
  test("names itself, its source and a family with a colour", () => {
    expect(method, "an id is lower case with hyphens").toMatch(/^[a-z0-9-]+$/);
    expect(record.label, `the record of ${method} has no label`).not.toBe("");
    expect(record.source, `the record of ${method} has no source`).not.toBe("");
    expect(FAMILIES, `the family of ${method} has no name`).toHaveProperty([record.family]);
  });

  test("stands among the choices of the experiment and in the help of the command line", () => {
    expect(formatsOnModel.params.method.options, `no experiment offers ${method}`).toContain(method);
    expect(EVAL_OPTIONS.method.help, `paretoscope eval --method does not name ${method}`).toContain(method);
  });

  test("without rounding the model computes what it computed", async () => {
    const want = await logits(weights);
    const {weights: changed, bytes} = await quantizeDecoder(weights, {format: null, method, calibration});
    expect(bytes).toBe(0);
    // Float32 weights after one more rounding, through two layers of a few dozen terms a sum.
    expect(maxDifference(await logits(changed), want)).toBeLessThan(2 ** -16 * largest(want));
  });

  test("packs into the bytes of the format, whatever it does to the codes", async () => {
    const format = formatTaken(method, int({bits: 4, groupSize: 4}), intOffset({groupSize: 4}));
    const {bytes, elements} = await quantizeDecoder(weights, {format, method, calibration});
    const each = inputGroups(weights).flatMap(({readers}) =>
      readers.map((name) => weights.tensors.get(name)!),
    );
    expect(bytes).toBe(each.reduce((sum, w) => sum + packedBytes(format.encode(w)), 0));
    expect(elements).toBe(each.reduce((sum, w) => sum + w.data.length, 0));
  });

  test("takes texts if and only if its record says that it needs them", async () => {
    const format = formatTaken(method, formats.int4, formats.int4_g64_offset);
    const alone = quantizeDecoder(weights, {format, method});
    if (record.needs.includes("calibration")) {
      await expect(alone).rejects.toThrow(
        `quantizeDecoder: method ${method} needs calibration texts, got none`,
      );
    } else {
      const {weights: changed} = await quantizeDecoder(weights, {format, method, calibration});
      expect(changed).toEqual((await alone).weights);
    }
  });

  test("rounds to every format that it does not refuse with a sentence", async () => {
    for (const id of ["fp16", "fp8_e4m3", "mxfp4", "nvfp4", "razer", "int4_asym", "int4_g64_offset"]) {
      const reason = record.refuses(formats[id]);
      const rounding = quantizeDecoder(weights, {
        format: formats[id],
        method,
        calibration,
        layers: new Set([0]),
      });
      if (reason === null) expect((await rounding).bytes).toBeGreaterThan(0);
      else {
        expect(reason).toMatch(/^[A-Z].*\.$/);
        await expect(rounding).rejects.toThrow(
          `quantizeDecoder: format must suit method ${method}, got ${id}. ${reason}`,
        );
      }
    }
  });

  test("has parameters with defaults that are allowed, and refuses others by name", () => {
    const defaults = Object.entries(record.params).map(([name, param]) => [name, param.default]);
    expect(() => record.steps(Object.fromEntries(defaults))).not.toThrow();
    expect(() => record.steps({magic: 1})).toThrow(`quantizeDecoder: method ${method}: a parameter`);
  });
});

test("a parameter reaches the method", async () => {
  const at = (alpha: number) =>
    quantizeDecoder(weights, {format: null, method: "smoothquant", params: {alpha}, calibration});
  const name = "model.layers.0.input_layernorm.weight";
  const [all, half] = [await at(1), await at(0.5)];
  expect(all.weights.tensors.get(name)).not.toEqual(half.weights.tensors.get(name));
  await expect(at(2)).rejects.toThrow(
    "quantizeDecoder: method smoothquant: alpha must be a number from 0 to 1, got 2",
  );
});
