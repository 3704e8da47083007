import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {activations} from "../../../src/lib/experiments/models/activations.js";
import {ALL_SEEDS, formatsOnModel} from "../../../src/lib/experiments/models/formats-on-model.js";
import {CHANNEL_SITES, inside, KV_SITES} from "../../../src/lib/experiments/models/inside.js";
import {ALL, layerSensitivity} from "../../../src/lib/experiments/models/layer-sensitivity.js";
import {oneSentence} from "../../../src/lib/experiments/models/one-sentence.js";
import {DECODER_NEEDS} from "../../../src/lib/experiments/shared/decoders.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {quantizationMethods} from "../../../src/lib/quant/registry.js";
import {encodeText} from "../../../src/lib/tasks/vocabulary.js";

let data: DataSets;
beforeAll(async () => {
  data = await loadData(DECODER_NEEDS);
});

/** Few documents: what holds at all holds here. */
const FEW = {documents: 2, samples: 1} as const;

describe("formats-on-model", () => {
  const run = (given: Parameters<typeof formatsOnModel.run>[0]) =>
    formatsOnModel.run({...FEW, ...given}, {data});

  test("gives a row for all seeds and one for each of at least three", async () => {
    const rows = await run({formats: ["int8"]});
    const [all, ...seeds] = rows;
    expect(all.seed).toBe(ALL_SEEDS);
    expect(seeds.length).toBeGreaterThanOrEqual(3);
    expect(all.tokens).toBe(seeds.reduce((sum, {tokens}) => sum + tokens, 0));
    expect(all.tokens).toBe(128 * FEW.documents * seeds.length);
    expect(all.retrievalTrials).toBe(seeds.reduce((sum, {retrievalTrials}) => sum + retrievalTrials, 0));
  });

  test("finds no difference at all in fp16: the stored weights are float16", async () => {
    for (const row of await run({formats: ["fp16"]})) {
      expect(row).toMatchObject({bitsPerWeight: 16, klMean: 0, kl99: 0, difference: 0, sameTop: 1});
    }
  });

  test("counts the bits that the projections pack into, and orders sizes as damage", async () => {
    const rows = await run({formats: ["int8", "int4", "int3"]});
    const pooled = rows.filter(({seed}) => seed === ALL_SEEDS);
    const byFormat = Object.fromEntries(pooled.map((row) => [row.format, row]));
    // A float16 scale for every row of 64 or 176 values: groups of 128 end with the row.
    const perLayer = 46080;
    const scales = 64 + 32 + 32 + 64 + 176 + 176 + 64 * 2;
    for (const bits of [3, 4, 8]) {
      const exact = bits + (16 * scales) / perLayer;
      expect(byFormat[`int${bits}`].bitsPerWeight).toBeCloseTo(exact, 10);
    }
    expect(byFormat.int8.klMean).toBeLessThan(byFormat.int4.klMean / 10);
    expect(byFormat.int4.klMean).toBeLessThan(byFormat.int3.klMean);
    expect(byFormat.int3.differenceLow).toBeGreaterThan(0);
  });

  test("quantizes activations too, in RaZeR's own format where the weights are RaZeR", async () => {
    const [weightsOnly] = await run({formats: ["razer"]});
    const [both] = await run({formats: ["razer"], activations: "as weights"});
    const [named] = await run({formats: ["razer"], activations: "razer_act"});
    expect(weightsOnly.activations).toBe("float32");
    expect(both.activations).toBe("razer_act");
    expect(both).toEqual(named);
    expect(both.klMean).toBeGreaterThan(weightsOnly.klMean);
  });

  test("packs keys and values and counts their bits", async () => {
    const [row] = await run({formats: ["fp16"], kv: "int4"});
    expect(row).toMatchObject({kv: "int4", bitsPerKv: 4 + 16 / 16});
    expect(row.klMean).toBeGreaterThan(0);
  });

  test("takes every method", async () => {
    const methods = formatsOnModel.params.method.options;
    const kl = new Map<string, number>();
    for (const method of methods) {
      // Of two formats of three bits the first that the method takes.
      const {refuses} = quantizationMethods.byId(method);
      const format = ["int3", "int3_g64_offset"].find((id) => refuses(formatById(id)) === null)!;
      const [row] = await run({formats: [format], method});
      expect(row.method).toBe(method);
      kl.set(method, row.klMean);
    }
    expect(new Set(kl.values()).size).toBe(methods.length);
    expect(kl.get("gptq")).toBeLessThan(kl.get("rtn")!);
  }, 120_000);

  test("keeps every interval around its value", async () => {
    const [pooled, ...seeds] = await run({formats: ["int3"]});
    expect(seeds.every(({documents, klLow}) => documents < 6 && klLow === null)).toBe(true);
    for (const row of [pooled]) {
      expect(row.documents).toBe(6);
      expect(row.klLow).toBeLessThan(row.klMean);
      expect(row.klHigh).toBeGreaterThan(row.klMean);
      expect(row.sameTopLow).toBeLessThanOrEqual(row.sameTop);
      expect(row.sameTopHigh).toBeGreaterThanOrEqual(row.sameTop);
      expect(row.retrievalLow).toBeLessThanOrEqual(row.retrieval!);
      expect(row.retrievalHigh).toBeGreaterThanOrEqual(row.retrieval!);
      expect(row.klMedian).toBeLessThanOrEqual(row.kl99);
    }
  });

  test("gives the same rows again, and ends when it is told to", async () => {
    expect(await run({formats: ["nvfp4"]})).toEqual(await run({formats: ["nvfp4"]}));
    const end = new AbortController();
    const running = formatsOnModel.run(
      {...FEW, formats: ["int4"]},
      {data, signal: end.signal, progress: (share) => share > 0.3 && end.abort(new Error("enough"))},
    );
    await expect(running).rejects.toThrow("enough");
  });
});

describe("one-sentence", () => {
  const sentence = "fact otter amber plum . query otter amber plum .";

  test("has a row a word whose surprise is -ln of its probability", async () => {
    const rows = await oneSentence.run({}, {data});
    expect(rows.map(({word}) => word).join(" ")).toBe(sentence);
    for (const {probability, surprise, quantized, quantizedSurprise, kl} of rows) {
      expect(surprise).toBeCloseTo(-Math.log(probability), 12);
      expect(quantizedSurprise).toBeCloseTo(-Math.log(quantized), 12);
      expect(kl).toBeGreaterThanOrEqual(0);
    }
  });

  test("is surprised by a fact and not by its answer", async () => {
    const rows = await oneSentence.run({format: "fp16"}, {data});
    // An even guess among 64 values costs ln 64.
    for (const i of [2, 3]) expect(Math.abs(rows[i].surprise - Math.log(64))).toBeLessThan(0.3);
    for (const i of [7, 8]) expect(rows[i].surprise).toBeLessThan(0.05);
    for (const {kl, likeliest, quantizedLikeliest} of rows) {
      expect(kl).toBe(0);
      expect(quantizedLikeliest).toBe(likeliest);
    }
  });

  test("names a word that it does not know", async () => {
    await expect(oneSentence.run({sentence: "fact platypus"}, {data})).rejects.toThrow(/word 2 .*platypus/);
  });
});

describe("layer-sensitivity", () => {
  test("rounds each matrix alone, each layer and all of them", async () => {
    const rows = await layerSensitivity.run({documents: 2}, {data});
    const at = (layer: string, matrix: string) =>
      rows.find((row) => row.layer === layer && row.matrix === matrix)!;
    expect(rows).toHaveLength(4 * 7 + 4 + 1);
    expect(at(ALL, ALL).weights).toBe(4 * at("0", ALL).weights);
    for (const layer of ["0", "1", "2", "3"]) {
      const single = rows.filter((row) => row.layer === layer && row.matrix !== ALL);
      expect(single.reduce((sum, {weights}) => sum + weights, 0)).toBe(at(layer, ALL).weights);
      for (const row of single) {
        expect(row.klMean).toBeGreaterThan(0);
        expect(row.klMean).toBeLessThan(at(layer, ALL).klMean);
      }
      expect(at(layer, ALL).klMean).toBeLessThan(at(ALL, ALL).klMean);
    }
    const most = rows.filter(({matrix}) => matrix !== ALL).toSorted((a, b) => b.klMean - a.klMean)[0];
    // The values of the layer whose heads look facts up.
    expect([most.layer, most.matrix]).toEqual(["1", "v_proj"]);
  }, 60_000);
});

describe("inside", () => {
  const prompt = "fact otter amber plum . quiet river . query otter";
  type Rows = Awaited<ReturnType<typeof inside.run>>;
  let rows: Rows;
  beforeAll(async () => {
    rows = await inside.run({prompt, layer: 1}, {data});
  });
  const part = (name: string) => rows.filter((row) => row.part === name);
  const T = encodeText(prompt).length + 1;

  test("predicts at every position, likeliest first, and completes the query", () => {
    for (let index = 0; index < T; index++) {
      const here = part("prediction").filter((row) => row.index === index);
      const values = here.map(({value}) => value);
      expect(here.map(({other}) => other)).toEqual([0, 1, 2, 3, 4]);
      expect(values).toEqual(values.toSorted((a, b) => b - a));
      expect(values.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(1 + 1e-12);
    }
    expect(part("prediction").find(({index, other}) => index === T - 1 && other === 0)!.word).toBe("amber");
    expect(
      part("next")
        .map(({word}) => word)
        .join(" "),
    ).toBe(prompt);
  });

  test("agrees with one-sentence on the probability of every word", async () => {
    const words = await oneSentence.run({sentence: prompt}, {data});
    part("next").forEach(({value}, i) => {
      expect(value).toBeCloseTo(words[i].probability, 5);
    });
  });

  test("attends only to what came before, nearly all of it kept", () => {
    for (const head of [0, 1, 2, 3]) {
      for (let index = 0; index < T; index++) {
        const looks = part("attention").filter((row) => row.head === head && row.index === index);
        expect(looks.every(({other}) => other! <= index)).toBe(true);
        const sum = looks.reduce((total, {value}) => total + value, 0);
        expect(sum).toBeLessThan(1 + 1e-5);
        expect(sum).toBeGreaterThan(1 - 0.004 * T);
      }
    }
  });

  test("finds heads of layer 1 that look from the query at the word after the same key", () => {
    const looks = part("attention").filter(({index, other}) => index === T - 1 && other === 3);
    expect(Math.max(...looks.map(({value}) => value))).toBeGreaterThan(0.5);
  });

  test("gives every channel of the site and full spectra that descend from 1", () => {
    expect(part("channel").map(({index}) => index)).toEqual(Array.from({length: 64}, (_, i) => i));
    for (const site of KV_SITES) {
      const values = part("spectrum")
        .filter((row) => row.site === site)
        .map(({value}) => value);
      expect(values).toHaveLength(Math.min(T, 32));
      expect(values[0]).toBe(1);
      expect(values).toEqual(values.toSorted((a, b) => b - a));
    }
  });

  test.each(CHANNEL_SITES)("knows the channels of %s", async (site) => {
    const channels = (await inside.run({prompt, site}, {data})).filter((row) => row.part === "channel");
    expect(channels).toHaveLength(site === "mlp.hidden" ? 176 : 64);
    expect(Math.max(...channels.map(({value}) => value))).toBeGreaterThanOrEqual(1);
  });

  test("says which layers there are", async () => {
    await expect(inside.run({layer: 4}, {data})).rejects.toThrow(
      "run models/inside: layer must be 0 to 3 for decoder-small, got 4",
    );
  });

  test("sees in the twin the same predictions and larger channels", async () => {
    const twin = await inside.run(
      {prompt, layer: 1, site: "attention.input", model: "decoder-small-outliers"},
      {data},
    );
    const own = await inside.run({prompt, layer: 1, site: "attention.input"}, {data});
    const most = (of: Rows) =>
      Math.max(...of.filter((row) => row.part === "channel").map(({value}) => value));
    expect(most(twin)).toBeGreaterThan(2 * most(own));
    const next = (of: Rows) => of.filter((row) => row.part === "next").map(({value}) => value);
    next(twin).forEach((value, i) => {
      expect(value).toBeCloseTo(next(own)[i], 2);
    });
  });
});

describe("activations", () => {
  test("measures every site of every layer, and finds the twin's outliers where they were put", async () => {
    const rows = await activations.run({documents: 2}, {data});
    expect(rows).toHaveLength(2 * 4 * 8);
    const ratio = (model: string, site: string) =>
      Math.max(
        ...rows.filter((row) => row.model === model && row.site === site).map((row) => row.outlierRatio),
      );
    for (const site of ["attention.input", "mlp.input", "k"]) {
      expect(ratio("decoder-small-outliers", site)).toBeGreaterThan(3 * ratio("decoder-small", site));
    }
    // What the rescaling does not touch is the same but for rounding.
    const streams = rows.filter(({site}) => site === "layer.output");
    for (const {model, layer, absMaxOverRms} of streams) {
      const twin = streams.find((row) => row.model !== model && row.layer === layer)!;
      expect(absMaxOverRms).toBeCloseTo(twin.absMaxOverRms, 1);
    }
  });

  test("counts directions of keys and values alone, fewer before rotary than after", async () => {
    const rows = await activations.run({documents: 2, models: ["decoder-small"]}, {data});
    for (const {site, rank, channels} of rows) {
      expect(rank === null).toBe(!(KV_SITES as readonly string[]).includes(site));
      if (rank !== null) expect(rank).toBeLessThanOrEqual(channels);
    }
    const ranks = (site: string) => rows.filter((row) => row.site === site).map(({rank}) => rank!);
    ranks("k").forEach((rank, layer) => {
      expect(rank).toBeLessThan(ranks("k.rotated")[layer]);
    });
  });
});
