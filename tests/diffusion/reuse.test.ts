import {beforeAll, describe, expect, test} from "vitest";
import {kvDrift, kvSnapshot} from "../../src/lib/diffusion/drift.js";
import {maskedModel} from "../../src/lib/diffusion/engine-model.js";
import {refreshed, reuses} from "../../src/lib/diffusion/reuse.js";
import {finished, unmask} from "../../src/lib/diffusion/unmask.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {loadGolden, maxDifference} from "../engine/golden.js";

const models = new Map<string, Decoder>();
beforeAll(async () => {
  for (const name of ["llada", "dream", "llama-f32"]) models.set(name, await loadGolden(name));
});
const of = (name: string) => models.get(name) as Decoder;
const prompt = [5, 17, 33, 60, 2, 71];
const goal = {tokens: 12, steps: 12, blockLength: 4};

describe.each(["llada", "dream"])("a masked model of the engine, %s", (name) => {
  test("predicts a span as a whole pass does, each token at its own place", () => {
    const model = maskedModel(of(name));
    const x = [...prompt, ...Array<number>(4).fill(100)];
    const {vocabSize, maskToken} = model;
    const text = model.open(x.length);
    const {logits: all} = text.predict(x, {from: 0, to: x.length});
    const {logits, fed} = text.predict(x, {from: 6, to: 10});
    const finite = (values: ArrayLike<number>) => Array.from(values).filter(Number.isFinite);
    expect(maxDifference(finite(logits), finite(Array.from(all).slice(6 * vocabSize)))).toBeLessThan(1e-4);
    expect(fed).toEqual({from: name === "dream" ? 5 : 6, to: 10});
    const plain = forward(of(name), x).data;
    const place = name === "dream" ? 6 : 7;
    const row = Array.from(all).slice(7 * vocabSize, 8 * vocabSize);
    const own = Array.from(plain).slice(place * vocabSize, (place + 1) * vocabSize);
    expect(row[maskToken]).toBe(Number.NEGATIVE_INFINITY);
    own[maskToken] = Number.NEGATIVE_INFINITY;
    expect(row).toEqual(own);
  });

  test("where the text is fed whole in every step, a cache changes nothing, to the bit", () => {
    const model = maskedModel(of(name));
    const plain = finished(unmask(model, prompt, goal));
    const always = {...reuses.byId("freecache"), feeds: reuses.byId("none").feeds};
    const cached = finished(unmask(model, prompt, {...goal, reuse: always}));
    expect(cached.result).toEqual(plain.result);
    expect(cached.steps.map(({confidence}) => confidence)).toEqual(
      plain.steps.map(({confidence}) => confidence),
    );
  });

  test("counts what is fed: all at first, then the block and what follows it, and finished blocks once more", () => {
    const model = maskedModel(of(name));
    const lead = name === "dream" ? 1 : 0;
    const queries = (id: string) =>
      finished(unmask(model, prompt, {...goal, steps: 6, reuse: reuses.byId(id)})).steps.map(({work}) =>
        work.map(({queries}) => queries),
      );
    const released = [[18], [12 + lead], [8 + lead], [8 + lead], [4 + lead], [4 + lead]];
    expect(queries("freecache-released")).toEqual(released);
    const closed = [4 + lead];
    expect(queries("freecache")).toEqual(
      released.map((step, i) => (i === 1 || i === 3 ? [...step, ...closed] : step)),
    );
    expect(queries("prompt-only")).toEqual([[18], ...Array(5).fill([12 + lead])]);
  });

  test("a refresh at each block feeds the whole text again", () => {
    const reuse = refreshed(reuses.byId("freecache-released"), 1);
    const {steps} = finished(unmask(maskedModel(of(name)), prompt, {...goal, steps: 6, reuse}));
    expect(steps.map(({fed}) => fed.from === 0)).toEqual([true, false, true, false, true, false]);
  });

  test("what is kept is not what it would be now, in layers above the first", () => {
    const model = maskedModel(of(name));
    const masks = Array<number>(4).fill(100);
    const text = model.open(10);
    text.predict([...prompt, ...masks], {from: 0, to: 10});
    const before = kvSnapshot(text.cache, of(name).config);
    text.predict([...prompt, 9, 8, 7, 6], {from: 0, to: 10});
    const drift = kvDrift(before, kvSnapshot(text.cache, of(name).config), 10);
    const ofPrompt = (layer: number) => drift.filter((d) => d.layer === layer && d.position < prompt.length);
    // Keys of layer 0 are those of a token and its place.
    for (const {keyChange, valueChange, keyCosine} of ofPrompt(0)) {
      expect(keyChange).toBe(0);
      expect(valueChange).toBe(0);
      expect(keyCosine).toBeCloseTo(1, 12);
    }
    expect(ofPrompt(1).every(({keyChange}) => keyChange > 1e-3)).toBe(true);
  });
});

test("a decoder is no masked model", () => {
  expect(() => maskedModel(of("llama-f32"))).toThrow(
    /maskedModel: model must be a masked diffusion model, got a llama/,
  );
});
