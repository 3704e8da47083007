import {describe, expect, test} from "vitest";
import {ownCacheDraft} from "../../src/lib/decoding/drafts/model-draft.js";
import {fuzzyDraftSeconds} from "../../src/lib/decoding/easyspec/draft-time.js";
import {fuzzyHooks, layerRuns} from "../../src/lib/decoding/easyspec/fuzzy-layers.js";
import {decodingMethods} from "../../src/lib/decoding/registry.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Hooks, Site} from "../../src/lib/engine/hooks.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {TINY_CONFIG, tinyDecoder} from "../engine/tiny.js";

const draft = await tinyDecoder({...TINY_CONFIG, num_hidden_layers: 5});
const TEXT = [3, 4, 5, 6, 7, 8, 9, 10, 11];

describe("runs of layers", () => {
  test("hold every layer once, in order, the first alone", () => {
    for (let layers = 1; layers <= 9; layers++) {
      for (let atOnce = 1; atOnce <= 10; atOnce++) {
        const runs = layerRuns(layers, atOnce);
        expect(runs.flat()).toEqual(Array.from({length: layers}, (_, layer) => layer));
        expect(runs[0]).toEqual([0]);
        expect(runs.every((run) => run.length <= atOnce)).toBe(true);
        expect(runs).toHaveLength(1 + Math.ceil((layers - 1) / atOnce));
      }
    }
  });
});

/** Everything seen at the sites of a pass, by site and layer. */
function seenIn(hooks: Hooks): Map<string, Float32Array> {
  const all = new Map<string, Float32Array>();
  const tensor = (site: Site, layer: number, x: Float32Array, rows: number) => {
    const given = hooks.tensor?.(site, layer, x, rows);
    all.set(`${site} ${layer}`, (given ?? x).slice());
    return given;
  };
  forward(draft, TEXT, {hooks: {...hooks, tensor}});
  return all;
}

describe("fuzzy layers", () => {
  test("one at once are the model itself", () => {
    const plain = forward(draft, TEXT).data;
    expect(forward(draft, TEXT, {hooks: fuzzyHooks(draft, 1)}).data).toEqual(plain);
  });

  test("read the stream at the start of their run, and add up in order", () => {
    const seen = seenIn(fuzzyHooks(draft, 2));
    const at = (site: string) => seen.get(site)!;
    for (const [layer, start] of [
      [1, "layer.output 0"],
      [2, "layer.output 0"],
      [3, "layer.output 2"],
      [4, "layer.output 2"],
    ] as const)
      expect(at(`attention.input ${layer}`)).toEqual(draft.layers[layer].attentionNorms.input!(at(start)));
    for (let layer = 1; layer < 5; layer++) {
      const sum = at(`layer.output ${layer - 1}`).map(
        (value, i) => value + at(`attention.update ${layer}`)[i] + at(`mlp.update ${layer}`)[i],
      );
      at(`layer.output ${layer}`).forEach((value, i) => {
        expect(value).toBeCloseTo(sum[i], 4);
      });
    }
    expect(seen.get("logits -1")).not.toEqual(forward(draft, TEXT).data);
  });
});

describe("EasySpec", () => {
  test("with one attention at once drafts and keeps what the ordinary tree does", async () => {
    const target = await tinyDecoder();
    const rounds = (id: string, values: Record<string, number>) => [
      ...decodingMethods
        .byId(id)
        .rounds({target, draft}, [3, 4, 5], values, {tokens: 20, random: randomStream(1, "easyspec")}),
    ];
    expect(rounds("easyspec", {atOnce: 1})).toEqual(rounds("dynamic-tree", {}));
  });

  test("calibrated drafts as a draft that read the whole text exactly does; without, its errors stay", () => {
    const state = {cache: plainKvCache(draft.config), hidden: null};
    const hooks = fuzzyHooks(draft, 4);
    const shape = {depth: 3, width: 2, temperature: 1, hooks};
    const afterTwo = (readsWith: (isPrompt: boolean) => Hooks) => {
      const drafter = ownCacheDraft(draft, shape, readsWith);
      drafter.draft(TEXT.slice(0, 4), 3, state);
      return drafter.draft(TEXT, 3, state).tree;
    };
    const fresh = ownCacheDraft(draft, shape, () => ({})).draft(TEXT, 3, state).tree;
    const calibrated = afterTwo(() => ({}));
    expect(calibrated.tokens).toEqual(fresh.tokens);
    calibrated.probabilities.forEach((chance, node) => {
      expect(chance).toBeCloseTo(fresh.probabilities[node], 6);
    });
    const stale = afterTwo((isPrompt) => (isPrompt ? {} : hooks));
    expect(stale.probabilities[1]).not.toBeCloseTo(fresh.probabilities[1], 3);
  });

  test("takes the time of an attention for each run and of a network for each layer", () => {
    const halves = {attentionSeconds: 3, networkSeconds: 2};
    expect(fuzzyDraftSeconds(32, 1, halves)).toBe(32 * 5);
    expect(fuzzyDraftSeconds(33, 4, halves)).toBe(9 * 3 + 33 * 2);
  });
});
