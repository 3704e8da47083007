/** Every cache technique on families far from Llama: nothing left out is the model itself, and what is left out is left out well. */

import {describe, expect, test} from "vitest";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import type {CacheSession} from "../../src/lib/engine/cache/session.js";
import type {CacheSetting} from "../../src/lib/engine/cache/technique.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {KV_CACHES} from "../../src/lib/kv/registry.js";
import {FAR_FROM_LLAMA, goldenPath, readExpected} from "../engine/golden.js";

async function settingOf(name: string): Promise<CacheSetting> {
  const folder = await openFolder(goldenPath(name));
  const weights = await openDecoderWeights(folder);
  await folder.close();
  const {ids} = readExpected(name);
  const decoder = await decoderOf(weights, {textTokens: ids.length});
  return {weights, decoder, calibrationTexts: () => [ids, [...ids].reverse()]};
}

/** Logits of a prompt, and of the tokens that follow it one by one. */
function logits(
  {decoder}: CacheSetting,
  ids: readonly number[],
  {cache, hooks}: Pick<CacheSession, "cache" | "hooks">,
): number[] {
  const read = (part: readonly number[]) => forward(decoder, part, {cache, ...(hooks && {hooks})}).data;
  const prompt = read(ids.slice(0, 14));
  cache.endPrompt?.();
  return [...prompt, ...ids.slice(14).flatMap((id) => Array.from(read([id])))];
}

describe.each(FAR_FROM_LLAMA)("%s", (name) => {
  const {ids} = readExpected(name);

  test("every technique that can leave nothing out is the model itself, to the bit", async () => {
    const setting = await settingOf(name);
    const want = logits(setting, ids, {cache: plainKvCache(setting.decoder.config)});
    for (const {id, lossless, open} of KV_CACHES.all) {
      if (typeof lossless === "string") continue;
      const session = open(setting, lossless)?.();
      if (session) expect(logits(setting, ids, session), id).toEqual(want);
    }
  });

  test("every preset opens and gives numbers, or says what it does not suit", async () => {
    const setting = await settingOf(name);
    for (const {id, presets, open} of KV_CACHES.all) {
      for (const {params} of presets.slice(0, 2)) {
        try {
          const session = open(setting, params)?.();
          if (session) expect(logits(setting, ids, session).every(Number.isFinite), id).toBe(true);
        } catch (error) {
          expect(error, id).toBeInstanceOf(RangeError);
          expect((error as Error).message, id).toMatch(/must .*got /);
        }
      }
    }
  });
});
