import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {withOutlierChannels} from "../../../src/lib/experiments/formats/injected-outliers.js";
import {int8Threshold} from "../../../src/lib/experiments/formats/int8-threshold.js";
import {outlierChannels} from "../../../src/lib/experiments/formats/outlier-channels.js";
import {decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

let data: DataSets;
beforeAll(async () => {
  data = await loadData(int8Threshold.needs);
});

describe("outlier channels", () => {
  test("leave the logits as they were to the last bit", async () => {
    const plain = decoderWeights("decoder-small", data);
    const {integer} = randomStream(0, "outlier channels");
    const large = withOutlierChannels(plain, {count: 3, factor: 64}, integer);
    const ids = [3, 40, 7, 100, 5];
    const [a, b] = await Promise.all(
      [plain, large].map(async (weights) => forward(await decoderOf(weights), ids)),
    );
    expect(b.data).toEqual(a.data);
    const name = "model.layers.0.input_layernorm.weight";
    const grown = large.tensors
      .get(name)!
      .data.filter((gain, j) => gain === 64 * plain.tensors.get(name)!.data[j]);
    expect(grown.length).toBe(3);
  });

  test("cost integers more than columns apart", async () => {
    const rows = await outlierChannels.run(
      {factors: [64], ways: ["int8, inputs too", "LLM.int8()"], documents: 2},
      {data},
    );
    expect(rows.map(({way}) => way)).toEqual(["int8, inputs too", "LLM.int8()"]);
    expect(rows[1].klMean).toBeLessThan(rows[0].klMean / 2);
    expect(rows.map(({inputs}) => inputs)).toEqual(["int8_token", "llm_int8_inputs"]);
    expect(rows[0].bitsPerWeight).toBe(rows[1].bitsPerWeight);
  });
});

describe("the threshold", () => {
  test("keeps fewer columns and loses more the higher it is, and 0 keeps none", async () => {
    const {rows, columns} = await int8Threshold.runTables({thresholds: [0, 1, 6, 40]}, {data});
    const shares = rows.map(({columnShare}) => columnShare);
    expect(shares[0]).toBe(0);
    expect(shares.slice(1)).toEqual(shares.slice(1).toSorted((a, b) => b - a));
    const [none, all, six, forty] = rows.map(({error}) => error);
    expect(all).toBeLessThan(six);
    expect(six).toBeLessThan(forty);
    expect(forty).toBeLessThan(none);
    for (const {error, exactError} of rows) expect(exactError).toBeLessThanOrEqual(error);
    expect(columns.filter(({largest}) => largest >= 6).length).toBe(shares[2] * columns.length);
  });
});
