import {beforeAll, describe, expect, test} from "vitest";
import {advised} from "../../../src/components/by-hand/kv/cache-advice.js";
import {loadData} from "../../../src/data/data-sets.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {cachedModel} from "../../../src/lib/evaluate/cached-model.js";
import {evaluateModel} from "../../../src/lib/evaluate/evaluate.js";
import {cacheSetting} from "../../../src/lib/experiments/kv/cache-setting.js";
import {CACHES, SHOWN_CACHE_IDS} from "../../../src/lib/experiments/kv/caches.js";
import {CHOOSING, REPORTING} from "../../../src/lib/experiments/kv/halves.js";
import {smallCaches} from "../../../src/lib/experiments/kv/small-caches.js";
import {openedDecoder, testSeeds} from "../../../src/lib/experiments/shared/decoder-texts.js";
import {DECODER_IDS, decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";

/** For each seed: even, so that the halves are as large. */
const DOCUMENTS = 4;

type Rows = Awaited<ReturnType<typeof smallCaches.run>>;

async function run(params: Parameters<typeof smallCaches.run>[0] = {}): Promise<Rows> {
  const data = await loadData(smallCaches.needsOf({model: "decoder-small", ...params} as never));
  return smallCaches.run(params, {data});
}

describe("on the small decoder", () => {
  let rows: Rows;
  const of = (id: string) => rows.find(({technique, seed}) => technique === id && seed === "all")!;
  beforeAll(async () => {
    rows = await run({
      techniques: [
        "fp16",
        "int8",
        "int4",
        "int2",
        "xkv4-quarter",
        "h2o-half",
        "token-butler-half",
        "oracle-quarter",
      ],
      documents: DOCUMENTS,
    });
  }, 120_000);

  test("gives of every technique a row of all documents, of each seed's and of two halves", () => {
    expect(rows).toHaveLength(8 * 6);
    const parts = ["all", "4242", "999", "2718", CHOOSING, REPORTING];
    expect(rows.slice(0, 6).map(({seed}) => seed)).toEqual(parts);
    const [all, ...others] = rows.slice(6, 12);
    expect(all.tokens).toBe(3 * DOCUMENTS * 32);
    for (const own of [others.slice(0, 3), others.slice(3)]) {
      expect(own.reduce((sum, {tokens}) => sum + tokens, 0)).toBe(all.tokens);
      expect(own.reduce((sum, {documents}) => sum + documents, 0)).toBe(all.documents);
    }
    expect(all.rise).toBeCloseTo(all.difference / (all.perplexity - all.difference), 10);
    expect(all.riseLow).toBeLessThan(all.rise);
    expect(all.riseHigh).toBeGreaterThan(all.rise);
  });

  test("advises by some documents, and reports what the others alone say", async () => {
    const {row} = advised(rows, 0.3, "kept")!;
    expect(row.seed).toBe(REPORTING);
    const decoder = await openedDecoder("decoder-small", await loadData(["weights/decoder-small"]));
    const unseen = testSeeds(decoder.config, {documents: DOCUMENTS}).map((seed) => ({
      ...seed,
      texts: seed.texts.filter((_, i) => i % 2 === 1).map((text) => ({...text, from: 97})),
    }));
    const cache = CACHES.byId(row.technique).open(
      cacheSetting(decoderWeights("decoder-small", await loadData(["weights/decoder-small"])), decoder),
    )!;
    const plain = {logits: (ids: readonly number[]) => forward(decoder, ids), write: () => []};
    const cached = {...cachedModel(decoder, cache, 96), write: () => []};
    const {ratio} = (await evaluateModel(cached, plain, unseen)).pooled.comparison!.difference;
    expect(row.documents).toBe((3 * DOCUMENTS) / 2);
    expect(row.rise).toBeCloseTo(ratio.value - 1, 5);
    expect(row.riseLow).toBeCloseTo(ratio.low - 1, 5);
    expect(row.riseHigh).toBeCloseTo(ratio.high - 1, 5);
  });

  test("reads at least 36 documents of the large decoder and 96 of the small ones for the shipped table", () => {
    for (const setting of smallCaches.sweep) expect(setting).not.toHaveProperty("documents");
    const documents = smallCaches.params.documents.default;
    expect(3 * documents).toBeGreaterThanOrEqual(96);
    expect((3 * documents) / 2).toBeGreaterThanOrEqual(36);
  });

  test("has every technique that is shown first in one setting of the sweep for each decoder", () => {
    for (const model of DECODER_IDS) {
      const own = smallCaches.sweep.filter((setting) => setting.model === model);
      expect(own.flatMap(({techniques}) => techniques)).toEqual(SHOWN_CACHE_IDS);
    }
  });

  test("counts the bytes of formats: 512 in float16, and a scale for each head of a token", () => {
    expect(of("fp16").kept).toBe(512);
    expect(of("int8").kept).toBe(256 + 4 * 2 * 2 * 2);
    expect(of("int4").kept).toBe(128 + 4 * 2 * 2 * 2);
    for (const id of ["fp16", "int8", "int4", "int2", "xkv4-quarter", "h2o-half"]) {
      expect(of(id).read).toBe(of(id).kept);
    }
  });

  test("a cache of more bits loses less, and float16 next to nothing", () => {
    expect(of("fp16").klMean).toBeLessThan(1e-5);
    expect(of("int8").klMean).toBeLessThan(of("int4").klMean);
    expect(of("int4").klMean).toBeLessThan(of("int2").klMean);
    expect(of("int2").difference).toBeGreaterThan(1);
  });

  test("reading what the oracle reads loses less than evicting twice as much", () => {
    expect(of("oracle-quarter").klMean).toBeLessThan(of("h2o-half").klMean);
    expect(of("oracle-quarter").read).toBeLessThan(0.6 * of("oracle-quarter").kept);
    expect(of("token-butler-half").kept).toBeGreaterThan(of("fp16").kept);
  });
});

test("outlier channels destroy keys that are quantized per token, and not those per channel", async () => {
  const rows = await run({
    model: "decoder-small-outliers",
    techniques: ["kivi-2", "per-token-2", "bfp4", "ksort-bfp4", "token-butler-half"],
    documents: 4,
  });
  const kl = (id: string) => rows.find(({technique, seed}) => technique === id && seed === "all")!.klMean;
  expect(kl("per-token-2")).toBeGreaterThan(10 * kl("kivi-2"));
  // Blocks of outliers alone spare the other channels.
  expect(kl("bfp4")).toBeGreaterThan(1.5 * kl("ksort-bfp4"));
  // Nobody trained a predictor for it.
  expect(rows.some(({technique}) => technique === "token-butler-half")).toBe(false);
});

test("has a document of the large decoder in each half at the fewest documents allowed", async () => {
  const {min} = smallCaches.params.documents;
  const rows = await run({model: "decoder-large", techniques: ["fp16"], documents: min});
  const documents = (half: string) => rows.find(({seed}) => seed === half)!.documents;
  expect([documents(CHOOSING), documents(REPORTING)]).toEqual([3, 3]);
});

test("asks for the predictor only where there is one", () => {
  expect(smallCaches.needsOf({model: "decoder-small-outliers"} as never)).toEqual([
    "weights/decoder-small-outliers",
  ]);
  expect(smallCaches.needsOf({model: "decoder-large"} as never)).toContain("predictor/decoder-large");
});
