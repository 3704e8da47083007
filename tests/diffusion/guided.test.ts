import {beforeAll, describe, expect, test} from "vitest";
import {acceptances} from "../../src/lib/diffusion/acceptance.js";
import {maskedModel} from "../../src/lib/diffusion/engine-model.js";
import {decoderGuide, type Guide} from "../../src/lib/diffusion/guide.js";
import {guidedUnmask} from "../../src/lib/diffusion/guided.js";
import {guidedFeeds} from "../../src/lib/diffusion/guided-feed.js";
import {finished, unmask} from "../../src/lib/diffusion/unmask.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {softmax} from "../../src/lib/tensor/softmax.js";
import {loadGolden, maxDifference} from "../engine/golden.js";
import {hashModel} from "./tiny.js";

let dream: Decoder;
let guide: Decoder;
beforeAll(async () => {
  dream = await loadGolden("dream");
  guide = await loadGolden("qwen3");
});
const prompt = [5, 17, 33, 60];
const model = hashModel(9);

/** A guide that lets every draft stand, or none. */
const constant = (accepts: boolean): Guide => ({
  open: () => ({
    judge: (_, drafts) => ({
      rows: drafts.map((draft) =>
        Float64Array.from({length: 9}, (_, id) => Number((id === draft) === accepts)),
      ),
      work: {passes: 1, queries: drafts.length, pairs: 0, keys: 0},
    }),
  }),
});

describe("guided diffusion", () => {
  test("with a guide that agrees writes all at once, in chunks of the guide", () => {
    const {steps, result} = finished(guidedUnmask(model, constant(true), prompt, {tokens: 10, chunk: 4}));
    expect(steps).toHaveLength(1);
    expect(steps[0].guideWork.map(({queries}) => queries)).toEqual([4, 4, 2]);
    expect(result.slice(4)).toEqual(steps[0].drafts);
  });

  test("with a guide that never agrees writes one token a pass, each the diffusion model's own", () => {
    const {steps, result} = finished(guidedUnmask(model, constant(false), prompt, {tokens: 6}));
    expect(steps.map(({accepted, written}) => [accepted, written.length])).toEqual(Array(6).fill([0, 1]));
    steps.forEach(({drafts}, i) => {
      expect(result[4 + i]).toBe(drafts[0]);
    });
    const leftToRight = unmask(model, prompt, {tokens: 6, blockLength: 1});
    expect(finished(leftToRight).result).toEqual(result);
  });

  test("stops at the end token and fills what follows", () => {
    const first = finished(guidedUnmask(model, constant(false), prompt, {tokens: 6}));
    const eos = first.result[6];
    const at = first.result.indexOf(eos, 4);
    const {steps, result} = finished(guidedUnmask(model, constant(false), prompt, {tokens: 6, eos}));
    expect(steps).toHaveLength(at - 3);
    expect(result).toEqual([...first.result.slice(0, at), ...Array<number>(10 - at).fill(eos)]);
  });

  test("may let the guide's choice stand in for a refused draft", () => {
    const {steps, result} = finished(
      guidedUnmask(model, constant(false), prompt, {tokens: 4, refused: "guide"}),
    );
    // The first of equal probabilities: 0, or 1 where 0 was the draft.
    steps.forEach(({drafts}, i) => {
      expect(result[4 + i]).toBe(drafts[0] === 0 ? 1 : 0);
    });
  });

  test("writes at least one token a pass, whatever is fed and tested", () => {
    for (const feed of guidedFeeds.all) {
      for (const acceptance of acceptances.all) {
        const run = guidedUnmask(maskedModel(dream), decoderGuide(guide), prompt, {
          tokens: 12,
          feed,
          acceptance,
          blockLength: 4,
        });
        const {steps, result} = finished(run);
        expect(steps.length).toBeLessThanOrEqual(12);
        expect(steps.flatMap(({written}) => written)).toEqual(Array.from({length: 12}, (_, i) => 4 + i));
        expect(result).not.toContain(100);
        expect(steps[0].fed).toEqual({from: 0, to: 16});
      }
    }
  });

  test("feeds less the more is reused", () => {
    const fed = (id: string) =>
      finished(
        guidedUnmask(maskedModel(dream), decoderGuide(guide), prompt, {
          tokens: 8,
          feed: guidedFeeds.byId(id),
          blockLength: 4,
        }),
      ).steps.map(({fed}) => fed.from);
    // Dream is fed one place early.
    expect(fed("none")[1]).toBe(0);
    expect(fed("prompt-only")[1]).toBe(3);
    expect(fed("once-clean").slice(0, 3)).toEqual([0, 3, 4]);
    expect(fed("aggressive").slice(0, 3)).toEqual([0, 4, 5]);
  });
});

test("the guide judges drafts as a pass over the whole text does, and feeds what it lacks alone", () => {
  const text = decoderGuide(guide).open();
  const first = text.judge(prompt, [1, 2, 3]);
  expect(first.work.queries).toBe(6);
  const second = text.judge([...prompt, 1, 2], [7, 8]);
  // 1 and all before it are known; 2 is fed again for its distribution.
  expect(second.work.queries).toBe(2);
  const whole = forward(guide, [...prompt, 1, 2, 7]).data;
  const row = whole.subarray(whole.length - guide.config.vocabSize);
  expect(maxDifference(second.rows[1], softmax(row))).toBeLessThan(1e-5);
});

describe("tests of acceptance", () => {
  const values = {topK: 2, relative: 0.5, threshold: 0.1};
  const p = Float64Array.of(0.4, 0.3, 0.2, 0.06, 0.04);
  const accepted = (id: string) =>
    Array.from(p.keys()).filter((draft) => acceptances.byId(id).accepts(p, draft, values, randomStream(1)));

  test.each([
    ["deterministic", [0]],
    ["topk", [0, 1]],
    ["topk_relative", [0, 1]],
    ["dynamic_threshold", [0, 1, 2]],
    ["aggressive", [0, 1, 2, 3, 4]],
  ])("%s", (id, drafts) => {
    expect(accepted(id)).toEqual(drafts);
  });

  test("near the best: ties and the share itself count", () => {
    const {accepts} = acceptances.byId("topk_relative");
    const halves = Float64Array.of(0.5, 0.25, 0.25);
    expect(accepts(halves, 1, {...values, relative: 0.5}, randomStream(1))).toBe(true);
    expect(accepts(halves, 2, {...values, relative: 0.5}, randomStream(1))).toBe(false);
    expect(accepts(halves, 1, {...values, relative: 0.51}, randomStream(1))).toBe(false);
  });

  test("original accepts as often as the guide finds a draft likely", () => {
    const {accepts} = acceptances.byId("original");
    const random = randomStream(3);
    const count = Array.from({length: 4000}, () => accepts(p, 0, values, random)).filter(Boolean).length;
    expect(Math.abs(count / 4000 - 0.4)).toBeLessThan(5 * Math.sqrt(0.24 / 4000));
  });

  test("a draft that is no token of the guide is refused by all", () => {
    const taking = acceptances.all.filter(({accepts}) => accepts(p, 7, values, randomStream(1)));
    expect(taking.map(({id}) => id)).toEqual([]);
  });
});
