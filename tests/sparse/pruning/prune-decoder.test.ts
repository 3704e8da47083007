import {beforeAll, describe, expect, test} from "vitest";
import {type InputStatistics, inputStatistics} from "../../../src/lib/engine/calibration/input-statistics.js";
import {type DecoderWeights, inputGroups} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {openDecoderWeights} from "../../../src/lib/engine/open-decoder.js";
import {nOfM, unstructured} from "../../../src/lib/sparse/pruning/pattern.js";
import {pruneDecoder} from "../../../src/lib/sparse/pruning/prune-decoder.js";
import {pruningMethods} from "../../../src/lib/sparse/pruning/registry.js";
import {FAMILIES} from "../../../src/lib/technique/families.js";
import {TINY_CONFIG, tinyFolder, tinyTensors} from "../../engine/tiny.js";

let weights: DecoderWeights;
let statistics: InputStatistics;

beforeAll(async () => {
  weights = await openDecoderWeights(tinyFolder(TINY_CONFIG, tinyTensors(TINY_CONFIG)));
  statistics = await inputStatistics(weights, {
    texts: [
      [3, 17, 5, 11, 2, 19, 8, 1],
      [6, 4, 4, 9],
    ],
  });
});

describe.each(pruningMethods.all)("$id on a decoder", ({id: method, needs, label, source, family}) => {
  test("names itself, its source and a family with a colour", () => {
    expect(method).toMatch(/^[a-z0-9-]+$/);
    expect(label).not.toBe("");
    expect(source).toMatch(/arXiv/);
    expect(FAMILIES).toHaveProperty([family]);
  });

  test("prunes the projections and nothing else", () => {
    const pruned = pruneDecoder(weights, {method, pattern: nOfM(1, 2), statistics});
    const names = new Set(inputGroups(weights).flatMap(({readers}) => readers));
    for (const [name, tensor] of weights.tensors) {
      if (names.has(name)) expect(pruned.weights.tensors.get(name)).not.toEqual(tensor);
      else expect(pruned.weights.tensors.get(name)).toBe(tensor);
    }
    expect(pruned.nonZeros).toBeLessThanOrEqual(pruned.elements / 2);
  });

  test("at density 1 gives the model as it is", () => {
    const same = pruneDecoder(weights, {method, pattern: unstructured(1)});
    expect(same.weights.tensors).toEqual(weights.tensors);
    expect(same.nonZeros).toBe(same.elements);
  });

  test("leaves other layers alone, and asks for statistics only if it needs them", () => {
    const options = {method, pattern: unstructured(0.5), layers: new Set([1])};
    const {tensors} = pruneDecoder(weights, {...options, statistics}).weights;
    const name = (layer: number) => `model.layers.${layer}.mlp.down_proj.weight`;
    expect(tensors.get(name(0))).toBe(weights.tensors.get(name(0)));
    expect(tensors.get(name(1))).not.toEqual(weights.tensors.get(name(1)));
    if (needs.length === 0) expect(pruneDecoder(weights, options).weights.tensors).toEqual(tensors);
    else
      expect(() => pruneDecoder(weights, options)).toThrow(`method ${method} needs statistics of the inputs`);
  });
});
