/** Caches whose tokens come in other parts, or are taken back. */

import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {formatCache} from "../../src/lib/engine/cache/format-cache.js";
import {captureKv} from "../../src/lib/engine/cache/kv-replacement.js";
import {type PackedKvCache, packedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import {int} from "../../src/lib/formats/int.js";
import {channelFactors} from "../../src/lib/kv/cskv/cskv.js";
import {cskvCache} from "../../src/lib/kv/cskv/cskv-cache.js";
import {kiviCache} from "../../src/lib/kv/kivi/kivi-cache.js";
import {miniCacheCache} from "../../src/lib/kv/minicache/minicache-cache.js";
import {xkvCache} from "../../src/lib/kv/xkv/xkv-cache.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {tinyDecoder} from "../engine/tiny.js";
import {fedCache} from "./fed-cache.js";

const WIDTH = 12;
const model = await tinyDecoder();
const {config} = model;
const stream = randomStream(3, "ids");
const captured = captureKv(
  model,
  Array.from({length: 120}, () => Math.floor(23 * stream.uniform())),
);
const factors = () => {
  const w = Float32Array.from({length: 9 * WIDTH}, () => stream.normal());
  return channelFactors(w, 9, 5);
};
const made = [factors(), factors()];

const CACHES: Readonly<Record<string, () => PackedKvCache>> = {
  "a format by token": () => formatCache(config, {keys: int({bits: 4})}),
  "the packed cache": () => packedKvCache(config, int({bits: 4})),
  "a format by channel": () =>
    formatCache(config, {keys: int({bits: 4}), keyAxis: "tokens", pageTokens: 4, residual: 3}),
  "a format, unpacked once": () =>
    formatCache(config, {keys: int({bits: 4}), keyAxis: "tokens", pageTokens: 4, unpackOnce: true}),
  KIVI: () => kiviCache(config, {bits: 2, groupSize: 4, residual: 8}),
  "KIVI, unpacked once": () => kiviCache(config, {bits: 2, groupSize: 4, residual: 8, unpackOnce: true}),
  CSKV: () => cskvCache(config, {keys: made, values: made}, {window: 8}),
  xKV: () => xkvCache(config, {groupSize: 2, rankK: 3, rankV: 3}),
  MiniCache: () => miniCacheCache(config, {first: 0, window: 8, gamma: 0.2}),
};

describe.each(Object.entries(CACHES))("%s", (name, make) => {
  const cache = () => fedCache(make(), captured, WIDTH);
  const begun = () => cache().feed(30).endPrompt().feedEach(5);

  test("holds the same whether a text comes at once, in parts or token by token", () => {
    const atOnce = begun().contents();
    expect(cache().feed(13).feed(7).feed(10).endPrompt().feed(2).feed(3).contents()).toEqual(atOnce);
    expect(cache().feedEach(30).endPrompt().feedEach(5).contents()).toEqual(atOnce);
  });

  test("is after a refused draft what it would be without, and goes on so", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 40}), fc.integer({min: 0, max: 39}), (draft, accepted) => {
        const taken = Math.min(accepted, draft - 1);
        const drafted = begun()
          .feed(draft)
          .truncate(35 + taken);
        const never = taken === 0 ? begun() : begun().feed(taken);
        expect(drafted.contents()).toEqual(never.contents());
        expect(drafted.feedEach(9).contents()).toEqual(never.feedEach(9).contents());
      }),
      {seed: 7, numRuns: 25},
    );
  });

  test("takes back several passes, and everything", () => {
    const back = begun().feed(9).feedEach(3).feed(8).truncate(37);
    expect(back.contents()).toEqual(begun().feed(2).contents());
    expect(back.feed(4).truncate(0).feed(30).endPrompt().feedEach(5).contents()).toEqual(begun().contents());
  });

  test("gives back places within a prompt that is not over, and refuses what was packed for good", () => {
    if (["xKV", "MiniCache"].includes(name)) {
      expect(cache().feed(90).truncate(30).endPrompt().feedEach(5).contents()).toEqual(begun().contents());
    }
    const long = cache().feed(30).endPrompt().feedEach(80);
    if (["a format by token", "the packed cache"].includes(name)) {
      expect(long.truncate(35).contents()).toEqual(begun().contents());
    } else {
      expect(() => long.truncate(45)).toThrow(
        new RangeError(
          "truncate: length must be 0 or from 46 to 110, got 45: what was packed before does not come back",
        ),
      );
      expect(long.truncate(46).contents()).toEqual(cache().feed(30).endPrompt().feedEach(16).contents());
    }
  });
});
