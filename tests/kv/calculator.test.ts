import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {bitsSize, wholeTokenBytes} from "../../src/lib/engine/cache/packed-size.js";
import type {CacheSizes} from "../../src/lib/engine/cache/sizes.js";
import {type KvMethod, kvBytesPerToken, kvCacheBytes, largestContext} from "../../src/lib/kv/calculator.js";
import {cskv} from "../../src/lib/kv/cskv/cskv-technique.js";
import {inFormat} from "../../src/lib/kv/in-format.js";
import {kivi} from "../../src/lib/kv/kivi/kivi-technique.js";
import {miniCache, miniCacheBytes} from "../../src/lib/kv/minicache/minicache-technique.js";
import {mlaExplicit} from "../../src/lib/kv/mla/mla-technique.js";
import {xkvBytes} from "../../src/lib/kv/xkv/xkv-bytes.js";
import {xkv} from "../../src/lib/kv/xkv/xkv-technique.js";

const layers = (count: number, width: number): CacheSizes => ({widths: new Array(count).fill(width)});
/** Sizes as their config.json have them. */
const llama31 = layers(32, 8 * 128);
const deepseekLite: CacheSizes = {
  ...layers(27, 16 * 128),
  latent: {latentDim: 512, ropeDim: 64, explicitWidth: 16 * (128 + 64 + 128)},
};

describe("kvCacheBytes", () => {
  test("of Llama-3.1-8B is 131,072 a token and 8 GiB at 64k", () => {
    expect(kvBytesPerToken(llama31, 1)).toBe(131_072);
    expect(kvCacheBytes(llama31, 65_536)).toBe(8 * 2 ** 30);
  });

  test("of latent attention counts the latent and the rotated key", () => {
    expect(kvBytesPerToken(deepseekLite, 10)).toBe(27 * (512 + 64) * 2);
  });

  test("stops growing in a layer with a sliding window", () => {
    const mixed: CacheSizes = {widths: [64, 64], windows: [10, null]};
    expect(kvCacheBytes(mixed, 25)).toBe(2 * 64 * 2 * (10 + 25));
  });

  test("of KIVI counts codes, scales and the residual of keys and values", () => {
    const method = {technique: kivi, params: {bits: 2}};
    // 70 tokens: 6 keys and 32 values whole, 64 and 38 in codes.
    expect(kvCacheBytes(layers(1, 64), 70, method)).toBe(64 * ((6 + 32) * 2 + ((64 + 38) * 3) / 8));
    expect(kvCacheBytes(llama31, 2 ** 20) / kvCacheBytes(llama31, 2 ** 20, method)).toBeCloseTo(5.33, 1);
  });

  test.each([
    // Components of keys for each layer, and the ratios that the paper's figures have: alone, in twos, in fours.
    [320, [2.52, 2.48, 2.41]],
    [256, [3.15, 3.1, 3.01]],
    [160, [5.04, 4.96, 4.82]],
    [128, [6.3, 6.21, 6.02]],
    [96, [8.4, 8.27, 8.03]],
  ])("of xKV with %i components of keys for each layer has the ratios of the paper", (rankK, ratios) => {
    const found = [1, 2, 4].map((groupSize) => {
      const method = {technique: xkv, params: {groupSize, keptKeys: rankK / 1024}};
      return kvCacheBytes(llama31, 65_536) / kvCacheBytes(llama31, 65_536, method);
    });
    expect(found.map((ratio) => Number(ratio.toFixed(2)))).toEqual(ratios);
  });

  test("of xKV is what is stored where that is less, and the plain cache where it is not", () => {
    fc.assert(
      fc.property(
        fc.record({
          layers: fc.integer({min: 1, max: 9}),
          tokens: fc.integer({min: 1, max: 5000}),
          groupSize: fc.integer({min: 1, max: 5}),
          rankK: fc.integer({min: 0, max: 80}),
          rankV: fc.integer({min: 0, max: 80}),
        }),
        ({layers: count, tokens, ...method}) => {
          const model = layers(count, 64);
          const found = xkvBytes(model, tokens, method);
          const groups = Math.ceil(count / method.groupSize);
          const side = (rank: number) =>
            rank === 0 ? count * 64 * tokens : groups * tokens * rank + count * 64 * rank;
          const stored = 2 * (side(method.rankK) + side(method.rankV));
          expect(found).toBeLessThanOrEqual(Math.min(stored, wholeTokenBytes(model, tokens, bitsSize(16))));
          const isSmall = Math.max(method.rankK, method.rankV) <= 32;
          if (tokens > 4000 && isSmall && count % method.groupSize === 0) expect(found).toBe(stored);
        },
      ),
      {seed: 5},
    );
  });

  test("of MiniCache counts a direction, two lengths and a bit for a merged row, two rows for a kept one", () => {
    const model = {...layers(4, 64), headDim: 16};
    // 40 tokens of 4 heads: 160 rows a side, 8 kept; layers 2 and 3 merged.
    const merged = 152 * (16 * 2 + 4) + 8 * 2 * 16 * 2 + 160 / 8;
    expect(kvCacheBytes(model, 40, {technique: miniCache})).toBe(2 * (merged + 2 * 40 * 64 * 2));
    // Three layers from the first on: one pair, one alone.
    expect(miniCacheBytes(model, 40, {first: 1, keptRows: 0.05})).toBe(2 * (merged + 2 * 40 * 64 * 2));
    expect(miniCacheBytes(model, 40, {first: 4, keptRows: 0.05})).toBe(kvCacheBytes(model, 40));
    // Fewer tokens than a window wait.
    expect(kvCacheBytes(model, 31, {technique: miniCache})).toBe(kvCacheBytes(model, 31));
    expect(() => miniCacheBytes(model, 40, {keptRows: Number.NaN})).toThrow(
      /keptRows must be from 0 to 1, got NaN$/,
    );
  });

  test("of CSKV is a fifth at a fifth of the features, and the plain cache of a text inside the window", () => {
    const share = (params: object) =>
      kvCacheBytes(layers(2, 1000), 2 ** 24, {technique: cskv, params: {residual: 32, ...params}}) /
      kvCacheBytes(layers(2, 1000), 2 ** 24);
    expect(share({})).toBeCloseTo(0.2, 4);
    // Codes of four bits, for each 32 a scale of sixteen and a zero point of four; rows of 200 features end in a short group.
    expect(share({format: "int4_g32_asym_awq"})).toBeCloseTo((0.2 * (4.625 + 4.7)) / 2 / 16, 4);
    expect(kvCacheBytes(layers(2, 10), 20, {technique: cskv})).toBe(kvCacheBytes(layers(2, 10), 20));
  });

  test("of evicted tokens stored in codes is the codes' of those that are left", () => {
    const evicted = {keepFraction: 0.25, sinks: 4};
    expect(kvCacheBytes(llama31, 1000, {technique: kivi, evicted})).toBe(
      kvCacheBytes(llama31, 254, {technique: kivi}),
    );
    expect(kvCacheBytes(deepseekLite, 1000, {technique: inFormat, evicted: {...evicted, sinks: 0}})).toBe(
      250 * 27 * 576 * 2,
    );
  });

  test("rounds what is kept as masks do, in float32", () => {
    const evicted = {keepFraction: 0.3, sinks: 0};
    expect(kvCacheBytes(layers(1, 8), 10, {technique: inFormat, evicted})).toBe(3 * 8 * 2 * 2);
  });

  test("of latents multiplied out is that of all heads", () => {
    expect(kvCacheBytes(deepseekLite, 3, {technique: mlaExplicit})).toBe(3 * 27 * 16 * 320 * 2);
    expect(() => kvCacheBytes(llama31, 3, {technique: mlaExplicit})).toThrow(/explicitWidth, got none$/);
  });

  test.each([kivi, miniCache, cskv])("refuses $id over latents", (technique) => {
    expect(() => kvCacheBytes(deepseekLite, 9, {technique})).toThrow(
      new RangeError(`cacheBytes: ${technique.id} must have keys and values, got latents`),
    );
  });

  test.each([
    [{widths: [8, Number.NaN]}, /widths must be an integer of at least 0, got NaN$/],
    [{widths: [-8]}, /widths must be an integer of at least 0, got -8$/],
    [{widths: [8], windows: [1.5]}, /windows must be an integer of at least 0, got 1.5$/],
  ])("refuses sizes that are none: %o", (sizes, message) => {
    expect(() => kvCacheBytes(sizes, 9)).toThrow(message);
  });

  test("refuses xKV over layers that differ or slide", () => {
    const method = {technique: xkv};
    expect(() => kvCacheBytes({widths: [8, 16]}, 9, method)).toThrow(/layers of one width, got 8, 16$/);
    expect(() => kvCacheBytes({widths: [8], windows: [4]}, 9, method)).toThrow(/sliding window$/);
  });
});

describe("largestContext", () => {
  test.each<KvMethod>([
    {technique: inFormat},
    {technique: inFormat, params: {format: "int4"}},
    {technique: inFormat, evicted: {keepFraction: 0.25, sinks: 4}},
    {technique: kivi, params: {bits: 2, residual: 128}},
    {technique: xkv},
    {technique: miniCache},
    {technique: cskv, params: {residual: 32, format: "int4_g32_asym_awq"}},
  ])("is the last that fits: $technique.id", (method) => {
    const memory = 3 * 2 ** 30;
    const context = largestContext(llama31, memory, method);
    expect(kvCacheBytes(llama31, context, method)).toBeLessThanOrEqual(memory);
    expect(kvCacheBytes(llama31, context + 1, method)).toBeGreaterThan(memory);
  });

  test("of KIVI leaves room for the keys that wait for their codes", () => {
    const method = {technique: kivi, params: {bits: 2, residual: 64}};
    const model = layers(1, 64);
    const memory = kvCacheBytes(model, 127, method) - 1;
    expect(kvCacheBytes(model, 128, method)).toBeLessThan(memory);
    expect(largestContext(model, memory, method)).toBe(126);
  });

  test("of evicted tokens in codes leaves that room too", () => {
    const method = {
      technique: kivi,
      params: {bits: 2, residual: 64},
      evicted: {keepFraction: 0.5, sinks: 0},
    };
    const memory = kvCacheBytes(layers(1, 64), 254, method) - 1;
    expect(kvCacheBytes(layers(1, 64), 256, method)).toBeLessThan(memory);
    expect(largestContext(layers(1, 64), memory, method)).toBe(252);
  });

  test("is 0 where nothing fits, and the limit where everything does", () => {
    expect(largestContext(llama31, 100)).toBe(0);
    expect(largestContext({widths: [8], windows: [2]}, 1e6, undefined, 5000)).toBe(5000);
    expect(() => largestContext(llama31, -1)).toThrow(/bytes must be at least 0, got -1$/);
  });
});
