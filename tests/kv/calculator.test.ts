import {describe, expect, test} from "vitest";
import {type KvModel, kvBytesPerToken, kvCacheBytes, largestContext} from "../../src/lib/kv/calculator.js";

const layers = (count: number, width: number): KvModel => ({widths: new Array(count).fill(width)});
/** Sizes as their config.json have them. */
const llama31 = layers(32, 8 * 128);
const deepseekLite: KvModel = {...layers(27, 16 * 128), latent: {latentDim: 512, ropeDim: 64}};

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

  test("is 0 where nothing fits, and the limit where everything does", () => {
    expect(largestContext(llama31, 100)).toBe(0);
    expect(largestContext({widths: [8], windows: [2]}, 1e6, undefined, 5000)).toBe(5000);
    expect(() => largestContext(llama31, -1)).toThrow(/bytes must be at least 0, got -1$/);
  });
});
