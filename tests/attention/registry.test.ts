import {beforeAll, describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {oracle} from "../../src/lib/attention/oracle.js";
import type {PolicySetting} from "../../src/lib/attention/policy.js";
import {policyCache, policyHooks, policyReading} from "../../src/lib/attention/policy-use.js";
import {random} from "../../src/lib/attention/random.js";
import {policies} from "../../src/lib/attention/registry.js";
import {tokenButler} from "../../src/lib/attention/token-butler/token-butler-policy.js";
import {tokenButlerPredictor} from "../../src/lib/attention/token-butler/token-butler-predictor.js";
import {type KvCache, plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {packedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import type {Hooks} from "../../src/lib/engine/hooks.js";
import {budgetOf} from "../../src/lib/engine/key-budget.js";
import {fp32} from "../../src/lib/formats/float/float.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {FAMILIES} from "../../src/lib/technique/families.js";
import {loadFolder, maxDifference, trainedPath} from "../engine/golden.js";

const IDS = Array.from(corpusDocument("test", 3, {context: 64, seed: 5}).tokens.slice(0, 64));
const SINKS = 4;
const knobs = {pageSize: 8, sinks: SINKS, window: 8};

let model: Decoder;
let setting: PolicySetting;
beforeAll(async () => {
  // The reference backend: observed attention is computed by it, and must be the same to the bit.
  model = await loadFolder(trainedPath("decoder-small"));
  const tensors = await loadTensors(`${trainedPath("decoder-small")}/token-butler.safetensors`);
  setting = {predictor: tokenButlerPredictor(tensors, model.config)};
});

/** Logits of a text that comes in parts of these lengths; the prompt of the cache ends after `prompt` tokens. */
function fed(
  {cache, hooks}: {readonly cache: KvCache; readonly hooks: Hooks},
  parts: readonly number[],
  {ids = IDS, prompt = 32} = {},
): number[] {
  let from = 0;
  return parts.flatMap((count) => {
    if (cache.length === prompt) cache.endPrompt?.();
    from += count;
    const {data} = forward(model, ids.slice(from - count, from), {cache, hooks});
    if (cache.length === prompt) cache.endPrompt?.();
    return Array.from(data);
  });
}

describe.each(policies.all.map((policy) => ({id: policy.id, policy})))("$id", ({policy}) => {
  test("has a name, a source with a paper, a family with a name, and a share of keys to keep", () => {
    expect(policy.label, "label must name the policy").toMatch(/\S/);
    if (policy.standing !== "floor") {
      expect(policy.source, "source must name a paper").toMatch(/arXiv:\d{4}\.\d{5}|doi\.org/);
    }
    expect(FAMILIES, "family must be one that pages have a colour for").toHaveProperty(policy.family);
    expect(policy.params.keepFraction, "params must say which share of keys may be kept").toMatchObject({
      max: 1,
    });
  });

  test("runs: a mask, hooks of its own or a rule of eviction; only what evicts has a rule", () => {
    if (policy.eviction) expect(policy.kind, "a policy with a rule of eviction must evict").toBe("evicts");
    expect(policy.mask !== undefined || policy.needs.length > 0, "mask or eviction must be given").toBe(true);
  });

  test("with every key is the model itself, to the bit", () => {
    const hooks = policyHooks(policy, {...knobs, keepFraction: 1}, setting);
    expect(forward(model, IDS, {hooks})).toEqual(forward(model, IDS));
  });

  test("shows layer 0 everything and no later query more than its share and the sinks", () => {
    const hooks = policyHooks(policy, {...knobs, keepFraction: 0.25}, setting);
    const shown: {layer: number; most: number; last: number}[] = [];
    forward(model, IDS, {
      hooks: {
        ...hooks,
        attention: (call, plain) =>
          hooks.attention!(call, ({mask, ...inner}) => {
            const {layer, heads} = inner;
            const [T, L] = [inner.queryPositions.length, inner.keyPositions.length];
            const rows = Array.from({length: heads * T}, (_, row) => {
              const kept = mask ? mask.subarray(row * L, (row + 1) * L).reduce((sum, x) => sum + x, 0) : L;
              const i = row % T;
              // The Λ mask's window does not grow with the text.
              const fair = policy.id === "lambda" ? budgetOf(0.25, T) : budgetOf(0.25, i + 1);
              // What TokenButler's repository ran holds as many as there are sinks at least.
              const budget = policy.id.endsWith("-released") ? Math.max(SINKS, fair) : fair;
              return {over: kept - Math.min(i + 1, budget + SINKS), kept};
            });
            shown.push({layer, most: Math.max(...rows.map(({over}) => over)), last: rows.at(-1)!.kept});
            return plain({...inner, ...(mask && {mask})});
          }),
      },
    });
    expect(shown.map(({layer}) => layer)).toEqual([0, 1, 2, 3]);
    expect(shown[0].last).toBe(64);
    for (const {most, last} of shown.slice(1)) {
      expect(most).toBeLessThanOrEqual(0);
      expect(last).toBeGreaterThanOrEqual(SINKS);
    }
  });

  test("reads a text the same whole, in parts and token by token, or refuses parts and says why", () => {
    const read = (parts: readonly number[]) => {
      const cache = plainKvCache(model.config);
      return fed({cache, hooks: policyHooks(policy, {...knobs, keepFraction: 0.3}, setting)}, parts);
    };
    const parts = () => read([20, 1, 3, 40]);
    if (policy.wholeText) expect(parts).toThrow(policy.wholeText);
    else expect(maxDifference(parts(), read([64]))).toBeLessThan(1e-5);
  });

  test("gives each query's keys a share of importance, or says that it asks nothing of a key", () => {
    const layers: {q: Float32Array; keys: Float32Array; heads: number; kvHeads: number; headDim: number}[] =
      [];
    const hidden = {"attention.input": new Float32Array(0), "mlp.input": new Float32Array(0)};
    forward(model, IDS, {
      hooks: {
        tensor(site, layer, x) {
          if (layer === 0 && (site === "attention.input" || site === "mlp.input")) hidden[site] = x.slice();
          return undefined;
        },
        attention(call, plain) {
          layers.push(call);
          return plain(call);
        },
      },
    });
    const values = {pool: 7, window: 8, pageSize: 8, recentShare: 0.5, keepFraction: 0.5, sinks: 4, seed: 0};
    const shares = policy.importance({layer: 1, queries: layers[1], hidden}, values, setting);
    if (shares === null) return;
    const last = shares.data.subarray(63 * 64, 64 * 64);
    expect(last.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(Math.min(...last)).toBeGreaterThanOrEqual(0);
  });
});

describe.each(policies.all.filter(({eviction}) => eviction).map((policy) => ({id: policy.id, policy})))(
  "the cache of $id",
  ({policy}) => {
    const open = (keepFraction: number) => policyCache(policy, model.config, {...knobs, keepFraction});
    const ones = (count: number) => Array<number>(count).fill(1);
    const rowBytes = 8 * 16 + policy.costs.note;

    test("frees nothing of everything, and then is the model itself, to the bit", () => {
      const session = open(1);
      expect(maxDifference(fed(session, [32, ...ones(32)]), forward(model, IDS).data)).toBe(0);
      expect(session.cache.bytes()).toBe(4 * 2 * 64 * rowBytes);
    });

    test("frees what its policy drops: of all layers but the first only its share and the sinks stay", () => {
      const session = open(0.25);
      fed(session, [32]);
      const most = (tokens: number, held: number) => 2 * rowBytes * (tokens + 3 * held);
      expect(session.cache.bytes()).toBeLessThanOrEqual(most(32, 8 + SINKS));
      expect(session.cache.bytes()).toBeGreaterThanOrEqual(most(32, 8));
      for (const id of IDS.slice(32)) forward(model, [id], session);
      const rule = policy.eviction!({keepFraction: 0.25, sinks: SINKS, window: 8, pool: 7, recentShare: 0.5});
      const held = rule.evicts === "after the prompt" ? 8 + 32 : 16;
      expect(session.cache.bytes()).toBeLessThanOrEqual(most(64, held + SINKS));
      expect(session.cache.bytes()).toBeGreaterThanOrEqual(most(64, held));
    });

    test("agrees for a prompt at once, in parts and token by token", () => {
      const of = (parts: readonly number[]) => {
        const session = open(0.25);
        const logits = fed(session, parts);
        return {
          logits,
          read: [0, 1, 2, 3].map((layer) => session.cache.read(layer)),
          bytes: session.cache.bytes(),
        };
      };
      const whole = of([32, ...ones(32)]);
      for (const parts of [[16, 16, 1, 7, 24], ones(64)]) {
        const {logits, ...left} = of(parts);
        expect(maxDifference(logits, whole.logits)).toBe(0);
        expect(left).toEqual({read: whole.read, bytes: whole.bytes});
      }
    });

    test("comes back from a refused draft to the bit", () => {
      const [drafted, straight] = [open(0.25), open(0.25)];
      for (const session of [drafted, straight]) fed(session, [32, 8]);
      fed(drafted, [5, 1, 2], {ids: [1, 2, 3, 4, 5, 6, 7, 8]});
      drafted.cache.truncate(40);
      expect(drafted.cache.bytes()).toBe(straight.cache.bytes());
      for (const layer of [0, 1, 2, 3]) expect(drafted.cache.read(layer)).toEqual(straight.cache.read(layer));
      const rest = {ids: IDS.slice(40)};
      expect(fed(drafted, [4, 4], rest)).toEqual(fed(straight, [4, 4], rest));
    });
  },
);

describe.each(policies.all.filter(({reading}) => reading).map((policy) => ({id: policy.id, policy})))(
  "the cache that $id reads in part",
  ({policy}) => {
    const open = (keepFraction: number, promptTokens?: number) =>
      policyReading(
        policy,
        model.config,
        packedKvCache(model.config, fp32),
        {...knobs, keepFraction},
        {
          ...setting,
          ...(promptTokens !== undefined && {promptTokens}),
        },
      );

    test("with every key is the model itself, to the bit", () => {
      expect(maxDifference(fed(open(1), [32, ...Array<number>(32).fill(1)]), forward(model, IDS).data)).toBe(
        0,
      );
    });

    test("reads a part, the same for a text whole, in parts and token by token, as its mask foretells", () => {
      const [whole, inParts, untouched] = [open(0.25), open(0.25), open(0.25)];
      const expected = fed(whole, [64], {prompt: 0});
      expect(maxDifference(fed(inParts, [30, 1, 33], {prompt: 0}), expected)).toBeLessThan(1e-5);
      expect(whole.bytes()).toBe(inParts.bytes());
      const masked = forward(model, IDS, {
        hooks: policyHooks(policy, {...knobs, keepFraction: 0.25, sinks: 4}, setting),
      });
      // Quest's bounds are rounded in its cache.
      if (policy.id !== "quest") expect(maxDifference(masked.data, expected)).toBeLessThan(1e-5);
      // A prompt reads all of itself, in whatever parts it comes.
      expect(maxDifference(fed(untouched, [7, 1, 24]), forward(model, IDS.slice(0, 32)).data)).toBeLessThan(
        1e-5,
      );
      const single = open(0.25);
      fed(single, [32, 1, 1]);
      expect(single.bytesRead()).toBeLessThan(single.bytes());
    });

    test("comes back from a refused draft to the bit", () => {
      const [drafted, straight] = [open(0.25), open(0.25)];
      for (const session of [drafted, straight]) fed(session, [32, 8]);
      fed(drafted, [5, 1, 2], {ids: [1, 2, 3, 4, 5, 6, 7, 8]});
      drafted.cache.truncate(40);
      expect(drafted.bytes()).toBe(straight.bytes());
      const rest = {ids: IDS.slice(40)};
      expect(fed(drafted, [4, 4], rest)).toEqual(fed(straight, [4, 4], rest));
    });
  },
);

describe("policies", () => {
  test("keep another random choice in every layer, the same for the same seed", () => {
    const run = (seed: number) =>
      forward(model, IDS, {hooks: policyHooks(random, {keepFraction: 0.3, seed})}).data;
    expect(run(1)).toEqual(run(1));
    expect(maxDifference(run(1), run(2))).toBeGreaterThan(0.1);
  });

  test("refuse a share of nothing, TokenButler without a predictor, and a cache where there is no rule", () => {
    expect(() => policyHooks(oracle, {keepFraction: 0})).toThrow(
      /policyHooks: oracle: keepFraction must be a number from 0\.01 to 1, got 0$/,
    );
    expect(() => policyHooks(tokenButler, {keepFraction: 0.5})).toThrow(
      /predictor must be given for token-butler, got none\. A shipped one loads with tokenButlerPredictor\.$/,
    );
    expect(() => policyCache(oracle, model.config)).toThrow(/must have a rule of eviction, got oracle$/);
    expect(() => policyReading(random, model.config, packedKvCache(model.config, fp32))).toThrow(
      /must choose among keys that all stay, got random: its draws go on through the text$/,
    );
    expect(() => policies.byId("nobody")).toThrow(/policies: id must be one of oracle, token-butler/);
  });
});
