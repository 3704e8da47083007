import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../src/data/data-sets.js";
import {POLICY_CACHES} from "../../src/lib/attention/policy-caches.js";
import {policies} from "../../src/lib/attention/registry.js";
import {cacheChoices} from "../../src/lib/engine/cache/choices.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import type {CacheSession} from "../../src/lib/engine/cache/session.js";
import {decoderSizes} from "../../src/lib/engine/cache/sizes.js";
import type {CacheSetting} from "../../src/lib/engine/cache/technique.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {decoderWeights} from "../../src/lib/experiments/shared/decoders.js";
import {predictorOf} from "../../src/lib/experiments/shared/predictors.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {techniqueGaps} from "../engine/cache/technique-gaps.js";
import {maxDifference} from "../engine/golden.js";

const IDS = Array.from(corpusDocument("test", 3, {context: 64, seed: 5}).tokens.slice(0, 64));

let setting: CacheSetting;
beforeAll(async () => {
  const data = await loadData(["weights/decoder-small", "predictor/decoder-small"]);
  const weights = decoderWeights("decoder-small", data);
  const decoder = await decoderOf(weights);
  setting = {weights, decoder, calibrationTexts: () => [], predictor: predictorOf("decoder-small", data)};
});

/** Logits of a prompt of these parts and of single tokens after it. */
function decoded(
  {cache, hooks}: Pick<CacheSession, "cache" | "hooks">,
  parts: readonly number[],
  tokens: number,
) {
  const read = (from: number, to: number) =>
    Array.from(forward(setting.decoder, IDS.slice(from, to), {cache, ...(hooks && {hooks})}).data);
  const prompt = parts.flatMap((count) => read(cache.length, cache.length + count));
  cache.endPrompt?.();
  return [...prompt, ...Array.from({length: tokens}, () => read(cache.length, cache.length + 1)).flat()];
}

test.each(POLICY_CACHES.all.map((technique) => ({id: technique.id, technique})))(
  "$id states all that a cache technique must",
  ({technique}) => {
    expect(techniqueGaps(technique)).toEqual([]);
  },
);

describe.each(cacheChoices(POLICY_CACHES.all))("$id", (choice) => {
  const start = () => choice.open(setting)!();

  test.each([32, 47])("holds after a prompt of %i tokens the bytes of its formula", (tokens) => {
    const session = start();
    decoded(session, [tokens], 0);
    const sizes = {...decoderSizes(setting.decoder.config), predictor: setting.predictor!};
    const {kept, read} = choice.bytes(sizes, tokens);
    expect(session.bytes()).toBe(kept);
    expect(read).toBeLessThanOrEqual(kept);
  });

  test("agrees for a prompt at once, in parts and token by token, to rounding of what is packed", () => {
    const [whole, parts] = [start(), start()];
    const ends = [decoded(whole, [32], 6), decoded(parts, [5, 1, 26], 6)].map((logits) => logits.slice(-256));
    expect(parts.bytes()).toBe(whole.bytes());
    // Of a prompt in parts the later ones read the earlier ones as they are packed.
    if (!choice.label.includes("+")) expect(maxDifference(ends[0]!, ends[1]!)).toBeLessThan(2e-2);
  });
});

test.each(POLICY_CACHES.all.map((technique) => ({id: technique.id, technique})))(
  "$id with everything in float32 is the model itself, to the bit",
  ({technique}) => {
    const exact = decoded({cache: plainKvCache(setting.decoder.config)}, [32], 10);
    const open = technique.open(setting, typeof technique.lossless === "string" ? {} : technique.lossless);
    expect(maxDifference(decoded(open!(), [32], 10), exact)).toBe(0);
  },
);

test("every policy that lets keys go or can be read in part has a cache; without a predictor TokenButler has none", () => {
  expect(POLICY_CACHES.ids).toEqual(
    policies.all.filter(({eviction, reading}) => eviction ?? reading).map(({id}) => id),
  );
  const {predictor: _, ...without} = setting;
  const technique = POLICY_CACHES.byId("token-butler");
  expect(technique.open(without, {})).toBeNull();
  expect(() => technique.bytes(decoderSizes(setting.decoder.config), 9, {})).toThrow(
    /predictor must be given/,
  );
});
