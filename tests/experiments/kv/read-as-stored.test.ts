import {expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {POLICY_CACHES} from "../../../src/lib/attention/policy-caches.js";
import {type CacheChoice, cacheChoices} from "../../../src/lib/engine/cache/choices.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {cacheSetting} from "../../../src/lib/experiments/kv/cache-setting.js";
import {openedDecoder} from "../../../src/lib/experiments/shared/decoder-texts.js";
import {decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import {predictorOf} from "../../../src/lib/experiments/shared/predictors.js";
import {KV_CACHES} from "../../../src/lib/kv/registry.js";

const MODEL = "decoder-small";
const [PROMPT, WRITTEN] = [40, 2];

/** Caches that give floats to decode attention, and why. */
const FLOATS: Readonly<Record<string, string>> = {
  "ksort-bfp": "channels are sorted: a head's numbers lie among those of others",
  turboquant: "numbers come out of a rotation of the whole head, when all of its codes are read",
  "sparse-kv": "numbers stand one after another without their places, which a bitmap has",
  minicache: "two layers share directions, and each has lengths and exceptions of its own",
};

const data = await loadData([`weights/${MODEL}`, `predictor/${MODEL}`]);
const model = await openedDecoder(MODEL, data);
const setting = cacheSetting(decoderWeights(MODEL, data), model, predictorOf(MODEL, data));
/** CSKV calibrates for seconds, and has a test of its own. */
const techniques = [...KV_CACHES.all, ...POLICY_CACHES.all].filter(
  ({id, presets}) => id !== "cskv" && presets.length > 0,
);

/** True if decode attention reads what every layer holds after a prompt and a few tokens. */
function isReadAsStored(choice: CacheChoice): boolean {
  const {cache, hooks} = choice.open(setting)!();
  const options = {cache, ...(hooks && {hooks}), rows: "last"} as const;
  const ids = (from: number, count: number) =>
    Array.from({length: count}, (_, i) => 5 + ((from + 37 * i) % 200));
  forward(model, ids(0, PROMPT), options);
  cache.endPrompt?.();
  for (let n = 0; n < WRITTEN; n++) forward(model, ids(n, 1), options);
  return model.config.plans.every((_, layer) => cache.stored?.(layer) !== undefined);
}

test.each(techniques.map((technique) => [technique.id, technique] as const))(
  "decode attention reads %s as it is held, unless it is named here with a reason",
  (id, technique) => {
    expect(isReadAsStored(cacheChoices([technique])[0])).toBe(FLOATS[id] === undefined);
  },
);

test("decode attention reads a cache in a format as it is held where the format tells what its parts are", () => {
  const choices = cacheChoices(KV_CACHES.all.filter(({id}) => id === "in-format"));
  for (const choice of choices)
    expect(isReadAsStored(choice), choice.id).toBe(choice.format?.reading !== undefined);
});

test("every reason is that of a cache", () => {
  const ids = techniques.map(({id}) => id);
  for (const id of Object.keys(FLOATS)) expect(ids).toContain(id);
});
