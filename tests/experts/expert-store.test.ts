import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type ExpertTrace, runStore} from "../../src/lib/experts/small-thinker/expert-store.js";
import {inclusionShares, popularTrace} from "../../src/lib/experts/small-thinker/popular-trace.js";
import {
  attentionBytes,
  expertBytes,
  kvBytes,
  MIXTURE_SHAPES,
  residentBytes,
  sparseExpertShare,
} from "../../src/lib/experts/small-thinker/shapes.js";

const EXPERTS = 6;
const LAYERS = 3;
const traces = fc.array(
  fc.array(fc.uniqueArray(fc.integer({min: 0, max: EXPERTS - 1}), {minLength: 1, maxLength: 3}), {
    minLength: LAYERS,
    maxLength: LAYERS,
  }),
  {minLength: 1, maxLength: 30},
);
const seconds = {attention: 2, expert: 1, load: 3};
const run = (trace: ExpertTrace, capacity: number, early = false, own = seconds) =>
  runStore(trace, {capacity, experts: EXPERTS, seconds: own, early});

describe("a store of experts", () => {
  test("by hand: two layers, one of two experts of each in memory", () => {
    // Memory holds expert 0 of both layers. Token 1: hit, miss; the miss throws out what was used longest ago.
    const trace = [
      [[0], [1]],
      [[0], [1]],
    ];
    expect(runStore(trace, {capacity: 2, experts: 2, seconds, early: false})).toEqual({
      seconds: 4 * (2 + 1) + 3,
      hits: 3,
      misses: 1,
      hiddenSeconds: 0,
    });
    expect(runStore(trace, {capacity: 2, experts: 2, seconds, early: true})).toMatchObject({
      seconds: 4 * (2 + 1) + 1,
      hiddenSeconds: 2,
    });
  });

  test("with room for all an early router gains nothing", () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const all = EXPERTS * LAYERS;
        expect(run(trace, all, true)).toEqual(run(trace, all, false));
        expect(run(trace, all).misses).toBe(0);
      }),
    );
  });

  test("hits never fall with the memory", () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const hits = Array.from({length: EXPERTS * LAYERS - 2}, (_, i) => run(trace, i + 3).hits);
        expect(hits).toEqual([...hits].sort((a, b) => a - b));
      }),
    );
  });

  test("what attention hides is at most attention, and exactly what an early router saves", () => {
    fc.assert(
      fc.property(
        traces,
        fc.integer({min: 3, max: 18}),
        fc.integer({min: 0, max: 9}),
        (trace, capacity, load) => {
          const own = {...seconds, load};
          const [late, early] = [run(trace, capacity, false, own), run(trace, capacity, true, own)];
          expect(early.misses).toBe(late.misses);
          expect(late.seconds - early.seconds).toBe(early.hiddenSeconds);
          expect(early.hiddenSeconds).toBeLessThanOrEqual(trace.length * LAYERS * own.attention);
        },
      ),
    );
  });

  test("an empty text takes no time", () => {
    expect(run([], 3)).toEqual({seconds: 0, hits: 0, misses: 0, hiddenSeconds: 0});
  });

  test("a capacity that is no count, and an expert that no layer has, are refused", () => {
    expect(() => run([[[0], [0], [0]]], Number.NaN)).toThrow(
      "runStore: capacity must be a positive integer, got NaN",
    );
    expect(() => run([[[0], [0], [0]]], 3.5)).toThrow(
      "runStore: capacity must be a positive integer, got 3.5",
    );
    expect(() => run([[[0], [EXPERTS], [0]]], 3)).toThrow("runStore: trace must name experts 0 to 5, got 6");
  });

  test("a memory below one token's experts is refused", () => {
    expect(() => run([[[0, 1, 2], [0], [0]]], 2)).toThrow(
      "runStore: capacity must be at least the 3 experts of a token in a layer, got 2",
    );
  });
});

describe("popular experts", () => {
  const popularity = {experts: 32, active: 4, hotShare: 0.25, hotFrequency: 0.4};

  test("every token has as many as it asks for, all different", () => {
    const trace = popularTrace(popularity, {layers: 4, tokens: 50, seed: 1});
    for (const layers of trace) for (const chosen of layers) expect(new Set(chosen).size).toBe(4);
  });

  test("shares are kept", () => {
    const tokens = 2000;
    const trace = popularTrace(popularity, {layers: 1, tokens, seed: 2});
    const counts = new Array<number>(32).fill(0);
    for (const [chosen] of trace) for (const e of chosen) counts[e]++;
    const sorted = counts.map((count) => count / tokens).sort((a, b) => b - a);
    const wanted = inclusionShares(popularity);
    sorted.forEach((share, e) => {
      expect(Math.abs(share - wanted[e])).toBeLessThan(0.05);
    });
    expect(wanted.reduce((sum, share) => sum + share, 0)).toBeCloseTo(4);
  });

  test("popular ones that ask for too much are refused", () => {
    expect(() => inclusionShares({...popularity, hotFrequency: 0.6})).toThrow(
      "inclusionShares: hotFrequency must",
    );
  });
});

describe("published shapes", () => {
  const [small, large] = MIXTURE_SHAPES;

  test("a window of 4096 leaves 0.4375 of the cache at 16,384 tokens", () => {
    expect(kvBytes(large, 16_384) / kvBytes({...large, window: null}, 16_384)).toBe(0.4375);
    expect(kvBytes(large, 100)).toBe(kvBytes({...large, window: null}, 100));
  });

  test("bytes of the parts", () => {
    expect(expertBytes(small)).toBe((3 * 1536 * 768 * 4.5) / 8);
    expect(attentionBytes(small)).toBe(((2 * 1536 * 1536 + 2 * 1536 * 256 + 1536 * 32) * 4.5) / 8);
    expect(residentBytes(small)).toBe(32 * attentionBytes(small) + (151_936 * 1536 * 4.5) / 8);
  });

  test("an expert with all neurons is read whole, with none a third", () => {
    expect(sparseExpertShare(1)).toBe(1);
    expect(sparseExpertShare(0)).toBeCloseTo(1 / 3);
  });
});
