/** What every technique that stores a cache must do: a new one is tested by being in the registry. */

import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../src/data/data-sets.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {type CapturedKv, captureKv} from "../../src/lib/engine/cache/kv-replacement.js";
import type {PackedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import type {CacheSession} from "../../src/lib/engine/cache/session.js";
import {decoderSizes} from "../../src/lib/engine/cache/sizes.js";
import type {CacheSetting, CacheTechnique, GivenParams} from "../../src/lib/engine/cache/technique.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {cacheSetting} from "../../src/lib/experiments/kv/cache-setting.js";
import {context} from "../../src/lib/experiments/kv/context.js";
import {oneToken} from "../../src/lib/experiments/kv/one-token.js";
import {smallCaches} from "../../src/lib/experiments/kv/small-caches.js";
import {decoderWeights} from "../../src/lib/experiments/shared/decoders.js";
import {KV_CACHES} from "../../src/lib/kv/registry.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {techniqueGaps} from "../engine/cache/technique-gaps.js";
import {fedCache} from "./fed-cache.js";

const IDS = Array.from(corpusDocument("test", 3, {context: 256, seed: 4242}).tokens.slice(0, 240));

let setting: CacheSetting;
let captured: CapturedKv;
beforeAll(async () => {
  const weights = decoderWeights("decoder-small", await loadData(["weights/decoder-small"]));
  setting = cacheSetting(weights, await decoderOf(weights));
  captured = captureKv(setting.decoder, IDS);
});

const width = () => setting.decoder.config.kvHeads * setting.decoder.config.headDim;

/** A cache of a preset that is given the captured text. */
function fed(technique: CacheTechnique, params: GivenParams) {
  const {cache, bytes} = technique.open(setting, params)!();
  return fedCache({...cache, bytes} as PackedKvCache, captured, width());
}

const opened = KV_CACHES.all.filter(({presets}) => presets.length > 0);
const presets = opened.flatMap((technique) =>
  technique.presets.map(({id, params}) => [id, technique, params] as const),
);

describe.each(KV_CACHES.all.map((technique) => [technique.id, technique] as const))("%s", (_, technique) => {
  test("states all that pages, tables and the command line are made from", () => {
    expect(techniqueGaps(technique)).toEqual([]);
  });

  test("is a choice of every experiment on caches under the ids of its presets", () => {
    const ids = technique.presets.map(({id}) => id);
    for (const {params} of [smallCaches, oneToken]) {
      expect(params.techniques.options).toEqual(expect.arrayContaining(ids));
    }
  });

  test("is in the calculator under the names of its published settings", async () => {
    const rows = [...(await context.run({})), ...(await context.run({model: "deepseek-v2-lite"}))];
    const names = technique.published.map(({label}) => label);
    expect(rows.map((row) => row.technique)).toEqual(expect.arrayContaining(names));
  });

  test("is the model itself, to the bit, where nothing is left out", () => {
    if (typeof technique.lossless === "string") return;
    const session = technique.open(setting, technique.lossless)!();
    expect(logits(session)).toEqual(logits({cache: plainKvCache(setting.decoder.config)}));
  });
});

/** Logits of a prompt and of some tokens decoded after it. */
function logits({cache, hooks}: Pick<CacheSession, "cache" | "hooks">): Float32Array[] {
  const read = (ids: readonly number[]) => forward(setting.decoder, ids, {cache, ...(hooks && {hooks})}).data;
  const prompt = read(IDS.slice(0, 40));
  cache.endPrompt?.();
  return [prompt, ...IDS.slice(40, 50).map((id) => read([id]))];
}

describe.each(presets)("%s", (id, technique, params) => {
  test("holds the bytes of its formula", () => {
    const sizes = decoderSizes(setting.decoder.config);
    for (const tokens of [1, 31, 33, 96, 131]) {
      const cache = fed(technique, params).feed(tokens).endPrompt();
      const {bytes} = cache.contents();
      const {kept, read} = technique.bytes(sizes, tokens, params);
      expect(read).toBe(kept);
      // Rows that MiniCache keeps whole depend on the text.
      if (technique.id === "minicache" && tokens > 32) {
        expect(bytes).toBeGreaterThanOrEqual(kept);
        const exact = fed(technique, {...params, gamma: 0})
          .feed(tokens)
          .endPrompt();
        if (params.rule !== "released") expect(exact.contents().bytes).toBe(kept);
      } else expect(bytes, `${id}, ${tokens} tokens`).toBe(kept);
    }
    expect(technique.bytes(sizes, 0, params).kept).toBe(0);
  });

  test("holds the same whether a text comes at once, in parts or token by token", () => {
    if (technique.parts !== "agree") return;
    const atOnce = fed(technique, params).feed(70).endPrompt().feed(40).contents();
    const parts = fed(technique, params).feed(9).feed(41).feed(20).endPrompt().feed(33).feed(7);
    expect(parts.contents()).toEqual(atOnce);
    expect(fed(technique, params).feedEach(70).endPrompt().feedEach(40).contents()).toEqual(atOnce);
  });

  test("is after a refused draft what it would be without, and goes on so", () => {
    const begun = () => fed(technique, params).feed(70).endPrompt().feedEach(20);
    for (const [draft, taken] of [
      [8, 0],
      [40, 7],
      [1, 0],
    ] as const) {
      const drafted = begun()
        .feed(draft)
        .truncate(90 + taken);
      const never = taken === 0 ? begun() : begun().feed(taken);
      expect(drafted.contents()).toEqual(never.contents());
      expect(drafted.feedEach(9).contents()).toEqual(never.feedEach(9).contents());
    }
  });
});

describe("a record", () => {
  const [whole] = opened;
  test.each([
    [{label: ""}, "in-format: the record must have a label"],
    [{source: " "}, "in-format: the record must have a source"],
    [{family: "blue" as "int"}, "in-format: the record must have a family that has a colour"],
    [{lossless: "no"}, "in-format: the record must have a lossless setting, or a sentence why there is none"],
    [{parts: ""}, "in-format: the record must have a word on prompts in parts: agree, or a sentence why not"],
    [
      {presets: [], published: []},
      "in-format: the record must have a setting that a page or the calculator shows",
    ],
    [{formulaOf: () => ""}, "in-format: the record must have a formula in words of fp16"],
    [{comesBackOf: () => ""}, "in-format: the record must have how a number comes back from fp16"],
  ])("without a part says which: %o", (gap, sentence) => {
    expect(techniqueGaps({...whole, ...gap})).toContain(sentence);
  });
});
