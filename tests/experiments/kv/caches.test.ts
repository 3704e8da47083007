import {beforeAll, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {POLICY_CACHES} from "../../../src/lib/attention/policy-caches.js";
import {cacheChoices, longTextBytes} from "../../../src/lib/engine/cache/choices.js";
import type {CacheSession} from "../../../src/lib/engine/cache/session.js";
import {concat} from "../../../src/lib/engine/cache/stored-cache.js";
import type {CacheSetting} from "../../../src/lib/engine/cache/technique.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import type {Decoder} from "../../../src/lib/engine/decoder/load-decoder.js";
import {cachedModel} from "../../../src/lib/evaluate/cached-model.js";
import {
  type RecordedPrefill,
  recordPrefill,
  replayPrefill,
} from "../../../src/lib/evaluate/recorded-prefill.js";
import {cacheSetting, settingSizes} from "../../../src/lib/experiments/kv/cache-setting.js";
import {CACHES} from "../../../src/lib/experiments/kv/caches.js";
import {decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import {predictorOf} from "../../../src/lib/experiments/shared/predictors.js";
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

test("caches of every kind are there under ids of their own, what does two things at once last", () => {
  const kinds = new Set(CACHES.all.map(({kind}) => kind));
  expect([...kinds].sort()).toEqual([
    "baseline",
    "combined",
    "fewer-bits",
    "fewer-channels",
    "fewer-tokens",
    "part-read",
    "pruned",
    "shared-layers",
  ]);
  expect(CACHES.ids).toContain("token-butler-half");
  expect(CACHES.all.findLastIndex(({kind}) => kind === "part-read")).toBeLessThan(
    CACHES.all.findIndex(({kind}) => kind === "combined"),
  );
});

test.each(CACHES.all.map((choice) => [choice.id, choice] as const))(
  "%s decodes after a replayed prefill what it does after a computed one",
  (_, choice) => {
    const start = choice.open(setting)!;
    const tokens = PREFILL + 6;
    const replayed = cachedModel(decoder, start, PREFILL).logits(IDS.slice(0, tokens)).data;
    expect(maxDifference(replayed, decoded(start(), tokens))).toBe(0);
  },
);

test.each(cacheChoices(POLICY_CACHES.all).map((choice) => [choice.id, choice] as const))(
  "%s adds with every token of a long text what its formula says",
  (_, choice) => {
    const bytesOf = (prefill: RecordedPrefill) => {
      const {cache, hooks, bytes} = choice.open(setting)!();
      replayPrefill(decoder, prefill, cache, hooks);
      cache.endPrompt?.();
      return bytes();
    };
    const added = (bytesOf(long) - bytesOf(short)) / 96;
    expect(added / longTextBytes(choice, settingSizes(setting)).kept).toBeCloseTo(1, 2);
  },
);

test("a model without a predictor has no TokenButler", () => {
  const {predictor: _, ...without} = setting;
  expect(CACHES.byId("token-butler-half").open(without)).toBeNull();
});

test("reading in part reads less than is kept, and what shares keys reads what any head asks for", () => {
  const {layers, kvHeads, headDim} = decoder.config;
  for (const id of ["quest-quarter", "oracle-quarter"]) {
    const choice = CACHES.byId(id);
    const model = cachedModel(decoder, choice.open(setting)!, 96);
    model.logits(IDS.slice(0, 128));
    const {keptPerToken, readPerToken} = model.cost();
    expect(readPerToken).toBeLessThan(keptPerToken);
    expect(readPerToken / longTextBytes(choice, settingSizes(setting)).read).toBeLessThan(1.05);
    expect(readPerToken).toBeGreaterThan((0.25 * 4 * layers * kvHeads * headDim) / 1.01);
  }
});

test("cachedModel times the decoded tokens of a text, the middle one of several", () => {
  let now = 0;
  const clock = () => {
    now += 10;
    return now;
  };
  const model = cachedModel(decoder, CACHES.byId("fp16").open(setting)!, 96, undefined, clock);
  expect(() => model.time()).toThrow("cachedModel: a text must have been read, got none");
  for (const tokens of [98, 101, 116]) model.logits(IDS.slice(0, tokens));
  expect(model.time()).toBe(2);
});

test("cachedModel refuses a prefill that leaves nothing to decode, and to count before it has read", () => {
  const start = CACHES.byId("fp16").open(setting)!;
  expect(() => cachedModel(decoder, start, 0)).toThrow(/prefill must be an integer of at least 1, got 0$/);
  const model = cachedModel(decoder, start, 8);
  expect(() => model.logits(IDS.slice(0, 8))).toThrow(
    /must have more than the 8 tokens of the prefill, got 8$/,
  );
  expect(() => model.cost()).toThrow(/a text must have been read, got none$/);
});
