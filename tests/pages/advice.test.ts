import {describe, expect, test} from "vitest";
import {adviceFinding, advised, LIMITS} from "../../src/components/by-hand/kv/cache-advice.js";
import {AXES} from "../../src/components/plots/kv/cache-front.js";
import {loadData} from "../../src/data/data-sets.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {cachedModel} from "../../src/lib/evaluate/cached-model.js";
import {evaluateModel} from "../../src/lib/evaluate/evaluate.js";
import {cacheSetting} from "../../src/lib/experiments/kv/cache-setting.js";
import {CACHES} from "../../src/lib/experiments/kv/caches.js";
import {CHOOSING, REPORTING} from "../../src/lib/experiments/kv/halves.js";
import {smallCaches} from "../../src/lib/experiments/kv/small-caches.js";
import {openedDecoder, testSeeds} from "../../src/lib/experiments/shared/decoder-texts.js";
import {DECODER_IDS, type DecoderId, decoderWeights} from "../../src/lib/experiments/shared/decoders.js";
import {keptRows} from "./kept.js";

const rows = keptRows<typeof smallCaches>("kv/small-caches");
const of = (model: DecoderId) => rows.filter((row) => row.model === model);

/** Every cell of the table of advice, for each of its costs. */
function allAdvice(model: DecoderId) {
  const own = of(model);
  const families = [undefined, ...new Set(own.map(({family}) => family))].filter((f) => f !== "baseline");
  return AXES.cost.options.flatMap((cost) =>
    LIMITS.flatMap((limit) =>
      families.flatMap((family) => {
        const found = advised(own, limit, cost, (row) => family === undefined || row.family === family);
        return found ? [{...found, limit, cost, family}] : [];
      }),
    ),
  );
}

describe.each(DECODER_IDS)("the advice that is shown for %s", (model) => {
  const advice = allAdvice(model);

  test("is chosen on half of the documents and reported on the others, all of which count once", () => {
    const count = (half: string) => of(model).find(({seed}) => seed === half)!.documents;
    expect(count(CHOOSING) + count(REPORTING)).toBe(count("all"));
    expect(count("all")).toBeGreaterThanOrEqual(model === "decoder-large" ? 36 : 96);
    expect(advice.length).toBeGreaterThan(30);
    for (const {row} of advice) expect(row).toMatchObject({seed: REPORTING, documents: count(REPORTING)});
  });

  test("loses no more than it allows on documents that it never saw", () => {
    for (const {row, limit, cost, family} of advice) {
      expect(row.rise, `${row.label} for ${limit}, ${cost}, ${family ?? "all"}`).toBeLessThanOrEqual(limit);
    }
  });

  test("is confirmed there beyond doubt in nine cases of ten, and elsewhere says that it is not", () => {
    for (const {row, limit, isConfirmed} of advice) {
      expect(isConfirmed).toBe(row.riseHigh !== null && row.riseHigh <= limit);
    }
    const confirmed = advice.filter(({isConfirmed}) => isConfirmed).length;
    expect(confirmed / advice.length).toBeGreaterThanOrEqual(0.9);
  });

  test("names its documents and its method in the sentence above it", () => {
    const text = adviceFinding(of(model), "kept");
    const {documents} = of(model).find(({seed}) => seed === CHOOSING)!;
    expect(text).toContain(`on ${documents} documents`);
    expect(text).toContain("Student's t over documents, paired with the uncompressed cache");
    expect(text).toContain("one model, trained once");
  });
});

test("the loss that is reported is that of a run on documents the choice never saw", async () => {
  const model = "decoder-small";
  const {row} = advised(of(model), 0.1, "kept")!;
  const data = await loadData([`weights/${model}`]);
  const decoder = await openedDecoder(model, data);
  const prompt = Math.round(smallCaches.params.prefillShare.default * decoder.config.maxPositions);
  const unseen = testSeeds(decoder.config, {documents: smallCaches.params.documents.default}).map((seed) => ({
    ...seed,
    texts: seed.texts.filter((_, i) => i % 2 === 1).map((text) => ({...text, from: prompt + 1})),
  }));
  const cache = CACHES.byId(row.technique).open(cacheSetting(decoderWeights(model, data), decoder))!;
  const plain = {logits: (ids: readonly number[]) => forward(decoder, ids), write: () => []};
  const cached = {...cachedModel(decoder, cache, prompt), write: () => []};
  const {ratio} = (await evaluateModel(cached, plain, unseen)).pooled.comparison!.difference;
  expect(unseen.flatMap(({texts}) => texts)).toHaveLength(row.documents);
  expect(row.rise).toBeCloseTo(ratio.value - 1, 5);
  expect(row.riseHigh).toBeCloseTo(ratio.high - 1, 5);
}, 60_000);
