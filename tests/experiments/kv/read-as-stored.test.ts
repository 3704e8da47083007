import {expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {POLICY_CACHES} from "../../../src/lib/attention/policy-caches.js";
import {type CacheChoice, cacheChoices} from "../../../src/lib/engine/cache/choices.js";
import type {CacheSession} from "../../../src/lib/engine/cache/session.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {cacheSetting} from "../../../src/lib/experiments/kv/cache-setting.js";
import {openedDecoder} from "../../../src/lib/experiments/shared/decoder-texts.js";
import {decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import {predictorOf} from "../../../src/lib/experiments/shared/predictors.js";
import {KV_CACHES} from "../../../src/lib/kv/registry.js";
import {maxDifference} from "../../engine/golden.js";

const MODEL = "decoder-small";
const [PROMPT, WRITTEN] = [40, 2];

const data = await loadData([`weights/${MODEL}`, `predictor/${MODEL}`]);
const model = await openedDecoder(MODEL, data);
const setting = cacheSetting(decoderWeights(MODEL, data), model, predictorOf(MODEL, data));
/** CSKV calibrates for seconds, and has a test of its own; a bound looks at every key to choose. */
const techniques = [...KV_CACHES.all, ...POLICY_CACHES.all].filter(
  (technique) =>
    technique.id !== "cskv" && technique.presets.length > 0 && !cacheChoices([technique])[0].isBound,
);

const ids = (from: number, count: number) =>
  Array.from({length: count}, (_, i) => 5 + ((from + 37 * i) % 200));

/** A cache after a prompt. */
function prompted(choice: CacheChoice): CacheSession {
  const session = choice.open(setting)!();
  forward(model, ids(0, PROMPT), {...session, rows: "last"});
  session.cache.endPrompt?.();
  return session;
}

/** Logits of a few tokens after a prompt. */
const written = (session: CacheSession) =>
  Array.from({length: WRITTEN}, (_, n) => forward(model, ids(n, 1), {...session, rows: "last"}).data);

/** True if decode attention reads what every layer holds after a prompt and a few tokens. */
function isReadAsStored(choice: CacheChoice): boolean {
  const session = prompted(choice);
  written(session);
  return model.config.plans.every((_, layer) => session.cache.stored?.(layer) !== undefined);
}

/** The same cache, which gives no floats. */
function withoutFloats(session: CacheSession): CacheSession {
  const {cache} = session;
  const stored = cache.stored?.bind(cache);
  const refuse = (): never => {
    throw new Error("read: nothing must be unpacked");
  };
  cache.read = refuse;
  cache.stored = (layer) => {
    const kv = stored?.(layer);
    return kv && {...kv, unpack: refuse};
  };
  return session;
}

/** The same cache, which gives floats alone. */
function withFloats(session: CacheSession): CacheSession {
  session.cache.stored = () => undefined;
  return session;
}

test.each(techniques.map((technique) => [technique.id, technique] as const))(
  "decode attention reads %s as it is held, and says the same",
  (_, technique) => {
    const choices = cacheChoices([technique]).filter(({isShownFirst}) => isShownFirst);
    for (const choice of new Set([...choices.slice(0, 1), ...choices.slice(-1)])) {
      const own = written(withoutFloats(prompted(choice)));
      const exact = written(withFloats(prompted(choice)));
      own.forEach((row, n) => {
        expect(maxDifference(row, exact[n]), choice.id).toBeLessThan(1e-3);
      });
    }
  },
);

test("decode attention reads a cache in a format as it is held where the format tells what its parts are", () => {
  const choices = cacheChoices(KV_CACHES.all.filter(({id}) => id === "in-format"));
  for (const choice of choices)
    expect(isReadAsStored(choice), choice.id).toBe(choice.format?.reading !== undefined);
});
