import {beforeAll, describe, expect, test} from "vitest";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {type InputStatistics, inputStatistics} from "../../../src/lib/engine/calibration/input-statistics.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {openDecoderWeights} from "../../../src/lib/engine/open-decoder.js";
import {decoderTokenOperations} from "../../../src/lib/engine/token-operations.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {structuredMethods} from "../../../src/lib/sparse/structured/registry.js";
import {removeUnits} from "../../../src/lib/sparse/structured/remove-units.js";
import {type ByUnit, unitsOf} from "../../../src/lib/sparse/structured/units.js";
import {FAMILIES} from "../../../src/lib/technique/families.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";
import {TINY_CONFIG, tinyFolder, tinyTensors} from "../../engine/tiny.js";
import {largest, maxDifference} from "../../quant/helpers.js";

const IDS = [3, 17, 5, 11, 2, 19, 8, 1, 14, 6];
let weights: DecoderWeights;
let statistics: InputStatistics;

beforeAll(async () => {
  weights = await openDecoderWeights(tinyFolder(TINY_CONFIG, tinyTensors(TINY_CONFIG)));
  statistics = await inputStatistics(weights, {texts: [IDS, [1, 2, 3, 4, 5, 6, 7]]});
});

/** All units but some. */
const allBut = (attention: number[], network: number[]): ByUnit =>
  weights.config.plans.map((plan, layer) => {
    const units = unitsOf(weights.config, plan);
    const without = (count: number, gone: number[]) =>
      Array.from({length: count}, (_, i) => i).filter((i) => layer === 0 || !gone.includes(i));
    return {
      attention: without(units.attention.count, attention),
      network: without(units.network.count, network),
    };
  });

/** The model of the same shape whose readers have zeros, and the same biases, instead of fewer inputs. */
function maskedModel(kept: ByUnit, withBias: DecoderWeights): DecoderWeights {
  const tensors = new Map(weights.tensors);
  for (const [name, found] of withBias.tensors) if (name.endsWith(".bias")) tensors.set(name, found);
  weights.config.plans.forEach((plan, layer) => {
    const units = unitsOf(weights.config, plan);
    for (const part of ["attention", "network"] as const) {
      const {reader, width, count} = units[part];
      const name = `model.layers.${layer}.${reader}.weight`;
      const {data, shape} = weights.tensors.get(name)!;
      const stays = new Set(kept[layer][part]);
      tensors.set(
        name,
        tensor(
          data.map((value, k) => (stays.has(Math.floor((k % (count * width)) / width)) ? value : 0)),
          shape,
        ),
      );
    }
  });
  return {config: weights.config, tensors};
}

const logits = async (of: DecoderWeights) => forward(await decoderOf(of), IDS).data;

describe("units taken out", () => {
  test.each([false, true])("equal units that are masked, with biases: %s", async (compensates) => {
    const kept = allBut([0], [1, 2, 5]);
    const smaller = removeUnits(weights, kept, compensates ? statistics : undefined);
    const want = await logits(maskedModel(kept, smaller));
    expect(maxDifference(await logits(smaller), want)).toBeLessThan(1e-5 * largest(want));
    expect(maxDifference(await logits(weights), want)).toBeGreaterThan(1e-3 * largest(want));
  });

  test("leave a smaller model that computes token by token, also in WebAssembly", async () => {
    const kept = allBut([1], [0, 3]);
    const smaller = removeUnits(weights, kept, statistics);
    const want = await logits(smaller);
    const model = await decoderOf(smaller, {backend: await wasmBackend()});
    const cache = plainKvCache(model.config);
    const last = IDS.map((id) => forward(model, [id], {cache}).data).at(-1)!;
    expect(maxDifference(last, want.subarray(-last.length))).toBeLessThan(1e-4 * largest(want));
    expect(decoderTokenOperations(smaller.config, 10)).toBeLessThan(
      decoderTokenOperations(weights.config, 10),
    );
    const size = ({tensors}: DecoderWeights) =>
      [...tensors.values()].reduce((sum, {data}) => sum + data.length, 0);
    const units = unitsOf(weights.config, weights.config.plans[1]);
    const biases = 2 * weights.config.hiddenSize;
    expect(size(weights) - size(smaller) + biases).toBe(units.attention.weights + 2 * units.network.weights);
  });

  test("leave the mean output of the layer that read them where it was, with compensation", async () => {
    const kept = allBut([0], [2, 4]);
    const smaller = removeUnits(weights, kept, statistics);
    for (const [site, reader] of [
      ["attention.output", "self_attn.o_proj"],
      ["mlp.hidden", "mlp.down_proj"],
    ] as const) {
      const {mean} = statistics({layer: 1, site});
      const name = `model.layers.1.${reader}`;
      const {data, shape} = weights.tensors.get(`${name}.weight`)!;
      const [small, bias] = [`${name}.weight`, `${name}.bias`].map((part) => smaller.tensors.get(part)!);
      const part = site === "attention.output" ? "attention" : "network";
      const {width} = unitsOf(weights.config, weights.config.plans[1])[part];
      const stays = kept[1][part].flatMap((unit) => Array.from({length: width}, (_, i) => unit * width + i));
      for (let row = 0; row < shape[0]; row++) {
        const whole = mean.reduce((sum, mu, j) => sum + data[row * shape[1] + j] * mu, 0);
        const left = stays.reduce(
          (sum, j, i) => sum + small.data[row * stays.length + i] * mean[j],
          bias.data[row],
        );
        expect(left).toBeCloseTo(whole, 5);
      }
    }
  });

  test("are refused where they are not there, twice the same, or all of a part", () => {
    const [first, ...rest] = allBut([], []);
    for (const attention of [[], [0, 0], [1, 0], [99], [0.5]])
      expect(() => removeUnits(weights, [{...first, attention}, ...rest])).toThrow(
        "removeUnits: kept units must be",
      );
  });
});

describe.each(structuredMethods.all)("$id", (method) => {
  test("names itself, its source and a family with a colour", () => {
    expect(method.id).toMatch(/^[a-z0-9-]+$/);
    expect(method.source).not.toBe("");
    expect(FAMILIES).toHaveProperty([method.family]);
  });

  test("at ratio 0 the model is itself", async () => {
    const {weights: same} = method.remove(weights, {ratio: 0, statistics});
    expect(same.tensors).toEqual(weights.tensors);
    expect(await logits(same)).toEqual(await logits(weights));
  });

  test("takes out about the share of weights that is asked for, and says what stays", () => {
    const {weights: smaller, kept} = method.remove(weights, {ratio: 0.3, statistics});
    expect(kept.map(({network}) => network.length)).toEqual(
      smaller.config.plans.map(({channels}) => channels.width),
    );
    const all = weights.config.plans.reduce((sum, plan) => {
      const {attention, network} = unitsOf(weights.config, plan);
      return sum + attention.count * attention.weights + network.count * network.weights;
    }, 0);
    const left = kept.reduce((sum, {attention, network}, layer) => {
      const units = unitsOf(weights.config, weights.config.plans[layer]);
      return sum + attention.length * units.attention.weights + network.length * units.network.weights;
    }, 0);
    expect(Math.abs(left / all - 0.7)).toBeLessThan(0.15);
  });

  test("refuses a ratio that leaves nothing, a parameter it does not have and, where needed, missing statistics", () => {
    expect(() => method.remove(weights, {ratio: 1, statistics})).toThrow(
      `remove ${method.id}: ratio must be from 0 to below 1, got 1`,
    );
    expect(() => method.remove(weights, {ratio: Number.NaN, statistics})).toThrow(RangeError);
    expect(() => method.remove(weights, {ratio: 0.5, statistics, params: {magic: 1}})).toThrow(RangeError);
    if (method.needs.length > 0)
      expect(() => method.remove(weights, {ratio: 0.5})).toThrow(
        "statistics must be those of the inputs, got none",
      );
  });
});
