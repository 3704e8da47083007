import {beforeAll, describe, expect, test} from "vitest";
import {oracleMask} from "../../src/lib/attention/oracle.js";
import {policyHooks} from "../../src/lib/attention/policy-use.js";
import {questMask} from "../../src/lib/attention/quest/quest.js";
import {questReleasedMask} from "../../src/lib/attention/quest/quest-released.js";
import {policies} from "../../src/lib/attention/registry.js";
import type {KeyMask, Queries} from "../../src/lib/attention/selection.js";
import {selectionHooks} from "../../src/lib/attention/selection-hooks.js";
import {tokenButlerHooks} from "../../src/lib/attention/token-butler/token-butler-hooks.js";
import {captureKv, replacedKv} from "../../src/lib/engine/cache/kv-replacement.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import type {Hooks} from "../../src/lib/engine/hooks.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {perplexity} from "../../src/lib/evaluate/quality.js";
import {scoreTokens} from "../../src/lib/evaluate/token-scores.js";
import {meanRowCosine, subspaceOverlap} from "../../src/lib/kv/alignment.js";
import {kiviDequantize, kiviQuantize} from "../../src/lib/kv/kivi/kivi.js";
import {xkvFactorize, xkvGroups, xkvReconstruct} from "../../src/lib/kv/xkv/xkv.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {loadFolder, trainedPath} from "../engine/golden.js";
import {tinyDecoder} from "../engine/tiny.js";

const TEXTS = Array.from({length: 2}, (_, index) => {
  const {tokens} = corpusDocument("test", index, {context: 96, seed: 4242});
  return {ids: Array.from(tokens.slice(0, 96)), targets: Array.from(tokens.slice(1))};
});

/** Perplexity over a few texts. */
function score(model: Decoder, hooksOf: (ids: number[]) => Hooks): number {
  const logProbs = TEXTS.map(
    ({ids, targets}) => scoreTokens(forward(model, ids, {hooks: hooksOf(ids)}), targets).logProbs,
  );
  return perplexity(logProbs).perplexity.value;
}

let model: Decoder;
let dense = 0;
beforeAll(async () => {
  model = await loadFolder(trainedPath("decoder-small"), {backend: await wasmBackend()});
  dense = score(model, () => ({}));
});

const selected = (select: (input: Queries) => KeyMask) => score(model, () => selectionHooks(select));

describe("on the trained decoder, a quarter of the keys", () => {
  const budget = {keepFraction: 0.25, sinks: 4};

  test("is enough for the oracle, less so for Quest, and not for fixed patterns and eviction", () => {
    const oracle = selected((input) => oracleMask(input, budget));
    const quest = selected((input) => questMask(input, {...budget, pageSize: 8}));
    const [h2o, streaming] = ["h2o", "streaming-llm"].map((id) =>
      score(model, () => policyHooks(policies.byId(id), budget)),
    ) as [number, number];
    expect(oracle / dense).toBeLessThan(1.02);
    expect(quest / dense).toBeGreaterThan(1.1);
    expect(h2o / dense).toBeGreaterThan(1.1);
    expect(streaming).toBeGreaterThan(h2o);
    const released = selected((input) => questReleasedMask(input, {...budget, pageSize: 8}).mask);
    expect(released).toBeGreaterThan(2 * quest);
  });

  test("of 100 % is the model itself, to the bit", () => {
    const {ids} = TEXTS[0];
    const hooks = selectionHooks((input) => oracleMask(input, {keepFraction: 1}));
    expect(forward(model, ids, {hooks})).toEqual(forward(model, ids));
  });
});

describe("on the trained decoder, xKV", () => {
  const sharing = (groupSize: number, rankK: number, rankV: number) =>
    score(model, (ids) => {
      const {keys, values} = captureKv(model, ids);
      const through = (layers: readonly Float32Array[], rank: number) =>
        xkvGroups(0, 3, groupSize).flatMap((group) => {
          const factors = xkvFactorize(
            group.map((layer) => layers[layer]),
            32,
            rank * groupSize,
          );
          return group.map((_, i) => xkvReconstruct(factors, i));
        });
      return replacedKv({keys: through(keys, rankK), values: through(values, rankV)});
    });

  test("gains with the group size at equal rank a layer", () => {
    const [alone, pairs, all] = [1, 2, 4].map((groupSize) => sharing(groupSize, 4, 6));
    expect(alone).toBeGreaterThan(1.1 * pairs);
    expect(pairs).toBeGreaterThan(all);
    expect(all / dense).toBeLessThan(1.15);
  });

  test("because layers share token directions though their rows are not alike", () => {
    const {keys} = captureKv(model, TEXTS[0].ids);
    for (let layer = 0; layer < 3; layer++) {
      const [a, b] = [keys[layer], keys[layer + 1]];
      expect(Math.abs(meanRowCosine(a, b, 32))).toBeLessThan(0.25);
      // Chance is 8 of 96.
      expect(subspaceOverlap(a, b, 32, 8)).toBeGreaterThan(3 * (8 / 96));
    }
  });
});

describe("on the trained decoder, KIVI", () => {
  const quantized = (decoder: Decoder, keyAxis: "tokens" | "channels") =>
    score(decoder, (ids) => {
      const {rotatedKeys, values} = captureKv(decoder, ids);
      const code = (x: Float32Array, axis: "tokens" | "channels", groupSize: number) =>
        kiviDequantize(kiviQuantize(x, 32, axis, {bits: 3, groupSize}));
      return replacedKv({
        rotatedKeys: rotatedKeys.map((x) => code(x, keyAxis, keyAxis === "tokens" ? 32 : 16)),
        values: values.map((x) => code(x, "channels", 16)),
      });
    });

  test("per channel does not see outlier channels, per token is destroyed by them", async () => {
    const outliers = await loadFolder(trainedPath("decoder-small-outliers"), {backend: await wasmBackend()});
    const perChannel = quantized(outliers, "tokens");
    expect(perChannel / dense).toBeLessThan(1.15);
    expect(Math.abs(perChannel / quantized(model, "tokens") - 1)).toBeLessThan(0.02);
    expect(quantized(model, "channels") / dense).toBeLessThan(1.15);
    expect(quantized(outliers, "channels")).toBeGreaterThan(2 * dense);
  });
});

describe("tokenButlerHooks", () => {
  const shape = {width: 20, heads: 6, layers: 2, importanceDim: 2, hiddenDim: 3, reducedDim: 12};
  const zeros = (n: number) => new Float64Array(n);
  const weights = {
    input: zeros(12 * 20),
    q: zeros(144),
    k: zeros(144),
    v: zeros(144),
    normWeight: zeros(12),
    normBias: zeros(12),
    up: zeros(288),
    upBias: zeros(24),
    down: zeros(24 * 20),
    downBias: zeros(20),
    queryHidden: zeros(60),
    queryOut: zeros(72),
    keyHidden: zeros(60),
    keyOut: zeros(72),
  };
  const frequencies = {attention: Float64Array.of(1), importance: Float64Array.of(1)};
  const predictor = {shape, weights, frequencies, site: "attention.input"} as const;

  test("at 100 % is the model, and with nothing to say keeps the first keys", async () => {
    const tiny = await tinyDecoder();
    const ids = [1, 2, 3, 4, 5, 6, 7, 8];
    const hooks = (keepFraction: number) => tokenButlerHooks(predictor, {keepFraction, sinks: 0});
    expect(forward(tiny, ids, {hooks: hooks(1)})).toEqual(forward(tiny, ids));
    let seen: Uint8Array | undefined;
    const {tensor, attention} = hooks(0.5);
    forward(tiny, ids, {
      hooks: {
        tensor: tensor!,
        attention: (call, plain) =>
          attention!(call, (inner) => {
            if (inner.layer === 1) seen = inner.mask;
            return plain(inner);
          }),
      },
    });
    // All importances tie: the earlier keys win.
    expect([...seen!.subarray(7 * 8, 8 * 8)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  test("needs to have seen what is in the cache", async () => {
    const tiny = await tinyDecoder();
    const {plainKvCache} = await import("../../src/lib/engine/cache/kv-cache.js");
    const cache = plainKvCache(tiny.config);
    forward(tiny, [1, 2], {cache});
    const hooks = tokenButlerHooks(predictor, {keepFraction: 0.5});
    expect(() => forward(tiny, [3], {cache, hooks})).toThrow(
      /must have seen the 2 tokens before the pass, got 0\. Begin with the text\.$/,
    );
  });
});
