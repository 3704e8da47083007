import {describe, expect, test} from "vitest";
import {oracle} from "../../src/lib/attention/oracle.js";
import {policyHooks} from "../../src/lib/attention/policy-use.js";
import {selectionHooks} from "../../src/lib/attention/selection-hooks.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {readCounter} from "../../src/lib/engine/read-counter.js";
import {tinyDecoder} from "./tiny.js";

/** 2 layers, 6 query heads, 3 key heads. */
const IDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe("readCounter", () => {
  test("counts every key of the past where nothing is hidden", async () => {
    const tiny = await tinyDecoder();
    const counter = readCounter();
    expect(forward(tiny, IDS, {hooks: counter.watch({})})).toEqual(forward(tiny, IDS));
    // Tokens see 1 to 8 keys, 4.5 in the mean.
    expect(counter.reads()).toEqual({shownShare: 1, keys: 27, allKeys: 27, shownToHeads: 54});
    expect(counter.lastKeys()).toBe(2 * 3 * 8);
  });

  test("counts the tokens from a position on alone, in one pass as beside a cache", async () => {
    const tiny = await tinyDecoder();
    const [whole, steps] = [readCounter({from: 6}), readCounter({from: 6})];
    forward(tiny, IDS, {hooks: whole.watch({})});
    const cache = plainKvCache(tiny.config);
    for (const id of IDS) forward(tiny, [id], {cache, hooks: steps.watch({})});
    expect(whole.reads().keys).toBe(7.5 * 2 * 3);
    expect(steps.reads()).toEqual(whole.reads());
  });

  test("reads a key once for all query heads of its group, and leaves dense layers out of what is shown", async () => {
    const tiny = await tinyDecoder();
    const counter = readCounter({from: 7, denseLayers: 1});
    // Query head 0 sees key 0 and itself, head 1 key 1 and itself, all others themselves.
    const hooks = selectionHooks(({heads}) => {
      const data = new Uint8Array(heads * 64);
      for (let h = 0; h < heads; h++) for (let i = 0; i < 8; i++) data[(h * 8 + i) * 8 + i] = 1;
      data[7 * 8] = 1;
      data[(8 + 7) * 8 + 1] = 1;
      return {heads, queries: 8, keys: 8, data};
    });
    forward(tiny, IDS, {hooks: counter.watch(hooks)});
    // Layer 0: 3 key heads of 8 keys; layer 1: 3 + 1 + 1.
    expect(counter.reads()).toEqual({
      shownShare: (2 * 2 + 4) / 48,
      keys: 24 + 5,
      allKeys: 48,
      shownToHeads: 2 * 2 + 4,
    });
    expect(counter.lastKeys()).toBe(29);
  });

  test("does not change what a policy does", async () => {
    const tiny = await tinyDecoder();
    const hooks = () => policyHooks(oracle, {keepFraction: 0.4, sinks: 1});
    expect(forward(tiny, IDS, {hooks: readCounter().watch(hooks())})).toEqual(
      forward(tiny, IDS, {hooks: hooks()}),
    );
  });

  test("has nothing to say before a token was read", () => {
    expect(() => readCounter({from: 3}).reads()).toThrow(
      /readCounter: a token from position 3 on must be read, got none$/,
    );
  });
});
