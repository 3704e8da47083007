import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {h2oRule} from "../../../src/lib/attention/h2o/h2o.js";
import {streamingRule} from "../../../src/lib/attention/streaming-llm.js";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import type {CacheSession} from "../../../src/lib/engine/cache/session.js";
import {concat} from "../../../src/lib/engine/cache/stored-cache.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import type {Decoder} from "../../../src/lib/engine/decoder/load-decoder.js";
import {cachedModel} from "../../../src/lib/evaluate/cached-model.js";
import {
  type RecordedPrefill,
  recordPrefill,
  replayPrefill,
} from "../../../src/lib/evaluate/recorded-prefill.js";
import {cacheSetting} from "../../../src/lib/experiments/kv/cache-setting.js";
import type {CacheSetting, CacheTechnique} from "../../../src/lib/experiments/kv/cache-technique.js";
import {CACHE_TECHNIQUE_IDS, CACHE_TECHNIQUES} from "../../../src/lib/experiments/kv/cache-techniques.js";
import {oracle, quest, tokenButler} from "../../../src/lib/experiments/kv/reading-techniques.js";
import {evicting, inFormat, miniCache, xkv} from "../../../src/lib/experiments/kv/technique-makers.js";
import {decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import {predictorOf} from "../../../src/lib/experiments/shared/predictors.js";
import {fp32} from "../../../src/lib/formats/float/float.js";
import {corpusDocument} from "../../../src/lib/tasks/corpus.js";
import {maxDifference} from "../../engine/golden.js";

const IDS = Array.from(corpusDocument("test", 3, {context: 192, seed: 4242}).tokens);
const PREFILL = 32;

let decoder: Decoder;
let setting: CacheSetting;
let short: RecordedPrefill;
let long: RecordedPrefill;
beforeAll(async () => {
  const data = await loadData(["weights/decoder-small", "predictor/decoder-small"]);
  const weights = decoderWeights("decoder-small", data);
  // The reference: observed attention is computed by it whatever the backend, and must be the same to the bit.
  decoder = await decoderOf(weights);
  setting = cacheSetting(weights, decoder, predictorOf("decoder-small", data));
  short = recordPrefill(decoder, IDS.slice(0, 96));
  long = recordPrefill(decoder, IDS.slice(0, 192));
});

/** Logits of a prefill that is really computed and of the tokens after it, one at a time. */
function decoded({cache, hooks}: Pick<CacheSession, "cache" | "hooks">, tokens: number): Float32Array {
  const read = (ids: readonly number[]) => forward(decoder, ids, {cache, ...(hooks && {hooks})}).data;
  const prompt = read(IDS.slice(0, PREFILL));
  cache.endPrompt?.();
  return concat([prompt, ...IDS.slice(PREFILL, tokens).map((id) => read([id]))]);
}

describe.each(CACHE_TECHNIQUE_IDS)("%s", (id) => {
  const technique: CacheTechnique = CACHE_TECHNIQUES[id];

  test("adds with every token of a long text what its formula says", () => {
    const bytesOf = (prefill: RecordedPrefill) => {
      const {cache, hooks, bytes} = technique.prepare(setting)!();
      replayPrefill(decoder, prefill, cache, hooks);
      cache.endPrompt?.();
      return bytes();
    };
    const added = (bytesOf(long) - bytesOf(short)) / 96;
    const {kept} = technique.longText(setting);
    // What MiniCache keeps whole depends on the text; sizes of other pages do not.
    if (id.startsWith("minicache")) expect(added / kept).toBeGreaterThan(0.99);
    else expect(added / kept).toBeCloseTo(1, 2);
    if (id === "minicache") expect(added / kept).toBeLessThan(1.03);
  });

  test("decodes after a replayed prefill what it does after a computed one", () => {
    const start = technique.prepare(setting)!;
    const tokens = PREFILL + 6;
    const replayed = cachedModel(decoder, start, PREFILL).logits(IDS.slice(0, tokens)).data;
    expect(maxDifference(replayed, decoded(start(), tokens))).toBe(0);
  });
});

test.each<[string, CacheTechnique]>([
  ["a format that loses nothing", inFormat(fp32)],
  ["xKV of full rank", xkv(4, 1, fp32)],
  ["MiniCache that keeps every row", miniCache("correct", 1, fp32)],
  ["H2O with room for all", evicting("H2O", h2oRule(), 1, {format: fp32, source: ""})],
  ["StreamingLLM with room for all", evicting("S", streamingRule, 1, {format: fp32, source: ""})],
  ["Quest that reads every page", quest(1, fp32)],
  ["an oracle that reads everything", oracle(1, fp32)],
  ["TokenButler that reads everything", tokenButler(1, fp32)],
])("%s is the model itself, to the bit", (_, technique) => {
  const tokens = PREFILL + 10;
  const exact = decoded({cache: plainKvCache(decoder.config)}, tokens);
  expect(maxDifference(decoded(technique.prepare(setting)!(), tokens), exact)).toBe(0);
});

test("a model without a predictor has no TokenButler", () => {
  const {predictor: _, ...without} = setting;
  expect(tokenButler(0.5).prepare(without)).toBeNull();
});

test("reading in part reads less than is kept, and what shares keys reads what any head asks for", () => {
  const {config} = setting;
  for (const technique of [quest(0.25), oracle(0.25)]) {
    const model = cachedModel(decoder, technique.prepare(setting)!, 96);
    model.logits(IDS.slice(0, 128));
    const {keptPerToken, readPerToken} = model.cost();
    expect(readPerToken).toBeLessThan(keptPerToken);
    expect(readPerToken / technique.longText(setting).read).toBeLessThan(1.05);
    expect(readPerToken).toBeGreaterThan((0.25 * 4 * config.layers * config.kvHeads * config.headDim) / 1.01);
  }
});

test("cachedModel refuses a prefill that leaves nothing to decode, and to count before it has read", () => {
  const start = inFormat(fp32).prepare(setting)!;
  expect(() => cachedModel(decoder, start, 0)).toThrow(/prefill must be an integer of at least 1, got 0$/);
  const model = cachedModel(decoder, start, 8);
  expect(() => model.logits(IDS.slice(0, 8))).toThrow(
    /must have more than the 8 tokens of the prefill, got 8$/,
  );
  expect(() => model.cost()).toThrow(/a text must have been read, got none$/);
});
