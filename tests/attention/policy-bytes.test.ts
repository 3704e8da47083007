import fc from "fast-check";
import {beforeAll, describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import type {PolicySetting} from "../../src/lib/attention/policy.js";
import {policyReadBytes, policyStateBytes} from "../../src/lib/attention/policy-bytes.js";
import {pageBounds} from "../../src/lib/attention/quest/quest.js";
import {policies} from "../../src/lib/attention/registry.js";
import {importanceStream} from "../../src/lib/attention/token-butler/token-butler.js";
import {
  tokenButlerDecodeCost,
  tokenButlerOverhead,
  tokenButlerParameters,
} from "../../src/lib/attention/token-butler/token-butler-cost.js";
import {tokenButlerPredictor} from "../../src/lib/attention/token-butler/token-butler-predictor.js";
import type {TokenButlerShape} from "../../src/lib/attention/token-butler/token-butler-weights.js";
import {packedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {DECODERS} from "../../src/lib/experiments/shared/decoders.js";
import {fp32} from "../../src/lib/formats/float/float.js";
import {loadFolder, trainedPath} from "../engine/golden.js";

const config = DECODERS["decoder-small"];
const READS = {shownShare: 0.5, keys: 300, allKeys: 800, shownToHeads: 420};

let setting: PolicySetting;
let predictor: NonNullable<PolicySetting["predictor"]>;
beforeAll(async () => {
  const tensors = await loadTensors(`${trainedPath("decoder-small")}/token-butler.safetensors`);
  predictor = tokenButlerPredictor(tensors, config);
  setting = {predictor};
});

const of = (id: string) => policies.byId(id);

describe("policyStateBytes", () => {
  test.each([1, 15, 16, 17, 100])("is what Quest stores of %i keys", (length) => {
    const keys = new Float32Array(length * 32);
    const {highest, lowest} = pageBounds(keys, 32, 16);
    const stored = 3 * (highest.byteLength + lowest.byteLength);
    expect(policyStateBytes(of("quest"), config, length)).toBe(stored);
    expect(policyStateBytes(of("quest-released"), config, length)).toBe(3 * highest.byteLength);
    expect(policyStateBytes(of("quest"), config, length, {}, {denseLayers: 2})).toBe((2 * stored) / 3);
  });

  test("is what TokenButler's predictor stores", () => {
    const {shape, weights, frequencies} = predictor;
    const stream = importanceStream(shape, weights, frequencies);
    stream.push(new Float64Array(9 * 64));
    expect(policyStateBytes(of("token-butler"), config, 9, {}, setting)).toBe(stream.bytes());
    expect(() => policyStateBytes(of("token-butler"), config, 9)).toThrow(
      /predictor must be given for token-butler/,
    );
  });

  test.each(policies.all.filter(({reading}) => reading).map((policy) => ({id: policy.id, policy})))(
    "is what the cache of $id counts beside keys and values",
    async ({policy}) => {
      const model = await loadFolder(trainedPath("decoder-small"));
      const values = {keepFraction: 0.5, sinks: 0, pageSize: 8, window: 8};
      const inner = packedKvCache(config, fp32);
      // Bounds that are stored as they are: the library's own form of them.
      const options = {...setting, denseLayers: 1, boundsFormat: fp32};
      const reading = policy.reading!(config, inner, values, options);
      forward(model, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], {cache: reading.cache, hooks: reading.hooks});
      const state = policyStateBytes(policy, config, 11, values, setting);
      expect(reading.bytes()).toBe(inner.bytes() + state);
    },
  );
});

describe("policyReadBytes", () => {
  const read = (id: string) => policyReadBytes(of(id), config, READS, [10, 20], {}, setting);

  test("counts keys and values of what was shown for every policy alike", () => {
    for (const id of policies.ids) expect(read(id).kv).toBe(300 * 2 * 16 * 4);
  });

  test("adds what the policy itself looks at, the mean over tokens", () => {
    expect(read("quest").method).toBe(3 * 1.5 * 32 * 2 * 4);
    expect(read("token-butler").method).toBe(15 * 4 * (4 * 4 * 8 + 2 * 16));
    expect(read("h2o").method).toBe(420 * 8);
    expect(read("oracle").method).toBe(500 * 16 * 4);
    for (const id of ["snapkv", "streaming-llm", "lambda", "random"]) expect(read(id).method).toBe(0);
  });

  test("counts every weight of the predictor once", () => {
    const weights = Object.values(predictor.weights).reduce((sum, {length}) => sum + length, 0);
    expect(read("token-butler").weights).toBe(4 * weights);
    expect(read("quest").weights).toBe(0);
  });
});

test("a cache notes the place of each key, and a score where the policy needs one", () => {
  expect(["h2o", "snapkv", "streaming-llm", "lambda"].map((id) => of(id).costs.note)).toEqual([12, 12, 4, 4]);
});

describe("over the whole range of lengths and shares", () => {
  const length = fc.integer({min: 1, max: 1_000_000});

  test.each(policies.all.map(({id}) => id))(
    "%s costs a finite number of bytes, never fewer for a longer text",
    (id) => {
      fc.assert(
        fc.property(length, length, fc.double({min: 0.05, max: 1, noNaN: true}), (a, more, keepFraction) => {
          const bytes = (tokens: number) => policyStateBytes(of(id), config, tokens, {keepFraction}, setting);
          const [short, long] = [bytes(a), bytes(a + more)];
          expect(short).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(long)).toBe(true);
          expect(long).toBeGreaterThanOrEqual(short);
          const read = policyReadBytes(of(id), config, READS, [a, a + more], {keepFraction}, setting);
          for (const value of Object.values(read)) expect(Number.isFinite(value) && value >= 0).toBe(true);
        }),
        {seed: 6, numRuns: 40},
      );
    },
  );
});

test("a predictor costs a share of the model between nothing and all, and more for a longer text", () => {
  const size = fc.integer({min: 1, max: 4096});
  const shape = fc.record({
    width: size,
    heads: size,
    layers: fc.integer({min: 2, max: 200}),
    importanceDim: size,
    hiddenDim: size,
    reducedDim: size,
  });
  fc.assert(
    fc.property(shape, size, fc.integer({min: 1, max: 1_000_000}), (sizes, model, tokens) => {
      const share = tokenButlerOverhead(tokenButlerParameters(sizes as TokenButlerShape), model);
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(1);
      const [short, long] = [tokens, 2 * tokens].map((L) =>
        tokenButlerDecodeCost(sizes as TokenButlerShape, L),
      );
      for (const [name, value] of Object.entries(short)) {
        expect(Number.isFinite(value) && value > 0).toBe(true);
        expect(long[name as keyof typeof long]).toBeGreaterThanOrEqual(value);
      }
    }),
    {seed: 7, numRuns: 100},
  );
});
