import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  type EvictingCacheOptions,
  evictingCache,
} from "../../../src/lib/attention/eviction/evicting-cache.js";
import type {EvictionRule} from "../../../src/lib/attention/eviction/eviction.js";
import {h2oRule} from "../../../src/lib/attention/h2o/h2o.js";
import {questCache} from "../../../src/lib/attention/quest/quest-cache.js";
import type {ReadingCache} from "../../../src/lib/attention/selective-reading.js";
import {snapKvRule} from "../../../src/lib/attention/snapkv/snapkv.js";
import {streamingRule} from "../../../src/lib/attention/streaming-llm.js";
import {type AttentionCall, attention} from "../../../src/lib/engine/attention.js";
import {type FormatCacheOptions, formatCache} from "../../../src/lib/engine/cache/format-cache.js";
import type {PackedKvCache} from "../../../src/lib/engine/cache/packed-kv-cache.js";
import {storedCall, storedOf, withMask, withOptions} from "../../../src/lib/engine/cache/stored-kv.js";
import type {DecoderConfig} from "../../../src/lib/engine/decoder/config.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {greedy} from "../../../src/lib/engine/generate.js";
import {rotate} from "../../../src/lib/engine/rope.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {wasmCacheAttention} from "../../../src/lib/engine/wasm/wasm-cache-attention.js";
import {fp16, fp32} from "../../../src/lib/formats/float/float.js";
import type {Format} from "../../../src/lib/formats/format.js";
import {int} from "../../../src/lib/formats/int.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {wasmHeap} from "../../../src/lib/kernels/wasm-heap.js";
import {channelFactors} from "../../../src/lib/kv/cskv/cskv.js";
import {cskvCache} from "../../../src/lib/kv/cskv/cskv-cache.js";
import {kiviCache} from "../../../src/lib/kv/kivi/kivi-cache.js";
import {blockFloatFormat} from "../../../src/lib/kv/ksort-bfp/ksort-bfp.js";
import {miniCacheCache} from "../../../src/lib/kv/minicache/minicache-cache.js";
import {sparseKvCache} from "../../../src/lib/kv/sparse-kv/sparse-kv-cache.js";
import {xkvCache} from "../../../src/lib/kv/xkv/xkv-cache.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {loadFolder, maxDifference, trainedPath} from "../golden.js";
import {tinyDecoder} from "../tiny.js";

const tiny = await tinyDecoder();
const kernel = await wasmCacheAttention(wasmHeap());
const IDS = [
  "fp32",
  "fp16",
  "fp8_e4m3",
  "fp8_e5m2",
  "int2",
  "int3",
  "int4",
  "int5",
  "int8",
  "nf4",
  "sf4",
  "mxfp4",
];
const ASYMMETRIC = int({bits: 4, scheme: "asym", groupSize: 32});
const FORMATS = [
  ...[...IDS, "mxfp6_e2m3", "mxfp8_e4m3", "nvfp4", "nvfp4_single_level", "razer_act"].map(formatById),
  int({bits: 8, scheme: "asym", groupSize: 16}),
];

interface Shape {
  readonly kvHeads: number;
  readonly group: number;
  readonly headDim: number;
  readonly tokens: number;
}

/** A call of the last token that a cache was given. */
function callOf(
  cache: PackedKvCache,
  {kvHeads, group, headDim}: Shape,
  q: Float32Array,
  rest: Partial<AttentionCall> = {},
) {
  const kv = cache.stored?.(0);
  if (kv === undefined) throw new RangeError("callOf: the cache must hold runs");
  const heads = {heads: group * kvHeads, kvHeads, headDim};
  const {positions} = kv;
  return storedCall(
    {
      layer: 0,
      q,
      ...heads,
      queryPositions: positions.slice(-1),
      keyPositions: positions,
      window: null,
      ...rest,
    },
    kv,
  );
}

/** A call of one token over a cache that is given as many, the last of them as attention meets it. */
function callOver(
  cache: PackedKvCache,
  {kvHeads, group, headDim, tokens}: Shape,
  seed: number,
  rest: Partial<AttentionCall> = {},
) {
  const {normal} = randomStream(seed, "cache attention");
  const width = kvHeads * headDim;
  const positions = Int32Array.from({length: tokens}, (_, t) => t);
  const numbers = () => draws(width * (tokens - 1), normal);
  if (tokens > 1) cache.append(0, numbers(), numbers(), positions.subarray(0, -1));
  if (tokens > 1) cache.read(0);
  cache.append(0, draws(width, normal), draws(width, normal), positions.subarray(-1));
  return callOf(cache, {kvHeads, group, headDim, tokens}, draws(group * width, normal), rest);
}

/** Share of the largest value that an output may be off, as the docstring has it. */
const BOUND = 1e-5;

function expectClose(call: AttentionCall): void {
  const ours = kernel(call);
  const {keys, values} = call;
  const exact = attention({...call, keys, values});
  const most = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  expect(ours?.length).toBe(exact.length);
  const worst = exact.reduce(
    (top, value, i) => Math.max(top, Math.abs(value - (ours?.[i] ?? Number.NaN))),
    0,
  );
  expect(worst).toBeLessThanOrEqual(BOUND * most);
}

const shapes = fc.record({
  kvHeads: fc.integer({min: 1, max: 3}),
  group: fc.integer({min: 1, max: 5}),
  headDim: fc.constantFrom(8, 16, 24, 40, 64, 80),
  tokens: fc.integer({min: 1, max: 75}),
});
const config = ({kvHeads, headDim, group}: Shape): DecoderConfig => ({
  ...tiny.config,
  layers: 1,
  kvHeads,
  headDim,
  heads: kvHeads * group,
});

/** A mask [heads, 1, tokens] of which every head keeps the last. */
function maskOf({kvHeads, group, tokens}: Shape, keep: number, seed: number, isShared: boolean): Uint8Array {
  const {uniform} = randomStream(seed, "mask");
  const drawn = Uint8Array.from({length: kvHeads * group * tokens}, () => (uniform() < keep ? 1 : 0));
  return drawn.map((own, at) => {
    const [head, token] = [Math.floor(at / tokens), at % tokens];
    const first = isShared ? drawn[(head - (head % group)) * tokens + token] : own;
    return token === tokens - 1 ? 1 : first;
  });
}

const cacheOf = (shape: Shape, format: Format, options: Partial<FormatCacheOptions> = {}) =>
  formatCache(config(shape), {keys: format, ...options});

describe("attention over packed keys and values is that over the unpacked ones", () => {
  test.each(FORMATS)("in $id", (format) => {
    fc.assert(
      fc.property(shapes, fc.nat(999), (shape, seed) => {
        expectClose(callOver(cacheOf(shape, format), shape, seed));
      }),
      {seed: 1, numRuns: 12},
    );
  });

  test.each([
    ["KIVI in 2 bits", (shape: Shape) => kiviCache(config(shape), {bits: 2})],
    [
      "KIVI in 3 bits, keys by token",
      (shape: Shape) => kiviCache(config(shape), {bits: 3, keyAxis: "channels"}),
    ],
    ["KIVI in 4 bits", (shape: Shape) => kiviCache(config(shape), {bits: 4, groupSize: 16, residual: 16})],
    [
      "int4 by channel, the newest tokens whole",
      (shape: Shape) => cacheOf(shape, formatById("int4"), {keyAxis: "tokens", pageTokens: 16, residual: 5}),
    ],
    ["mxfp4 by channel", (shape: Shape) => cacheOf(shape, formatById("mxfp4"), {keyAxis: "tokens"})],
    [
      "pages without their small numbers",
      (shape: Shape) => sparseKvCache(config(shape), {keyPercent: 30, valuePercent: 70, pageTokens: 32}),
    ],
    ["block floats of 8", (shape: Shape) => cacheOf(shape, blockFloatFormat({blockSize: 8}))],
  ])("of %s, under any mask", (_, open) => {
    const wide = shapes.filter(({headDim, kvHeads}) => headDim % 16 === 0 && (headDim * kvHeads) % 32 === 0);
    fc.assert(
      fc.property(
        wide,
        fc.nat(999),
        fc.constantFrom(0, 0.05, 0.3, 1),
        fc.boolean(),
        (shape, seed, keep, isShared) => {
          const mask = maskOf(shape, keep, seed, isShared);
          expectClose(withMask(callOver(open(shape), shape, seed), mask));
        },
      ),
      {seed: 2, numRuns: 25},
    );
  });

  test("under any mask and window, with a scale of its own", () => {
    const window = fc.option(fc.integer({min: 1, max: 80}));
    fc.assert(
      fc.property(shapes, fc.nat(999), fc.double({min: 0, max: 1}), window, (shape, seed, keep, window) => {
        const call = callOver(cacheOf(shape, formatById("int4")), shape, seed, {window, scale: 0.3});
        expectClose(call);
        expectClose(withMask(call, maskOf(shape, keep, seed, false)));
        expectClose(withMask(call, maskOf(shape, keep, seed, false).slice(0, shape.tokens)));
      }),
      {seed: 3, numRuns: 40},
    );
  });

  test("for numbers that are not finite, and for zeros", () => {
    const shape = {kvHeads: 1, group: 2, headDim: 8, tokens: 3};
    const first = (keys: readonly number[], values: readonly number[]) => {
      const cache = cacheOf(shape, fp16);
      cache.append(
        0,
        new Float32Array(16).fill(keys[0], 0, 8),
        new Float32Array(16).fill(values[0], 0, 8),
        Int32Array.of(0, 1),
      );
      cache.read(0);
      cache.append(0, new Float32Array(8), new Float32Array(8).fill(1), Int32Array.of(2));
      return callOf(cache, shape, new Float32Array(16).fill(1));
    };
    const outs = (call: AttentionCall) => [kernel(call), attention({...call})].map((out) => [...(out ?? [])]);
    for (const [key, value] of [
      [0, 0],
      [Number.NaN, 1],
      [1, Number.NaN],
      [1, Number.POSITIVE_INFINITY],
      // Its key weighs nothing, so that it counts for nothing.
      [-60_000, Number.POSITIVE_INFINITY],
    ]) {
      const [ours, exact] = outs(first([key], [value]));
      expect(ours.map((number, i) => (Math.abs(number - exact[i]) < 1e-5 ? exact[i] : number))).toEqual(
        exact,
      );
    }
  });

  test("touches no bytes of tokens that nobody chose", () => {
    const shape = {kvHeads: 2, group: 2, headDim: 16, tokens: 64};
    const cache = cacheOf(shape, fp16);
    const call = callOver(cache, shape, 5);
    const mask = maskOf(shape, 0, 5, true).map((own, at) => (at % 64 === 9 ? 1 : own));
    const before = kernel(withMask(call, mask));
    for (const run of [...(storedOf(call)?.keys ?? []), ...(storedOf(call)?.values ?? [])]) {
      const each = run.parts.codes.length / run.tokens;
      // Halves of all ones are NaN.
      if (run.tokens > 9) run.parts.codes.fill(255, 10 * each).fill(255, 0, 9 * each);
    }
    expect(kernel(withMask(call, mask))).toEqual(before);
  });
});

test("attention over keys in another order of channels is that over the unpacked ones", () => {
  fc.assert(
    fc.property(shapes, fc.nat(999), (shape, seed) => {
      const width = shape.kvHeads * shape.headDim;
      const order = Int32Array.from({length: width}, (_, c) => (c * 7 + seed) % width);
      fc.pre(new Set(order).size === width);
      const cache = cacheOf(shape, blockFloatFormat({blockSize: 8}), {keyOrder: [order]});
      expectClose(callOver(cache, shape, seed));
      expectClose(
        callOf(cache, shape, draws(shape.group * width, randomStream(seed, "q").normal), {window: 9}),
      );
    }),
    {seed: 5, numRuns: 20},
  );
});

describe("attention of heads that hold tokens of their own", () => {
  const shape = {kvHeads: 2, group: 2, headDim: 16, tokens: 50};
  const session = (options: Partial<EvictingCacheOptions>, rule: EvictionRule) =>
    evictingCache(config(shape), rule, {room: () => 20, sinks: 2, ...options});
  const rules: [string, EvictionRule][] = [
    ["H2O", h2oRule()],
    ["StreamingLLM", streamingRule],
    ["SnapKV", snapKvRule({window: 4, pool: 3})],
  ];

  test.each(rules)("of %s is that over the union of what they hold, and so is what it shows", (_, rule) => {
    for (const format of [undefined, formatById("int8"), formatById("nvfp4")]) {
      const {cache, hooks} = session(format ? {format} : {}, rule);
      const {normal} = randomStream(3, "own tokens");
      for (let t = 0; t < shape.tokens; t++) {
        if (t === 40) cache.endPrompt?.();
        const numbers = (heads: number) => draws(heads * shape.headDim, normal);
        cache.append(0, numbers(shape.kvHeads), numbers(shape.kvHeads), Int32Array.of(t));
        const {keys, values, positions} = cache.read(0);
        const q = numbers(shape.kvHeads * shape.group);
        const common = {layer: 0, q, ...shape, heads: 4, queryPositions: Int32Array.of(t), window: null};
        const kv = cache.stored?.(0);
        expect(kv === undefined).toBe(t < 40);
        const call = kv
          ? storedCall({...common, keyPositions: positions}, kv)
          : {...common, keys, values, keyPositions: positions};
        hooks.attention?.(call, (own) => (t < 40 ? attention(own) : both(own)));
        cache.length = t + 1;
      }
    }
  });

  /** The kernel's output, after a look at how near it is to the definition's. */
  function both(call: AttentionCall): Float32Array {
    expectClose(call);
    const seen: Float32Array[] = [];
    const see = {observe: (p: Float32Array) => seen.push(p)};
    const out = kernel(withOptions(call, see));
    attention({...call, ...see});
    expect(seen).toHaveLength(2);
    expect(maxDifference(seen[0], seen[1])).toBeLessThan(1e-6);
    call.observe?.(seen[0]);
    return out ?? new Float32Array(0);
  }
});

describe("a few tokens together", () => {
  const shape = {kvHeads: 2, group: 2, headDim: 16, tokens: 40};
  const DRAFTS = 3;
  const several = {
    q: draws(DRAFTS * shape.kvHeads * shape.group * shape.headDim, randomStream(9, "drafts").normal),
    queryPositions: Int32Array.from({length: DRAFTS}, (_, t) => shape.tokens - DRAFTS + t),
  };
  const drawn = (length: number) =>
    Uint8Array.from({length}, (_, i) => (i % shape.tokens < 4 || (7 * i) % 5 < 2 ? 1 : 0));

  test.each(["int4", "fp8_e4m3", "nvfp4", "razer_act"])("read what is packed as %s", (id) => {
    const cache = cacheOf(shape, formatById(id));
    expectClose(callOver(cache, shape, 3, several));
    expectClose(callOf(cache, shape, several.q, {...several, window: 9}));
    expectClose(callOf(cache, shape, several.q, {...several, mask: drawn(DRAFTS * shape.tokens)}));
    const heads = shape.kvHeads * shape.group;
    expectClose(callOf(cache, shape, several.q, {...several, mask: drawn(heads * DRAFTS * shape.tokens)}));
  });

  test("read keys that are turned by their places, and coefficients of rows, under a mask too", () => {
    const {normal} = randomStream(2, "factors");
    const factor = channelFactors(draws(24 * 32, normal), 24, 12);
    const cache = cskvCache(config(shape), {keys: [factor], values: [factor]}, {window: 16});
    callOver(cache, shape, 3);
    const turned = draws(shape.tokens * 8, normal);
    const rest = {...several, mask: drawn(DRAFTS * shape.tokens)};
    const kv = storedOf(callOf(cache, shape, several.q, rest))!;
    const rotary = {cos: turned.map(Math.cos), sin: turned.map(Math.sin), layout: "half-split"} as const;
    const heads = {heads: shape.kvHeads * shape.group, kvHeads: shape.kvHeads, headDim: shape.headDim};
    const common = {layer: 0, ...heads, keyPositions: kv.positions, window: null, ...several};
    for (const mask of [undefined, rest.mask])
      expectClose(
        storedCall({...common, ...(mask && {mask})}, {...kv, rotary}, () => {
          const {keys, values} = kv.unpack();
          return {keys: rotate(keys, shape.kvHeads, rotary, shape.tokens, "half-split"), values};
        }),
      );
  });
});

describe("calls that the kernel leaves to the definition", () => {
  test.each([
    ["a whole prompt", {}, {queryPositions: Int32Array.from({length: 17}, (_, i) => i)}],
    ["a soft cap", {}, {softcap: 5}],
    [
      "somebody who looks at the probabilities of several tokens",
      {},
      {queryPositions: Int32Array.of(1, 2), observe: () => undefined},
    ],
    ["keys after the query alone", {}, {queryPositions: Int32Array.of(-1)}],
    ["a mask under which a head sees nothing", {}, {mask: new Uint8Array(8 * 3)}],
    ["odd heads", {headDim: 6}, {}],
  ])("%s", (_, sizes, rest) => {
    const shape = {kvHeads: 2, group: 4, headDim: 16, tokens: 3, ...sizes};
    expect(kernel(callOver(cacheOf(shape, fp16), shape, 1, rest))).toBe(null);
  });

  test("groups that end inside 8 numbers, or of large codes inside 16, and tokens that end inside a byte", () => {
    const shape = {kvHeads: 2, group: 1, headDim: 32, tokens: 3};
    expect(kernel(callOver(cacheOf(shape, int({bits: 4, groupSize: 20})), shape, 1))).toBe(null);
    expect(kernel(callOver(cacheOf(shape, int({bits: 8, groupSize: 24})), shape, 1))).toBe(null);
    expectClose(callOver(cacheOf(shape, int({bits: 4, groupSize: 24})), shape, 1));
    const narrow = {...shape, headDim: 12};
    const one = {...narrow, kvHeads: 1};
    expect(kernel(callOver(cacheOf(one, formatById("int3")), one, 1))).toBe(null);
    expectClose(callOver(cacheOf(narrow, formatById("int3")), narrow, 1));
  });

  test("a call that was copied, since its keys may be others now", () => {
    const shape = {kvHeads: 1, group: 1, headDim: 16, tokens: 4};
    const call = callOver(cacheOf(shape, fp32), shape, 1);
    expect(kernel({...call})).toBe(null);
    expect(attention({...call, values: call.values.map(() => 2)})).toEqual(new Float32Array(16).fill(2));
  });
});

describe("a decoder with its cache packed", () => {
  const ids = [5, 9, 40, 17, 3, 60, 22, 8, 5, 9, 40, 17, 3, 60, 22, 8, 31, 2];
  const factors = (config: DecoderConfig) => {
    const {normal} = randomStream(4, "factors");
    const one = () => channelFactors(draws(config.hiddenSize * 32, normal), config.hiddenSize, 12);
    return Array.from({length: config.layers}, one);
  };

  test.each<[string, (config: DecoderConfig) => PackedKvCache | ReadingCache]>([
    ["int4", (config) => formatCache(config, {keys: formatById("int4")})],
    ["KIVI", (config) => kiviCache(config, {bits: 2})],
    ["Quest", (config) => questCache(config, formatCache(config, {keys: fp16}), {keepFraction: 0.3})],
    ["xKV", (config) => xkvCache(config, {groupSize: 2, rankK: 8, rankV: 12})],
    ["xKV in int8", (config) => xkvCache(config, {rankK: 12, rankV: 8, format: formatById("int8")})],
    [
      "xKV of a few layers",
      (config) => xkvCache(config, {first: 1, last: 2, rankK: 4, rankV: 0, format: fp16}),
    ],
    ["CSKV", (config) => cskvCache(config, {keys: factors(config), values: factors(config)}, {window: 16})],
    [
      "CSKV in int4",
      (config) =>
        cskvCache(config, {keys: factors(config), values: factors(config)}, {format: formatById("int4")}),
    ],
    [
      "CSKV in int4 with zero points",
      (config) => cskvCache(config, {keys: factors(config), values: factors(config)}, {format: ASYMMETRIC}),
    ],
    ["MiniCache with a third of its rows apart", (config) => miniCacheCache(config, {gamma: 0.4})],
  ])("says what the definition says of %s, and unpacks nothing", async (_, open) => {
    const model = await loadFolder(trainedPath("decoder-small"), {backend: await wasmBackend()});
    const [ours, exact] = [onlyStored, onlyRead].map((limit) => {
      const opened = open(model.config);
      const session = "cache" in opened ? opened : {cache: opened};
      greedy(model, ids, 0, session);
      limit(session.cache);
      const logits = Array.from({length: 30}, (_, n) => forward(model, [(7 * n) % 90], session).data);
      return {logits, bytes: session.cache.bytes()};
    });
    expect(ours.bytes).toBe(exact.bytes);
    ours.logits.forEach((row, n) => {
      expect(maxDifference(row, exact.logits[n])).toBeLessThan(1e-3);
    });
  });
});

/** Takes a cache's floats away. */
function onlyStored(cache: PackedKvCache): void {
  const stored = cache.stored?.bind(cache);
  cache.read = () => {
    throw new Error("read: nothing must be unpacked");
  };
  cache.stored = (layer) => {
    const kv = stored?.(layer);
    return kv && {...kv, unpack: () => cache.read(layer)};
  };
}

/** Leaves a cache's floats alone. */
function onlyRead(cache: PackedKvCache): void {
  cache.stored = () => undefined;
}
