import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type KvModel, kvBytesPerToken, kvCacheBytes, largestContext} from "../../src/lib/kv/calculator.js";
import {xkvStoredElements} from "../../src/lib/kv/xkv/xkv-ratio.js";

const layers = (count: number, width: number): KvModel => ({widths: new Array(count).fill(width)});
/** Sizes as their config.json have them. */
const llama31 = layers(32, 8 * 128);
const deepseekLite: KvModel = {
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
    const mixed: KvModel = {widths: [64, 64], windows: [10, null]};
    expect(kvCacheBytes(mixed, 25)).toBe(2 * 64 * 2 * (10 + 25));
  });

  test("of KIVI counts codes, scales and the residual of keys and values", () => {
    const method = {kind: "kivi", bits: 2, groupSize: 32, residual: 32} as const;
    // 70 tokens: 6 keys and 32 values whole, 64 and 38 in codes.
    expect(kvCacheBytes(layers(1, 64), 70, method)).toBe(64 * ((6 + 32) * 2 + ((64 + 38) * 3) / 8));
    expect(kvCacheBytes(llama31, 2 ** 20) / kvCacheBytes(llama31, 2 ** 20, method)).toBeCloseTo(5.33, 1);
  });

  test("of xKV has the published ratios", () => {
    const at = (rankK: number, rankV: number) =>
      kvCacheBytes(llama31, 65_536) /
      kvCacheBytes(llama31, 65_536, {kind: "xkv", groupSize: 4, rankK, rankV});
    expect(at(512, 768)).toBeCloseTo(6.02, 2);
    const latent = kvCacheBytes({...deepseekLite, widths: new Array(28).fill(2048)}, 65_536, {
      kind: "xkv",
      groupSize: 4,
      rankK: 512,
      rankV: 0,
    });
    expect((28 * 65_536 * 576 * 2) / latent).toBeCloseTo(2.94, 2);
  });

  test.each([
    // Components for each layer, and the ratios that the paper's figures have: alone, in twos, in fours.
    [320, 480, [2.52, 2.48, 2.41]],
    [256, 384, [3.15, 3.1, 3.01]],
    [160, 240, [5.04, 4.96, 4.82]],
    [128, 192, [6.3, 6.21, 6.02]],
    [96, 144, [8.4, 8.27, 8.03]],
  ])(
    "of xKV with %i and %i components for each layer has the ratios of the paper",
    (rankK, rankV, ratios) => {
      const found = [1, 2, 4].map((groupSize) => {
        const method = {kind: "xkv", groupSize, rankK: groupSize * rankK, rankV: groupSize * rankV} as const;
        return kvCacheBytes(llama31, 65_536) / kvCacheBytes(llama31, 65_536, method);
      });
      expect(found.map((ratio) => Number(ratio.toFixed(2)))).toEqual(ratios);
    },
  );

  test.each([
    [1024, 1.76],
    [768, 2.2],
    [640, 2.51],
    [512, 2.94],
    [384, 3.53],
  ])("of xKV over latents with rank %i has the paper's ratio %f", (rankK, ratio) => {
    const model = {...layers(28, 2048), latent: {latentDim: 512, ropeDim: 64}};
    const method = {kind: "xkv", groupSize: 4, rankK, rankV: 0} as const;
    const found = kvCacheBytes(model, 65_536) / kvCacheBytes(model, 65_536, method);
    // The figure was read to a hundredth.
    expect(Math.abs(found - ratio)).toBeLessThan(0.01);
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
          const found = kvCacheBytes(model, tokens, {kind: "xkv", ...method});
          const stored = 2 * xkvStoredElements({layers: count, width: 64, tokens, ...method});
          const plain = kvCacheBytes(model, tokens);
          expect(found).toBeLessThanOrEqual(Math.min(stored, plain));
          const isSmall = Math.max(method.rankK, method.rankV) <= 32;
          if (tokens > 4000 && isSmall && count % method.groupSize === 0) expect(found).toBe(stored);
        },
      ),
      {seed: 5},
    );
  });

  test("of MiniCache counts a direction, two lengths and a bit for a merged row, two rows for a kept one", () => {
    const model = {...layers(4, 64), headDim: 16};
    // 10 tokens of 4 heads: 40 rows a side, 2 kept; layers 2 and 3 merged.
    const merged = 38 * (16 * 2 + 4) + 2 * 2 * 16 * 2 + 40 / 8;
    const method = {kind: "minicache", first: 2, keptFraction: 0.05} as const;
    expect(kvCacheBytes(model, 10, method)).toBe(2 * (merged + 2 * 10 * 64 * 2));
    // Three layers from the first on: one pair, one alone.
    expect(kvCacheBytes(model, 10, {...method, first: 1})).toBe(2 * (merged + 2 * 10 * 64 * 2));
    expect(kvCacheBytes(model, 10, {...method, first: 4})).toBe(kvCacheBytes(model, 10));
  });

  test("of CSKV is a fifth at a fifth of the features, and with scales counted more than a twentieth in four bits", () => {
    const share = (bits?: number) =>
      kvCacheBytes(layers(2, 1000), 2 ** 24, {kind: "cskv", rank: 200, window: 32, ...(bits && {bits})}) /
      kvCacheBytes(layers(2, 1000), 2 ** 24);
    expect(share()).toBeCloseTo(0.2, 4);
    expect(share(4)).toBeCloseTo(0.05, 4);
    expect(share(5)).toBeCloseTo(0.0625, 4);
    expect(kvCacheBytes(layers(2, 10), 20, {kind: "cskv", rank: 2, window: 32})).toBe(
      kvCacheBytes(layers(2, 10), 20),
    );
  });

  test("of evicted tokens stored in codes is the codes' of those that are left", () => {
    const kivi = {kind: "kivi", bits: 4, groupSize: 32, residual: 32} as const;
    const method = {kind: "evict", keepFraction: 0.25, sinks: 4, store: kivi} as const;
    expect(kvCacheBytes(llama31, 1000, method)).toBe(kvCacheBytes(llama31, 254, kivi));
    expect(kvCacheBytes(deepseekLite, 1000, {kind: "evict", keepFraction: 0.25})).toBe(250 * 27 * 576 * 2);
  });

  test("of latents multiplied out is that of all heads", () => {
    expect(kvCacheBytes(deepseekLite, 3, {kind: "explicit"})).toBe(3 * 27 * 16 * 320 * 2);
    expect(() => kvCacheBytes(llama31, 3, {kind: "explicit"})).toThrow(/explicitWidth, got none$/);
  });

  test.each([
    {kind: "kivi", bits: 2, groupSize: 32, residual: 32},
    {kind: "minicache", first: 0, keptFraction: 0.05},
    {kind: "cskv", rank: 8, window: 32},
  ] as const)("refuses $kind over latents", (method) => {
    expect(() => kvCacheBytes(deepseekLite, 9, method)).toThrow(
      new RangeError(`kvCacheBytes: ${method.kind} must have keys and values, got latents`),
    );
  });

  test("refuses xKV over layers that differ or slide", () => {
    const method = {kind: "xkv", groupSize: 2, rankK: 1, rankV: 1} as const;
    expect(() => kvCacheBytes({widths: [8, 16]}, 9, method)).toThrow(/layers of one width, got 8, 16$/);
    expect(() => kvCacheBytes({widths: [8], windows: [4]}, 9, method)).toThrow(/sliding window$/);
  });
});

describe("largestContext", () => {
  test.each([
    {kind: "plain"},
    {kind: "plain", bits: 4},
    {kind: "evict", keepFraction: 0.25, sinks: 4},
    {kind: "kivi", bits: 2, groupSize: 32, residual: 128},
    {kind: "xkv", groupSize: 4, rankK: 512, rankV: 768},
    {kind: "minicache", first: 16, keptFraction: 0.05},
    {kind: "cskv", rank: 205, window: 32, bits: 5},
  ] as const)("is the last that fits: $kind", (method) => {
    const memory = 3 * 2 ** 30;
    const context = largestContext(llama31, memory, method);
    expect(kvCacheBytes(llama31, context, method)).toBeLessThanOrEqual(memory);
    expect(kvCacheBytes(llama31, context + 1, method)).toBeGreaterThan(memory);
  });

  test("of KIVI leaves room for the keys that wait for their codes", () => {
    const method = {kind: "kivi", bits: 2, groupSize: 32, residual: 64} as const;
    const model = layers(1, 64);
    const memory = kvCacheBytes(model, 127, method) - 1;
    expect(kvCacheBytes(model, 128, method)).toBeLessThan(memory);
    expect(largestContext(model, memory, method)).toBe(126);
  });

  test("of evicted tokens in codes leaves that room too", () => {
    const store = {kind: "kivi", bits: 2, groupSize: 32, residual: 64} as const;
    const method = {kind: "evict", keepFraction: 0.5, store} as const;
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
