import {describe, expect, test} from "vitest";
import {type KvCache, plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {greedy} from "../../src/lib/engine/generate.js";
import type {Hooks, Site} from "../../src/lib/engine/hooks.js";
import {rotaryTable, rotate} from "../../src/lib/engine/rope.js";
import {maxDifference} from "./golden.js";
import {TINY_CONFIG, tinyDecoder} from "./tiny.js";

const IDS = [3, 22, 0, 7, 7, 1, 15];
const T = IDS.length;
const SITES_OF_A_LAYER: Site[] = [
  "attention.input",
  "q",
  "k",
  "v",
  "q.rotated",
  "k.rotated",
  "attention.output",
  "attention.update",
  "mlp.input",
  "mlp.gate",
  "mlp.up",
  "mlp.hidden",
  "mlp.update",
  "layer.output",
];

describe("the tensor hook", () => {
  test("sees every site in order with its rows and width, and changes nothing by looking", async () => {
    const model = await tinyDecoder();
    const seen: string[] = [];
    const widths = new Map<Site, number>();
    const logits = forward(model, IDS, {
      hooks: {
        tensor(site, layer, x, rows) {
          seen.push(`${layer} ${site}`);
          widths.set(site, x.length / rows);
          return undefined;
        },
      },
    });
    const layers = [0, 1].flatMap((layer) => SITES_OF_A_LAYER.map((site) => `${layer} ${site}`));
    expect(seen).toEqual(["-1 embedding", ...layers, "-1 final", "-1 logits"]);
    expect(Object.fromEntries(widths)).toMatchObject({
      embedding: 20,
      q: 24,
      k: 12,
      v: 12,
      "mlp.hidden": 28,
      logits: 23,
    });
    expect(logits).toEqual(forward(model, IDS));
  });

  test.each(["embedding", ...SITES_OF_A_LAYER, "final", "logits"] as Site[])(
    "what it gives for %s goes on",
    async (site) => {
      const model = await tinyDecoder();
      const plain = forward(model, IDS).data;
      const same = forward(model, IDS, {
        hooks: {tensor: (s, _, x) => (s === site ? x.slice() : undefined)},
      }).data;
      // A different amount for each value: a softmax or a norm does not notice what all tokens share.
      const changed = forward(model, IDS, {
        hooks: {tensor: (s, _, x) => (s === site ? x.map((v, i) => v + (i % 7)) : undefined)},
      }).data;
      expect(same).toEqual(plain);
      expect(maxDifference(changed, plain)).toBeGreaterThan(1e-3);
    },
  );

  test("must keep the size", async () => {
    const model = await tinyDecoder();
    expect(() => forward(model, IDS, {hooks: {tensor: () => new Float32Array(3)}})).toThrow(
      "forward: the tensor hook must give 140 values for embedding, got 3",
    );
  });
});

describe("the attention hook", () => {
  test("observes probabilities that sum to 1 over the keys before each query", async () => {
    const model = await tinyDecoder();
    let calls = 0;
    const plain = forward(model, IDS);
    const logits = forward(model, IDS, {
      hooks: {
        attention(call, compute) {
          expect(call.layer).toBe(calls++);
          return compute({
            ...call,
            observe(p) {
              expect(p.length).toBe(6 * T * T);
              for (let row = 0; row < 6 * T; row++) {
                const values = p.subarray(row * T, (row + 1) * T);
                const future = values.subarray((row % T) + 1);
                expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
                expect(future.every((value) => value === 0)).toBe(true);
              }
            },
          });
        },
      },
    });
    expect(calls).toBe(2);
    expect(logits).toEqual(plain);
  });

  test("a mask of a window is the model with that window", async () => {
    const window = 3;
    const windowed = await tinyDecoder({
      ...TINY_CONFIG,
      architectures: ["MistralForCausalLM"],
      sliding_window: window,
    });
    const mask = Uint8Array.from({length: 6 * T * T}, (_, n) => {
      const [i, j] = [Math.floor(n / T) % T, n % T];
      return i - j < window ? 1 : 0;
    });
    const masked = forward(await tinyDecoder(), IDS, {
      hooks: {attention: (call, plain) => plain({...call, mask})},
    });
    expect(masked).toEqual(forward(windowed, IDS));
    expect(masked).not.toEqual(forward(await tinyDecoder(), IDS));
  });

  test("a mask that hides everything from a query throws and names it", async () => {
    const mask = new Uint8Array(6 * T * T);
    const hooks: Hooks = {attention: (call, plain) => plain({...call, mask})};
    const model = await tinyDecoder();
    expect(() => forward(model, IDS, {hooks})).toThrow(
      "attention: every query must see a key, got none for layer 0, head 0, position 0",
    );
  });

  test("may replace attention altogether", async () => {
    const model = await tinyDecoder();
    const replaced = forward(model, IDS, {
      hooks: {attention: (call) => new Float32Array(call.q.length)},
    }).data;
    const skipped = forward(model, IDS, {hooks: {skip: (_, part) => part === "attention"}}).data;
    expect(replaced).toEqual(skipped);
  });
});

describe("skipping", () => {
  test("every half of every layer leaves the embedding, and nothing is cached", async () => {
    const model = await tinyDecoder();
    const cache = plainKvCache(model.config);
    const outputs: Float32Array[] = [];
    forward(model, IDS, {
      cache,
      hooks: {
        skip: () => true,
        tensor(site, _, x) {
          if (site === "embedding" || site === "layer.output") outputs.push(x);
          return undefined;
        },
      },
    });
    expect(outputs[2]).toEqual(outputs[0]);
    expect(cache.read(0).positions.length).toBe(0);
    expect(cache.length).toBe(T);
  });

  test("a layer that is skipped at first can be used later: its cache holds only what it saw", async () => {
    const model = await tinyDecoder();
    const cache = plainKvCache(model.config);
    forward(model, IDS.slice(0, 4), {cache, hooks: {skip: (layer) => layer === 1}});
    forward(model, IDS.slice(4), {cache});
    expect(Array.from(cache.read(0).positions)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Array.from(cache.read(1).positions)).toEqual([4, 5, 6]);
  });
});

describe("the cache as a plug point", () => {
  test("a cache of unrotated keys gives the same logits as one of rotated keys", async () => {
    const model = await tinyDecoder();
    const unrotated: KvCache = {...plainKvCache(model.config), unrotatedKeys: true};
    const rotated = plainKvCache(model.config);
    for (const ids of [IDS.slice(0, 3), IDS.slice(3, 4), IDS.slice(4)]) {
      expect(forward(model, ids, {cache: unrotated})).toEqual(forward(model, ids, {cache: rotated}));
    }
    const {keys, positions} = unrotated.read(1);
    const {headDim, kvHeads} = model.config;
    const frequencies = Float64Array.from({length: headDim / 2}, (_, j) => 1000 ** ((-2 * j) / headDim));
    expect(rotate(keys, kvHeads, rotaryTable(frequencies, positions), T)).toEqual(rotated.read(1).keys);
  });

  test("a cache that drops its oldest tokens is a window", async () => {
    const window = 3;
    const windowed = await tinyDecoder({
      ...TINY_CONFIG,
      architectures: ["MistralForCausalLM"],
      sliding_window: window,
    });
    const model = await tinyDecoder();
    const full = plainKvCache(model.config);
    const dropping: KvCache = {
      ...full,
      read(layer) {
        const {keys, values, positions} = full.read(layer);
        const first = Math.max(0, positions.length - window);
        return {
          keys: keys.subarray(first * 12),
          values: values.subarray(first * 12),
          positions: positions.subarray(first),
        };
      },
    };
    const plain = plainKvCache(model.config);
    for (const id of IDS) {
      expect(forward(model, [id], {cache: dropping})).toEqual(forward(windowed, [id], {cache: plain}));
    }
  });

  test("truncating goes back to an earlier place in the text", async () => {
    const model = await tinyDecoder();
    const cache = plainKvCache(model.config);
    forward(model, IDS, {cache});
    cache.truncate(4);
    expect(forward(model, IDS.slice(4), {cache}).data).toEqual(forward(model, IDS).data.slice(4 * 23));
    expect(() => cache.truncate(8)).toThrow("truncate: length must be an integer from 0 to 7, got 8");
    expect(() => cache.truncate(-1)).toThrow("got -1");
    cache.truncate(0);
    expect(forward(model, IDS, {cache})).toEqual(forward(model, IDS));
  });
});

describe("wrong calls", () => {
  test("ids that are none of the vocabulary are refused before anything is cached", async () => {
    const model = await tinyDecoder();
    const cache = plainKvCache(model.config);
    for (const id of [-1, 23, 0.5, Number.NaN]) {
      expect(() => forward(model, [1, id], {cache})).toThrow(
        `forward: every id must be an integer from 0 to 22, got ${id}`,
      );
    }
    expect(() => forward(model, [])).toThrow("forward: ids must hold at least one token, got none");
    expect(() => greedy(model, IDS, -1)).toThrow("greedy: steps must be an integer of at least 0, got -1");
    expect(cache.read(0).positions.length).toBe(0);
  });
});
