import {describe, expect, test} from "vitest";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf, inputGroups} from "../../src/lib/engine/decoder/decoder-weights.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {fp32} from "../../src/lib/formats/float/float.js";
import {packedBytes} from "../../src/lib/formats/format.js";
import {int} from "../../src/lib/formats/int.js";
import {intOffset} from "../../src/lib/formats/int-offset.js";
import {mx, mxfp4} from "../../src/lib/formats/mx/mx.js";
import {formats} from "../../src/lib/formats/registry.js";
import {quantizeDecoder} from "../../src/lib/quant/quantize-decoder.js";
import {type MethodId, quantizationMethods} from "../../src/lib/quant/registry.js";
import {TINY_CONFIG, type TinyConfig, tinyFolder, tinyTensors} from "../engine/tiny.js";
import {formatTaken, largest, maxDifference, meanSquare} from "./helpers.js";

const IDS = [3, 17, 5, 11, 2, 19, 8, 1, 14, 6];
const CALIBRATION = [
  [1, 2, 3, 4, 5, 6, 7, 8],
  [22, 20, 18, 16, 14, 12, 10],
  [0, 5, 10, 15, 20, 3, 9, 21, 13],
];
const int4 = int({bits: 4, groupSize: 4});

/** Norms far from 1, so that a gain left behind, or used twice, shows. */
async function tinyWeights(config: TinyConfig = TINY_CONFIG): Promise<DecoderWeights> {
  const tensors = tinyTensors(config);
  for (const [name, {data}] of tensors) {
    if (!name.includes("norm")) continue;
    (data as Float32Array).forEach((_, i) => {
      (data as Float32Array)[i] = 0.5 + ((i * 7) % 5);
    });
  }
  return openDecoderWeights(tinyFolder(config, tensors));
}

async function logitsOf(weights: DecoderWeights): Promise<Float32Array> {
  return forward(await decoderOf(weights), IDS).data;
}

const TIED = {...TINY_CONFIG, tie_word_embeddings: true};
const MANY_HEADS = {...TINY_CONFIG, num_key_value_heads: 6};
const QWEN = {...TINY_CONFIG, architectures: ["Qwen2ForCausalLM"], tie_word_embeddings: true};

describe("the transforms leave the float model as it was", () => {
  test.each(["rtn", "smoothquant", "hadamard"] as const)("%s", async (method) => {
    for (const config of [TINY_CONFIG, TIED, MANY_HEADS]) {
      const weights = await tinyWeights(config);
      const want = await logitsOf(weights);
      const changed = await quantizeDecoder(weights, {format: null, method, calibration: CALIBRATION});
      expect([changed.elements, changed.bytes]).toEqual([0, 0]);
      // Float32 weights after one more rounding, through two layers of a few dozen terms a sum.
      const got = await logitsOf(changed.weights);
      expect(maxDifference(got, want)).toBeLessThan(2 ** -16 * largest(want));
      if (method === "rtn") expect(got).toEqual(want);
      else
        expect(changed.weights.tensors.get("model.layers.0.self_attn.q_proj.weight")).not.toEqual(
          weights.tensors.get("model.layers.0.self_attn.q_proj.weight"),
        );
    }
  });

  test("rotation takes biases along and gives a tied head a matrix of its own", async () => {
    const folder = tinyFolder(QWEN, withBiases(QWEN));
    const weights = await openDecoderWeights(folder);
    const {weights: rotated} = await quantizeDecoder(weights, {format: null, method: "hadamard"});
    expect(rotated.config.tied).toBe(false);
    expect(rotated.tensors.get("lm_head.weight")!.shape).toEqual([23, 20]);
    const want = await logitsOf(weights);
    expect(maxDifference(await logitsOf(rotated), want)).toBeLessThan(2 ** -16 * largest(want));
  });
});

function withBiases(config: TinyConfig) {
  const tensors = tinyTensors(config);
  for (let layer = 0; layer < 2; layer++) {
    for (const [part, length] of [
      ["q", 24],
      ["k", 12],
      ["v", 12],
      ["o", 20],
    ] as const) {
      const name = `model.layers.${layer}.self_attn.${part}_proj.bias`;
      tensors.set(name, {
        name,
        shape: [length],
        data: Float32Array.from({length}, (_, i) => Math.sin(i + layer)),
      });
    }
  }
  return tensors;
}

describe("rounding", () => {
  test.each(quantizationMethods.ids)("%s: with many bits the model stays what it was", async (method) => {
    const int8 = int({bits: 8, groupSize: 4, scaleType: "f32"});
    const format = formatTaken(method, int8, intOffset({bits: 8, groupSize: 4}));
    for (const config of [TINY_CONFIG, MANY_HEADS]) {
      const weights = await tinyWeights(config);
      const want = await logitsOf(weights);
      const {weights: changed} = await quantizeDecoder(weights, {
        format,
        method,
        calibration: CALIBRATION,
      });
      const got = await logitsOf(changed);
      expect(got).not.toEqual(want);
      // 8 bits err by some 1e-3 of the logits' power after these peaked attentions; a scale left behind by all of it.
      expect(meanSquare(got, want) / meanSquare(want, new Float32Array(want.length))).toBeLessThan(1e-2);
    }
  });

  test("round to nearest changes the seven projections of each layer and nothing else", async () => {
    const weights = await tinyWeights();
    const {weights: changed, elements, bytes} = await quantizeDecoder(weights, {format: mxfp4});
    const projections = inputGroups(weights).flatMap(({readers}) => readers);
    expect(projections).toHaveLength(14);
    let count = 0;
    let size = 0;
    for (const [name, tensor] of weights.tensors) {
      if (!projections.includes(name)) {
        expect(changed.tensors.get(name)).toEqual(tensor);
        continue;
      }
      const packed = mxfp4.encode(tensor);
      expect(changed.tensors.get(name)).toEqual(mxfp4.decode(packed));
      count += tensor.data.length;
      size += packedBytes(packed);
    }
    expect([elements, bytes]).toEqual([count, size]);
  });

  test("fp32 changes nothing and costs 32 bits", async () => {
    const weights = await tinyWeights();
    const {weights: changed, elements, bytes} = await quantizeDecoder(weights, {format: fp32});
    expect(await logitsOf(changed)).toEqual(await logitsOf(weights));
    expect((8 * bytes) / elements).toBe(32);
  });

  test("only the layers named are rounded", async () => {
    const weights = await tinyWeights();
    const {weights: changed} = await quantizeDecoder(weights, {format: int4, layers: new Set([1])});
    for (const [name, tensor] of weights.tensors) {
      if (name.includes("layers.0")) expect(changed.tensors.get(name)).toEqual(tensor);
    }
    expect(await logitsOf(changed)).not.toEqual(await logitsOf(weights));
  });

  test("gptq and awq keep the layer outputs on the calibration texts closer than round to nearest", async () => {
    const weights = await tinyWeights(MANY_HEADS);
    const outputs = async (of: DecoderWeights) => {
      const seen: number[] = [];
      const model = await decoderOf(of);
      for (const ids of CALIBRATION) {
        const hooks = {
          tensor: (site: string, layer: number, x: Float32Array) => {
            // The first layer's updates: what comes later mixes the errors of several layers.
            if (layer === 0 && site === "attention.update") seen.push(...x);
            return undefined;
          },
        };
        forward(model, ids, {hooks});
      }
      return seen;
    };
    const want = await outputs(weights);
    const error = async (method: MethodId) => {
      const options = {format: mx({blockSize: 4}), method, calibration: CALIBRATION, layers: new Set([0])};
      return meanSquare(await outputs((await quantizeDecoder(weights, options)).weights), want);
    };
    const plain = await error("rtn");
    expect(await error("gptq")).toBeLessThan(plain);
    expect(await error("awq")).toBeLessThan(plain);
  });

  test("leaves the weights that it was given alone", async () => {
    const weights = await tinyWeights(MANY_HEADS);
    const before = structuredClone(weights.tensors);
    for (const method of quantizationMethods.ids) {
      const format = formatTaken(method, int4, formats.int4_g64_offset);
      await quantizeDecoder(weights, {format, method, calibration: CALIBRATION});
    }
    expect(weights.tensors).toEqual(before);
  });

  test("refuses unknown methods and layers, a missing calibration, and stops when told to", async () => {
    const weights = await tinyWeights();
    await expect(quantizeDecoder(weights, {format: int4, method: "magic" as MethodId})).rejects.toThrow(
      'quantization methods: id must be one of rtn, hqq, smoothquant, awq, gptq, hadamard, hadamard-gptq, learned-rounding, learned-levels, llm-int8, got "magic"',
    );
    await expect(quantizeDecoder(weights, {format: int4, method: "gptq"})).rejects.toThrow(
      "quantizeDecoder: method gptq needs calibration texts, got none",
    );
    await expect(quantizeDecoder(weights, {format: int4, layers: new Set([2])})).rejects.toThrow(
      "quantizeDecoder: layers must be integers of 0 .. 1, got 2",
    );
    await expect(quantizeDecoder(weights, {format: int4, signal: AbortSignal.abort()})).rejects.toThrow(
      /abort/i,
    );
  });
});
