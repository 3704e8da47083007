import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../src/data/data-sets.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {channelSizes, type Observation, observe, singularValues} from "../../src/lib/engine/observe.js";
import {decoderWeights} from "../../src/lib/experiments/shared/decoders.js";
import {tensor} from "../../src/lib/tensor/tensor.js";

const ids = [1, 3, 20, 90, 91, 2, 4, 20];
let model: Decoder;
let seen: Observation;
beforeAll(async () => {
  model = await decoderOf(decoderWeights("decoder-small", await loadData(["weights/decoder-small"])));
  seen = observe(model, ids, ["k", "layer.output"]);
});

describe("observe", () => {
  test("changes nothing: its logits are those of the plain pass", () => {
    expect(seen.logits).toEqual(forward(model, ids));
  });

  test("gives attention of every layer whose rows are shares of what came before", () => {
    const [T, heads] = [ids.length, model.config.heads];
    expect(seen.attention).toHaveLength(model.config.layers);
    for (const probabilities of seen.attention) {
      expect(probabilities).toHaveLength(heads * T * T);
      for (let row = 0; row < heads * T; row++) {
        const shares = probabilities.subarray(row * T, (row + 1) * T);
        expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        expect(shares.subarray((row % T) + 1).every((share) => share === 0)).toBe(true);
      }
    }
  });

  test("shows a pass through changed tensors, and what they became", () => {
    const zeros = new Float32Array(ids.length * 32);
    const changed = observe(model, ids, ["k", "v"], {
      tensor: (site, layer) => (site === "k" && layer === 0 ? zeros : undefined),
    });
    expect(changed.tensor("k", 0).data).toEqual(zeros);
    expect(changed.tensor("v", 0)).toEqual(observe(model, ids, ["v"]).tensor("v", 0));
    // Keys of zeros: every token looks at all before it alike.
    const T = ids.length;
    expect(changed.attention[0][(T - 1) * T]).toBeCloseTo(1 / T, 6);
    expect(changed.logits).not.toEqual(seen.logits);
  });

  test("keeps the tensors that were asked for and names those that there are", () => {
    expect(seen.tensor("k", 3).shape).toEqual([ids.length, 32]);
    expect(seen.tensor("layer.output", 0).shape).toEqual([ids.length, 64]);
    expect(() => seen.tensor("v", 0)).toThrow(
      "observe: site must be one of k, layer.output of a layer of the model, got v of layer 0",
    );
    expect(() => seen.tensor("k", 4)).toThrow("got k of layer 4");
  });
});

test("channelSizes are the largest magnitude and the rms of each column", () => {
  const {absMax, rms} = channelSizes(tensor([3, 0, -4, 0, 0, -2], [2, 3]));
  expect(Array.from(absMax)).toEqual([3, 0, 4]);
  expect(Array.from(rms)).toEqual([3 / Math.SQRT2, 0, Math.sqrt(10)]);
});

test("singularValues of a diagonal are its magnitudes, descending; of a wide matrix as many as rows", () => {
  expect(Array.from(singularValues(tensor([0, -3, 2, 0], [2, 2])))).toEqual([
    expect.closeTo(3, 10),
    expect.closeTo(2, 10),
  ]);
  expect(singularValues(tensor([1, 2, 3, 4, 5, 6], [2, 3]))).toHaveLength(2);
});
