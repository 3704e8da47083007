import {describe, expect, test} from "vitest";
import {evictingCache} from "../../src/lib/attention/eviction/evicting-cache.js";
import {h2oRule} from "../../src/lib/attention/h2o/h2o.js";
import {streamingRule} from "../../src/lib/attention/streaming-llm.js";
import {formatCache} from "../../src/lib/engine/cache/format-cache.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {captureKv} from "../../src/lib/engine/cache/kv-replacement.js";
import {type PackedKvCache, packedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import {pagedStore} from "../../src/lib/engine/cache/paged-store.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Hooks} from "../../src/lib/engine/hooks.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {fp16, fp32} from "../../src/lib/formats/float/float.js";
import type {Format, Packed} from "../../src/lib/formats/format.js";
import {int} from "../../src/lib/formats/int.js";
import {channelFactors} from "../../src/lib/kv/cskv/cskv.js";
import {cskvCache} from "../../src/lib/kv/cskv/cskv-cache.js";
import {attentionInputs, type CskvFactors, calibrateCskv} from "../../src/lib/kv/cskv/cskv-calibration.js";
import {blockFloat, blockFloatFormat, keyStoreOrder} from "../../src/lib/kv/ksort-bfp/ksort-bfp.js";
import {miniCacheMerge, miniCacheMergeReleased} from "../../src/lib/kv/minicache/minicache.js";
import {miniCacheCache} from "../../src/lib/kv/minicache/minicache-cache.js";
import {maxDifference} from "../engine/golden.js";
import {tinyDecoder, tinyFolder} from "../engine/tiny.js";
import {meanSquare} from "../quant/helpers.js";

const IDS = [3, 17, 5, 11, 2, 19, 8, 1, 14, 6, 9, 21, 4];
const model = await tinyDecoder();
const {config} = model;
const WIDTH = 3 * 4;
const LAYERS = 2;

/** Logits of a prefill of `prefill` tokens and then one token at a time. */
function logits(cache: PackedKvCache, prefill = 8, hooks?: Hooks): Float32Array {
  const read = (ids: readonly number[]) =>
    Array.from(forward(model, ids, {cache, ...(hooks && {hooks})}).data);
  const prompt = read(IDS.slice(0, prefill));
  cache.endPrompt?.();
  return Float32Array.from([prompt, ...IDS.slice(prefill).map((id) => read([id]))].flat());
}
const plain = (prefill = 8) => logits({...plainKvCache(config), bytes: () => 0}, prefill);
const error = (cache: PackedKvCache, prefill = 8) => meanSquare(logits(cache, prefill), plain(prefill));

async function fullFactors(rank: number): Promise<CskvFactors> {
  const weights = await openDecoderWeights(tinyFolder());
  const inputs = attentionInputs(model, [IDS, [...IDS].reverse(), [7, 3, 12, 22, 15, 18, 10, 13]]);
  return calibrateCskv(weights, inputs, {
    rankK: rank,
    rankV: rank,
    fitSteps: 0,
  });
}

describe("formatCache", () => {
  test.each(["channels", "tokens"] as const)("in float32 along %s is the plain cache", (keyAxis) => {
    const cache = formatCache(config, {keys: fp32, keyAxis, pageTokens: 4, wholeFormat: fp32});
    expect(logits(cache)).toEqual(plain());
    expect(cache.bytes()).toBe(LAYERS * 13 * 2 * WIDTH * 4);
  });

  test("per token holds what the packed cache holds, but a pass sees its own tokens as they came", () => {
    const [ours, packed] = [
      formatCache(config, {keys: int({bits: 4})}),
      packedKvCache(config, int({bits: 4})),
    ];
    expect(logits(ours).slice(0, 8 * 23)).toEqual(plain().slice(0, 8 * 23));
    forward(model, IDS, {cache: packed});
    expect(ours.bytes()).toBe(packed.bytes());
    const stored = formatCache(config, {keys: int({bits: 4}), own: "stored"});
    forward(model, IDS, {cache: stored});
    expect(stored.read(1)).toEqual(packed.read(1));
  });

  test("counts codes and scales of pages per channel, and what waits", () => {
    const cache = formatCache(config, {
      keys: int({bits: 4, groupSize: 4}),
      values: fp16,
      keyAxis: "tokens",
      pageTokens: 4,
    });
    forward(model, IDS, {cache});
    // Three pages of 4 tokens: half a byte a code and a scale of 2 bytes a channel; one token waits in float16.
    const keys = 3 * (WIDTH * 2 + WIDTH * 2) + WIDTH * 2;
    expect(cache.bytes()).toBe(LAYERS * (keys + 13 * WIDTH * 2));
  });

  test("keeps the newest tokens whole, however they came", () => {
    const rows = (prefill: number) => {
      const cache = formatCache(config, {keys: int({bits: 2}), residual: 5});
      logits(cache, prefill);
      return {bytes: cache.bytes(), read: cache.read(0)};
    };
    expect(rows(13)).toEqual(rows(1));
    const {keys} = rows(1).read;
    const exact = plainKvCache(config);
    forward(model, IDS, {cache: exact});
    const whole = fp16.decode(fp16.encode({shape: [1], data: Float32Array.of(exact.read(0).keys.at(-1)!)}));
    expect(keys.at(-1)).toBe(whole.data[0]);
    expect(rows(1).bytes).toBe(LAYERS * 2 * (5 * WIDTH * 2 + 8 * 3 * (1 + 2)));
  });

  test("per channel does not see an outlier channel; per token the others of its block are lost", () => {
    const outlier = (x: Float32Array) => x.map((value, i) => (i % WIDTH === 1 ? 100 * value : value));
    const x = captureKv(model, IDS.slice(0, 8)).rotatedKeys[0];
    const errorOf = (keyAxis: "channels" | "tokens") => {
      const cache = formatCache(config, {keys: int({bits: 4, groupSize: 8}), keyAxis, pageTokens: 8});
      cache.append(
        0,
        outlier(x),
        x,
        Int32Array.from({length: 8}, (_, i) => i),
      );
      cache.read(0);
      const back = cache.read(0).keys;
      const small = (y: Float32Array) => y.filter((_, i) => i % WIDTH !== 1);
      return meanSquare(small(back), small(outlier(x)));
    };
    expect(errorOf("tokens")).toBeLessThan(errorOf("channels") / 20);
  });

  test("stores keys in the order of K-sort and gives them back in their own", () => {
    const order = Int32Array.from({length: WIDTH}, (_, i) => (i * 5) % WIDTH);
    const cache = formatCache(config, {keys: fp32, keyOrder: [order, order]});
    expect(logits(cache)).toEqual(plain());
    expect(() => formatCache(config, {keys: fp32, keyOrder: [order]})).toThrow(
      new RangeError("formatCache: keyOrder must have 2 layers, got 1"),
    );
  });

  test("refuses pages of no token", () => {
    expect(() => formatCache(config, {keys: fp32, keyAxis: "tokens", pageTokens: 0})).toThrow(
      new RangeError("pagedStore: pageTokens must be an integer of at least 1, got 0"),
    );
    expect(() => formatCache(config, {keys: fp32, residual: -1})).toThrow(
      /residual must be an integer of at least 0, got -1$/,
    );
  });
});

describe("blockFloatFormat", () => {
  test.each([
    [4, 4],
    [3, 5],
    [6, 12],
  ])("packs %i-bit mantissas in blocks of %i to what blockFloat says", (bits, blockSize) => {
    const x = captureKv(model, IDS).keys[0];
    const format = blockFloatFormat({bits, blockSize});
    const packed = format.encode({shape: [13, WIDTH], data: x});
    expect(format.decode(packed).data).toEqual(blockFloat(x, WIDTH, {bits, blockSize}));
    expect(packed.parts.scales.length).toBe(13 * Math.ceil(WIDTH / blockSize));
    expect(packed.parts.codes.length).toBe(Math.ceil((13 * WIDTH * bits) / 8));
  });

  test("keeps blocks of zeros, and refuses what is not finite or has no bits", () => {
    const format = blockFloatFormat();
    const zeros = format.encode({shape: [1, 4], data: new Float32Array(4)});
    expect([...format.decode(zeros).data]).toEqual([0, 0, 0, 0]);
    expect(() => format.encode({shape: [1], data: Float32Array.of(Number.NaN)})).toThrow(
      /x must be finite, got NaN at index 0$/,
    );
    expect(() => blockFloatFormat({bits: 1})).toThrow(/bits must be an integer from 2 to 16, got 1$/);
  });

  test("in K-sort's order confines outlier channels of both heads to a block", () => {
    const wk = Float32Array.from({length: 8 * 3}, (_, i) => (i < 3 || (i >= 12 && i < 15) ? 9 : 1));
    const order = keyStoreOrder(wk, 2, 4);
    // Channels 0 and 4 are large, and their rotary partners 2 and 6 count as much.
    expect([...order.subarray(0, 4)].sort()).toEqual([0, 2, 4, 6]);
    expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(() => keyStoreOrder(wk, 5, 2)).toThrow(/wk must hold 10 rows, got 24 values$/);
    expect(() => keyStoreOrder(wk, 4, 3)).toThrow(/headDim must be even, got 3$/);
  });
});

describe("cskvCache", () => {
  test("at full rank is the plain cache to rounding", async () => {
    const cache = cskvCache(config, await fullFactors(WIDTH), {window: 4, format: fp32, wholeFormat: fp32});
    expect(maxDifference(logits(cache), plain())).toBeLessThan(1e-4);
  });

  test("with a window longer than the text is the plain cache exactly", async () => {
    const cache = cskvCache(config, await fullFactors(2), {window: 32, wholeFormat: fp32});
    expect(logits(cache)).toEqual(plain());
  });

  test("loses more with fewer channels, and holds features and the tokens of the window", async () => {
    const caches = await Promise.all(
      [1, 4, 8].map(async (rank) => cskvCache(config, await fullFactors(rank), {window: 4})),
    );
    const errors = caches.map((cache) => error(cache));
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    // Twelve tokens as 8 features, one whole, in float16.
    expect(caches[2].bytes()).toBe(LAYERS * 2 * (12 * 8 * 2 + WIDTH * 2));
  });

  test("packs features, of keys per channel of a window", async () => {
    const cache = cskvCache(config, await fullFactors(8), {window: 4, format: int({bits: 4, groupSize: 4})});
    forward(model, IDS.slice(0, 4), {cache});
    const keys = (8 * 4) / 2 + 8 * 2;
    const values = (4 * 8) / 2 + 4 * 2 * 2;
    expect(cache.bytes()).toBe(LAYERS * (keys + values));
  });

  test("fitting the factors to texts lowers the error on them", async () => {
    const weights = await openDecoderWeights(tinyFolder());
    const texts = Array.from({length: 6}, (_, i) => IDS.map((id) => (id * (i + 1) + i) % 23));
    const errorWith = async (fitSteps: number) => {
      const factors = calibrateCskv(weights, attentionInputs(model, texts), {rankK: 4, rankV: 4, fitSteps});
      const cache = cskvCache(config, factors, {window: 13, format: fp32, wholeFormat: fp32});
      forward(model, IDS, {cache});
      return meanSquare(cache.read(0).values, captureKv(model, IDS).values[0]);
    };
    expect(await errorWith(2)).toBeLessThan(await errorWith(0));
  });

  test("refuses factors of another model, and projections with biases", async () => {
    const {keys} = await fullFactors(2);
    expect(() => cskvCache(config, {keys, values: []})).toThrow(
      new RangeError("cskvCache: factors must be of 2 layers, got 2 of keys and 0 of values"),
    );
    const weights = await openDecoderWeights(tinyFolder());
    const bias = ["model.layers.1.self_attn.v_proj.bias", {shape: [8], data: new Float32Array(8)}] as const;
    const biased = {...weights, tensors: new Map([...weights.tensors, bias])};
    expect(() => calibrateCskv(biased, [], {rankK: 1, rankV: 1})).toThrow(/got biases$/);
  });

  test("factors that have lost a row have no inverse", () => {
    const factors = channelFactors(new Float32Array(12), 3, 2);
    const one = {keys: [factors, factors], values: [factors, factors]};
    expect(() => cskvCache(config, one)).toThrow(RangeError);
  });
});

describe("miniCacheCache", () => {
  const options = {first: 0, window: 4, format: fp32};

  test("merges nothing where every row is kept, or a layer has no neighbour", () => {
    expect(logits(miniCacheCache(config, {...options, gamma: 1}))).toEqual(plain());
    expect(logits(miniCacheCache(config, {...options, first: 1}))).toEqual(plain());
  });

  test.each(["correct", "released"] as const)("gives back what the %s merge says", (rule) => {
    const merge = rule === "correct" ? miniCacheMerge : miniCacheMergeReleased;
    const ids = IDS.slice(0, 8);
    const cache = miniCacheCache(config, {...options, rule, gamma: 0.2});
    forward(model, ids, {cache});
    cache.endPrompt?.();
    const {rotatedKeys, values} = captureKv(model, ids);
    const [keys, merged] = [rotatedKeys, values].map(([a, b]) => merge(a, b, 4, {gamma: 0.2}));
    expect(maxDifference(cache.read(0).keys, keys.first)).toBeLessThan(0.005);
    expect(maxDifference(cache.read(1).values, merged.second)).toBeLessThan(0.005);
  });

  test("holds directions and lengths of merged rows, whole rows of the others, a bit for each, and what waits", () => {
    const cache = miniCacheCache(config, {...options, gamma: 0.2});
    forward(model, IDS.slice(0, 8), {cache});
    cache.endPrompt?.();
    const {rotatedKeys, values} = captureKv(model, IDS.slice(0, 8));
    const expected = [rotatedKeys, values].map(([a, b]) => {
      const {merged} = miniCacheMerge(a, b, 4, {gamma: 0.2});
      const count = merged.reduce((sum, flag) => sum + flag, 0);
      return count * (4 * 4 + 2 * 2) + (24 - count) * 2 * 4 * 4 + 3;
    });
    expect(cache.bytes()).toBe(expected[0] + expected[1]);
    forward(model, [1, 2], {cache});
    expect(cache.bytes()).toBe(expected[0] + expected[1] + 2 * 2 * 2 * WIDTH * 4);
    forward(model, [1, 2], {cache});
    expect(cache.bytes()).toBeLessThan(expected[0] + expected[1] + 4 * 2 * 2 * WIDTH * 4);
  });

  test.each([
    [{first: 2}, /first must be a layer from 0 to 1, got 2$/],
    [{window: 0}, /window must be an integer of at least 1, got 0$/],
    [{rule: "best" as "correct"}, /rule must be one of correct, released, got best$/],
  ])("refuses %o", (wrong, message) => {
    expect(() => miniCacheCache(config, wrong)).toThrow(message);
  });
});

const eightBits = int({bits: 8});
describe.each<[string, () => Promise<PackedKvCache>]>([
  [
    "formatCache",
    async () => formatCache(config, {keys: eightBits, keyAxis: "tokens", pageTokens: 4, residual: 2}),
  ],
  ["cskvCache", async () => cskvCache(config, await fullFactors(8), {window: 4})],
  ["miniCacheCache", async () => miniCacheCache(config, {first: 0, window: 4})],
])("%s", (_, make) => {
  test("goes back to an earlier place, down to nothing, and on from there", async () => {
    const cache = await make();
    expect(cache.bytes()).toBe(0);
    forward(model, IDS, {cache});
    const full = cache.bytes();
    cache.truncate(6);
    expect(cache.bytes()).toBeLessThan(full);
    expect([...cache.read(1).positions]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(cache.read(1).keys).toHaveLength(6 * WIDTH);
    expect(forward(model, [IDS[6]], {cache}).data.every(Number.isFinite)).toBe(true);
    cache.truncate(0);
    expect(cache.bytes()).toBe(0);
    expect(logits(cache).slice(0, 8 * 23)).toEqual(plain().slice(0, 8 * 23));
    expect(() => cache.truncate(99)).toThrow(/length must be an integer from 0 to 13, got 99$/);
  });
});

describe("evictingCache with packed rows", () => {
  const run = (format: Format | undefined, room: number) => {
    const {cache, hooks} = evictingCache(config, h2oRule(), {room: () => room, ...(format && {format})});
    return {values: logits(cache, 8, hooks), bytes: cache.bytes()};
  };

  test("in float32 is the evicting cache itself", () => {
    expect(run(fp32, 5)).toEqual(run(undefined, 5));
  });

  test("counts what each row is packed to, and frees what it evicts", () => {
    const format = int({bits: 4});
    const row = 2 * (4 / 2 + 2) + 4 + 8;
    expect(run(format, 5).bytes).toBe(LAYERS * 3 * 5 * row);
    expect(run(format, 13).bytes).toBe(LAYERS * 3 * 13 * row);
    // A prefill attends to what came.
    expect(run(format, 3).values.slice(0, 8 * 23)).toEqual(plain().slice(0, 8 * 23));
    expect(run(format, 5).values).not.toEqual(run(undefined, 5).values);
  });

  test("packs the layers that keep everything too", () => {
    const {cache, hooks} = evictingCache(config, streamingRule, {
      room: () => 4,
      denseLayers: 1,
      format: fp16,
    });
    forward(model, IDS, {cache, hooks});
    cache.endPrompt?.();
    // Dense layers are packed when the pass has read them, evicting ones after they have evicted.
    expect(cache.bytes()).toBe(3 * (13 + 4) * (2 * 4 * 2 + 4));
  });
});

test("a store gives back what it took, token by token or at once", () => {
  const side = {
    pack: (data: Float32Array) => fp32.encode({shape: [data.length], data}),
    unpack: (page: Packed) => fp32.decode(page).data,
  };
  const store = pagedStore(config, {keys: {...side, pageTokens: 3}, values: side, wholeFormat: fp32});
  const x = Float32Array.from({length: 5 * WIDTH}, (_, i) => Math.cos(i));
  store.put(0, {keys: x, values: x});
  expect(store.get(0)).toEqual({keys: x, values: x});
  expect(store.bytes()).toBe(2 * x.byteLength);
});
