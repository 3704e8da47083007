import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type Composition, compose} from "../../src/lib/accel/compose.js";
import {type DecodingWay, withLayers} from "../../src/lib/accel/decoding-way.js";
import {type FormatChoice, FP16} from "../../src/lib/accel/machine.js";
import {machineById} from "../../src/lib/accel/machines.js";
import {modelById} from "../../src/lib/accel/models.js";

const INT4: FormatChoice = {id: "int4", bitsPerElement: 4.125};
const base: Composition = {
  model: modelById("llama-3.1-8b"),
  machine: machineById("h100-sxm"),
  workload: {batch: 1, prompt: 1024, output: 256},
  formats: {weights: FP16, activations: FP16, kv: FP16},
};
const way = (change: Partial<DecodingWay> = {}): DecodingWay => ({
  id: "drafts",
  tokensPerPass: 4,
  verified: 8,
  draft: {layers: 0.25, weights: INT4, passes: 4, tokens: 2},
  layers: 1,
  ...change,
});

function composed(decoding: DecodingWay | null, change: Partial<Composition> = {}) {
  const result = compose({...base, ...change, decoding});
  if (result.refused) throw new Error(result.refused.reason);
  return result;
}
const plain = composed(null);

const ways = fc
  .record({
    verified: fc.integer({min: 0, max: 64}),
    share: fc.double({min: 0, max: 1, noNaN: true}),
    layers: fc.double({min: 0.05, max: 1, noNaN: true}),
    passes: fc.double({min: 0, max: 32, noNaN: true}),
    tokens: fc.integer({min: 1, max: 8}),
    weights: fc.constantFrom(null, INT4, FP16),
  })
  .map(({verified, share, ...draft}) => way({verified, tokensPerPass: 1 + share * verified, draft}));

describe("drafts and their verification", () => {
  test("that are all refused are never faster, nor cheaper in energy, than plain decoding", () => {
    fc.assert(
      fc.property(ways, (drafts) => {
        const {figures} = composed({...drafts, tokensPerPass: 1});
        expect(figures.timePerToken).toBeGreaterThanOrEqual(plain.figures.timePerToken * (1 - 1e-12));
        expect(figures.joulesPerToken).toBeGreaterThanOrEqual(plain.figures.joulesPerToken * (1 - 1e-12));
      }),
      {numRuns: 40},
    );
  });

  test("are not slower when more of them are kept, nor when the draft takes fewer passes", () => {
    fc.assert(
      fc.property(ways, fc.double({min: 0, max: 1, noNaN: true}), (drafts, share) => {
        const fewer = 1 + share * (drafts.tokensPerPass - 1);
        const cheaper = {...drafts.draft!, passes: share * drafts.draft!.passes};
        const {timePerToken} = composed(drafts).figures;
        const least = timePerToken * (1 - 1e-12);
        expect(composed({...drafts, tokensPerPass: fewer}).figures.timePerToken).toBeGreaterThanOrEqual(
          least,
        );
        expect(composed({...drafts, draft: cheaper}).figures.timePerToken).toBeLessThanOrEqual(
          timePerToken * (1 + 1e-12),
        );
      }),
      {numRuns: 40},
    );
  });

  test("add up: the model's part and the draft's are the time and the energy of a token", () => {
    const {figures, decode, draft} = composed(way());
    expect(decode.roofline.seconds + draft!.roofline.seconds).toBeCloseTo(figures.timePerToken, 15);
    const joules = [decode.energy, draft!.energy].flatMap((parts) => Object.values(parts));
    expect(joules.reduce((sum, part) => sum + part, 0)).toBeCloseTo(figures.joulesPerToken, 12);
  });

  test("of nothing are plain decoding", () => {
    const nothing = way({verified: 0, tokensPerPass: 1, draft: null});
    expect(composed(nothing).figures).toEqual(plain.figures);
  });

  test("take memory for a draft of its own format, and none for one that is the model", () => {
    const {footprint} = composed(way());
    expect(footprint.draft).toBeGreaterThan(0);
    expect(footprint.total - plain.footprint.total).toBeCloseTo(footprint.draft, 3);
    expect(composed(way({draft: {...way().draft!, weights: null}})).footprint.draft).toBe(0);
    const {refused} = compose({
      ...base,
      machine: machineById("rtx-4090"),
      decoding: way({draft: {...way().draft!, layers: 1, weights: FP16}}),
    });
    expect(refused).toMatchObject({kind: "does-not-fit", reason: expect.stringContaining("draft 14.0 GB")});
  });

  test("are refused for a recurrent state, out of range, and not for layers left out", () => {
    const mamba = {...base, model: modelById("mamba-2.8b")};
    expect(compose({...mamba, decoding: way()}).refused).toMatchObject({
      kind: "no-drafts",
      reason: "drafts need attention, whose cache forgets refused tokens, got layers of mamba",
    });
    const skips = way({verified: 0, tokensPerPass: 1, draft: null, layers: 0.5});
    expect(compose({...mamba, decoding: skips}).refused).toBeNull();
    expect(() => composed(way({tokensPerPass: 9.5}))).toThrow(
      "compose: decoding tokensPerPass must be from 1 to 9, got 9.5",
    );
    expect(() => composed(way({layers: 0}))).toThrow("compose: decoding layers must be above 0");
    expect(() => composed(way({draft: {...way().draft!, passes: Number.NaN}}))).toThrow(
      "compose: decoding draft passes must be a number of at least 0, got NaN",
    );
  });
});

describe("layers left out", () => {
  test("of every kind one at least stays", () => {
    expect(withLayers(base.model, 1)).toBe(base.model);
    expect(withLayers(base.model, 0.5).groups.map(({count}) => count)).toEqual([16]);
    expect(withLayers(base.model, 1e-6).groups.map(({count}) => count)).toEqual([1]);
  });

  test("make a token faster the more there are, and leave memory and prompt as they are", () => {
    const at = (layers: number) => composed(way({verified: 0, tokensPerPass: 1, draft: null, layers}));
    const times = [1, 0.75, 0.5, 0.25].map((layers) => at(layers).figures.timePerToken);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(at(0.5).footprint).toEqual(plain.footprint);
    expect(at(0.5).figures.timeToFirstToken).toBe(plain.figures.timeToFirstToken);
  });
});
