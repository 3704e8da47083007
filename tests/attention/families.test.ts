/** Policies on models whose attention is not that of Llama. */

import {describe, expect, test} from "vitest";
import {attentionLogits, softmaxRows} from "../../src/lib/attention/logits.js";
import {policyCache, policyHooks, policyReading} from "../../src/lib/attention/policy-use.js";
import {policies} from "../../src/lib/attention/registry.js";
import type {AttentionCall} from "../../src/lib/engine/attention.js";
import {packedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Hooks} from "../../src/lib/engine/hooks.js";
import {fp32} from "../../src/lib/formats/float/float.js";
import {loadGolden, maxDifference, readExpected} from "../engine/golden.js";

const {ids} = readExpected("gemma2");

test("the logits of policies are those of attention, with its scale and its soft cap", async () => {
  const calls: AttentionCall[] = [];
  const seen: Float32Array[] = [];
  const hooks: Hooks = {
    attention(call, plain) {
      calls.push(call);
      return plain({...call, observe: (p) => seen.push(p.slice())});
    },
  };
  forward(await loadGolden("gemma2"), ids.slice(0, 6), {hooks});
  calls.forEach((call, i) => {
    expect(maxDifference(softmaxRows(attentionLogits(call)).data, seen[i])).toBeLessThan(1e-6);
  });
});

describe("a sliding window that hides keys", () => {
  const window = /layers must see all earlier tokens, got a window of 6 in layer \d of a text of \d+$/;

  test("is refused by hooks, by a cache that evicts and by one that is read in part", async () => {
    const model = await loadGolden("gemma2");
    const h2o = policyCache(policies.byId("h2o"), model.config, {keepFraction: 0.5}, {denseLayers: 0});
    expect(() => forward(model, ids, h2o)).toThrow(window);
    expect(() =>
      forward(model, ids, {hooks: policyHooks(policies.byId("quest"), {keepFraction: 0.5})}),
    ).toThrow(window);
    const cache = packedKvCache(model.config, fp32);
    const read = policyReading(policies.byId("quest"), model.config, cache, {keepFraction: 0.5});
    forward(model, ids.slice(0, 20), read);
    read.cache.endPrompt?.();
    expect(() => forward(model, ids.slice(20, 21), read)).toThrow(window);
  });

  test("is no matter in a text that fits into it", async () => {
    const model = await loadGolden("gemma2");
    const hooks = policyHooks(policies.byId("h2o"), {keepFraction: 0.5});
    expect(forward(model, ids.slice(0, 6), {hooks}).data.every(Number.isFinite)).toBe(true);
  });
});
