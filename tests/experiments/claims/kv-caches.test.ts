import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {bitsSize, wholeTokenBytes} from "../../../src/lib/engine/cache/packed-size.js";
import {CSKV} from "../../../src/lib/experiments/claims/kv-caches/cskv.js";
import {equalRanks, SAME_SIZE} from "../../../src/lib/experiments/claims/kv-caches/equal-bytes.js";
import {
  type CacheClaim,
  type Found,
  FULL,
  gapOf,
  having,
  layersOf,
  lossEvidence,
  lostBy,
} from "../../../src/lib/experiments/claims/kv-caches/evidence.js";
import {KSORT} from "../../../src/lib/experiments/claims/kv-caches/ksort-bfp.js";
import {MLA} from "../../../src/lib/experiments/claims/kv-caches/mla.js";
import {READINGS} from "../../../src/lib/experiments/claims/kv-caches/readings.js";
import {CACHE_CLAIMS, kvCacheClaims} from "../../../src/lib/experiments/claims/kv-caches.js";
import {CACHES} from "../../../src/lib/experiments/kv/caches.js";
import {xkvBytes} from "../../../src/lib/kv/xkv/xkv-bytes.js";
import {keptRows} from "../../pages/kept.js";
import {between, expectKeptNumbers, expectLedger, number, rowsOf, testOutcomes} from "./outcomes.js";

const claims: readonly CacheClaim[] = Object.values(CACHE_CLAIMS).flat();

describe("the ledger of smaller caches", () => {
  // Rows of this code, as they are shipped: to make them takes minutes.
  const rows = keptRows<typeof kvCacheClaims>("claims/kv-caches");
  const ledger = rowsOf(rows);

  test.each([KSORT, MLA, CSKV] as const)(
    "gives on few documents the numbers that are kept of %s, counted over these",
    async (paper) => {
      const data = await loadData(kvCacheClaims.needsOf({paper}));
      const few = await kvCacheClaims.run({paper, documents: 2}, {data});
      expectLedger(few, CACHE_CLAIMS[paper]);
      for (const {low, documents} of few) if (low !== null) expect(documents).toBe(6);
      expectKeptNumbers(few, CACHE_CLAIMS[paper], rows);
    },
  );

  test("has every claim with a verdict, a kind and numbers", () => {
    expectLedger(rows, claims);
  });

  test("finds the ratios that xKV's figures print by formula", () => {
    for (const {quantity, value} of ledger.of("xkv-ratios", "reported")) {
      expect(Math.abs(ledger.value("xkv-ratios", quantity) - (value ?? Number.NaN))).toBeLessThan(0.01);
    }
    expect(ledger.verdict("xkv-ratios")).toBe("agrees");
  });

  test("finds the ratios over latents by a formula that takes 27 layers for 28, and less with the short group", () => {
    for (const {quantity, value} of ledger.of("xkv-latents", "reported")) {
      const full = ledger.value("xkv-latents", quantity);
      expect(Math.abs(full - (value ?? Number.NaN))).toBeLessThan(0.01);
      const short = ledger.value(
        "xkv-latents",
        quantity.replace("xKV-4 over latents", "with the short last group"),
      );
      expect(short).toBeLessThan(full);
    }
    expect(ledger.verdict("xkv-latents")).toBe("open");
    expect(ledger.of("xkv-latents", "modelled").some(({subject}) => subject.includes("27 layers"))).toBe(
      true,
    );
  });

  test.each(["decoder-small", "decoder-large"])(
    "compares groups of layers at the same counted bytes on %s",
    (model) => {
      const sizes = ["xKV-4", "xKV-2", "single-layer SVD"].map((name) =>
        ledger.value("xkv-groups", `cache smaller, ${name}`, model),
      );
      expect(Math.max(...sizes) / Math.min(...sizes) - 1).toBeLessThanOrEqual(SAME_SIZE);
      expect(sizes[0]).toBeGreaterThan(7);
      expect(sizes[0]).toBeLessThan(9);
      const perplexity = (name: string) => ledger.value("xkv-groups", `perplexity, ${name}`, model);
      expect(ledger.value("xkv-groups", "above xKV-4's, perplexity of xKV-2", model)).toBeCloseTo(
        perplexity("xKV-2") - perplexity("xKV-4"),
        10,
      );
    },
  );

  test("finds DeepSeek-V2's saving if its bits are counted, and no error in absorbing", () => {
    expect(ledger.value("mla-size", "smaller, its own in 6 bits")).toBeCloseTo(93.34, 2);
    expect(ledger.value("mla-size", "smaller, both in 16 bits")).toBeCloseTo(82.24, 2);
    expect(
      ledger.value("mla-size", "largest difference of absorbed and explicit attention, relative"),
    ).toBeLessThan(1e-12);
    expect(ledger.verdict("mla-size")).toBe("agrees");
  });

  test("counts three bits a value for KIVI in two, and half of sixteen for seven-bit blocks", () => {
    expect(ledger.value("kivi-size", "packed, codes with scale and minimum")).toBe(3);
    expect(ledger.value("ksort-bfp", "less memory than 16 bits")).toBe(2);
  });

  test("bounds KIVI's batch and throughput by how much smaller its cache is, and says no more", () => {
    for (const claim of ["kivi-size", "kivi-batch", "kivi-throughput"]) {
      expect(ledger.verdict(claim)).toBe("open");
      const bound = ledger.value(claim, "bound: cache smaller, newest 128 tokens whole");
      expect(bound).toBeGreaterThan(5.2);
      expect(bound).toBeLessThan(5.34);
    }
  });

  test("finds outlier channels fatal per token and unseen per channel", () => {
    const axis = (model: string) =>
      ledger.value("kivi-axis", "perplexity of keys per token above keys per channel, 2 bits", model);
    expect(axis("decoder-small-outliers")).toBeGreaterThan(20 * axis("decoder-small"));
    const kivi = (model: string) =>
      ledger.value("kivi-quality", "perplexity lost, KIVI in 2 bits, no token whole", model);
    expect(kivi("decoder-small-outliers")).toBeCloseTo(kivi("decoder-small"), 2);
  });

  test("finds that sorting matters at seven bits where channels stand out, and more at four", () => {
    const lost = (which: string, bits: number) =>
      ledger.value("ksort-bfp", `perplexity lost by ${which} keys, ${bits} bits`, "decoder-small-outliers");
    expect(lost("unsorted", 7)).toBeGreaterThan(10 * Math.abs(lost("sorted", 7)));
    expect(lost("unsorted", 4)).toBeGreaterThan(lost("unsorted", 7));
    expect(["agrees", "same direction"]).toContain(ledger.verdict("ksort-bfp"));
  });

  test("finds TurboQuant's bound kept, its 2.5 bits with both norms, and no gain from the residual's signs", () => {
    expect(ledger.verdict("turboquant-distortion")).toBe("agrees");
    expect(ledger.value("turboquant-distortion", "squared error over 4^-b, b = 1")).toBeCloseTo(1.45, 1);
    expect(ledger.verdict("turboquant-width")).toBe("agrees");
    expect(ledger.value("turboquant-width", "with two norms of 16 bits", "heads of 16, as ours")).toBe(4.25);
    expect(ledger.verdict("turboquant-residual")).not.toBe("agrees");
    for (const model of ["decoder-small", "decoder-small-outliers", "decoder-large"]) {
      const lost = (name: string) => ledger.value("turboquant-neutrality", `perplexity lost, ${name}`, model);
      expect(lost("TurboQuant 3.5 after a prompt")).toBeLessThan(lost("TurboQuant 2.5 after a prompt"));
    }
  });

  test("counts documents in every interval", () => {
    // Two of 24 documents ask for nothing.
    for (const {low, documents} of rows) if (low !== null) expect([22, 24]).toContain(documents);
  });
});

describe("readings of claims", () => {
  test("are all known, and read by some claim", () => {
    const named = new Set(claims.flatMap(({reads}) => reads));
    for (const name of named) expect(Object.keys(READINGS)).toContain(name);
    expect(Object.keys(READINGS).filter((name) => !named.has(name))).toEqual([]);
  });

  test("through caches name caches of the registry", () => {
    for (const {caches = {}} of claims) {
      for (const id of Object.values(caches)) expect(CACHES.byId(id).id).toBe(id);
    }
  });
});

describe("ranks at equal bytes", () => {
  const bytes = (layers: number, width: number, tokens: number) => {
    const sizes = layersOf(layers, width);
    const ranks = equalRanks(sizes, tokens, {groupSizes: [1, 2, 4], times: 8});
    return {
      ranks,
      plain: wholeTokenBytes(sizes, tokens, bitsSize(16)),
      all: ranks.map((rank) => xkvBytes(sizes, tokens, rank)),
    };
  };

  test("of the small decoder are 6, 10 and 15 components of a group, each 8.5 times smaller", () => {
    const {ranks, plain, all} = bytes(4, 32, 128);
    expect(ranks.map(({groupSize, rankK, rankV}) => [groupSize, rankK + rankV])).toEqual([
      [1, 6],
      [2, 10],
      [4, 15],
    ]);
    for (const one of all) expect(plain / one).toBeCloseTo(128 / 15, 9);
  });

  test("are within one per cent of each other and near the size asked for, whatever the model", () => {
    const shapes = fc.record({
      layers: fc.constantFrom(4, 8, 16, 32),
      width: fc.constantFrom(64, 128, 256, 1024),
      tokens: fc.integer({min: 200, max: 4096}),
    });
    fc.assert(
      fc.property(shapes, ({layers, width, tokens}) => {
        const {plain, all} = bytes(layers, width, tokens);
        expect(Math.max(...all) / Math.min(...all) - 1).toBeLessThanOrEqual(2.1 * SAME_SIZE);
        expect(plain / all[0]).toBeGreaterThan(4);
        expect(plain / all[0]).toBeLessThan(16);
      }),
      {seed: 2, numRuns: 40},
    );
  });

  test("are refused where so few components cannot be equal", () => {
    expect(() => equalRanks(layersOf(4, 4), 3, {groupSizes: [1, 4], times: 8})).toThrow(
      "equalRanks: tokens must allow equal sizes of groups of 1, 4, got 3",
    );
  });
});

describe("the evidence of a loss", () => {
  const reading = (loss: number, rightOf50: number) => ({
    nll: Float64Array.from({length: 10}, (_, i) => 2 + loss + 0.001 * (i % 3)),
    right: Array.from({length: 10}, (_, text) => Array.from({length: 5}, (_, i) => 5 * text + i < rightOf50)),
  });
  const found: Found = {
    model: "decoder-small",
    scores: {[FULL]: reading(0, 50), x: reading(Math.log(1.1), 45)},
  };

  test("is given in per cent of perplexity and points of answers", () => {
    const [perplexity, answers] = lossEvidence(found, "x");
    expect(perplexity).toMatchObject({quantity: lostBy("x").perplexity, documents: 10});
    expect(perplexity.value).toBeCloseTo(10, 6);
    expect(answers.quantity).toBe(lostBy("x").answers);
    expect(answers.value).toBeCloseTo(-10, 10);
    expect(gapOf(found, "x", FULL).value).toBeGreaterThan(0);
    expect(having([found], "y")).toEqual([]);
  });
});

const copied = (id: string, offset: number) =>
  (claims.find((claim) => claim.id === id)?.reported ?? []).map((row) => ({
    ...row,
    value: (row.value ?? 0) + offset,
  }));
const groups = (sizes: readonly number[], ...ends: [number, number][]) => [
  ...sizes.map((times) => number("cache smaller, a reading", times)),
  ...ends.map(([low, high]) => between("above a larger group's, perplexity", low, high)),
];
const merged = (times: number, low: number, high: number) => [
  number("xKV-4 smaller than MiniCache", times),
  between("above xKV-4's, perplexity of MiniCache, deep half", low, high),
];
/** A loss of perplexity, in per cent, and of answers, in points. */
const loss = (name: string, perplexity: [number, number], answers: [number, number]) => [
  between(lostBy(name).perplexity, ...perplexity),
  between(lostBy(name).answers, ...answers),
];
const lossless = (name: string) =>
  [
    ["agrees", loss(name, [-1, 4], [-1, 1])],
    ["open", loss(name, [-1, 9], [-1, 1])],
    ["differs", loss(name, [6, 9], [-1, 1])],
    ["differs", loss(name, [-1, 4], [-9, -3])],
  ] as const;
const bound = (times: number) => [number("bound: cache smaller, newest 128 tokens whole", times)];
const order = (...words: string[]) => {
  const ends = (low: number, high: number) => words.map((word) => between(word, low, high));
  return [
    ["agrees", ends(0.1, 0.4)],
    ["open", ends(-0.4, 0.5)],
    ["differs", ends(-0.4, -0.1)],
  ] as const;
};
const sorting = (lost: [number, number], helped: [number, number]) => [
  between("perplexity lost by sorted keys, 7 bits", ...lost, "decoder-small-outliers"),
  between("perplexity of unsorted keys above sorted ones', 7 bits", ...helped, "decoder-small-outliers"),
  // Four bits, and a model without outliers, have no say.
  between("perplexity lost by sorted keys, 4 bits", 50, 60, "decoder-small-outliers"),
  between("perplexity of unsorted keys above sorted ones', 7 bits", -2, -1, "decoder-small"),
];

testOutcomes(claims, {
  "xkv-ratios": [
    ["agrees", copied("xkv-ratios", 0.005)],
    ["differs", copied("xkv-ratios", 0.02)],
  ],
  "xkv-groups": [
    ["agrees", groups([8.5, 8.5, 8.55], [0.1, 0.2], [0.3, 0.4])],
    ["same direction", groups([8.5, 8.5, 8.5], [-0.1, 0.2], [0.3, 0.4])],
    ["differs", groups([8.5, 8.5, 8.5], [-0.2, -0.1], [0.3, 0.4])],
    // Sizes that differ: the comparison says nothing.
    ["open", groups([4, 5.33, 6.4], [0.1, 0.2], [0.3, 0.4])],
  ],
  "xkv-over-minicache": [
    ["agrees", merged(6.4, 0.1, 0.2)],
    ["open", merged(6.4, -0.1, 0.2)],
    ["differs", merged(6.4, -0.2, -0.1)],
    ["differs", merged(0.9, 0.1, 0.2)],
  ],
  "xkv-latents": [
    ["open", copied("xkv-latents", 0.005)],
    ["differs", copied("xkv-latents", 0.1)],
  ],
  "minicache-size": lossless("MiniCache, deep half"),
  "minicache-rule": order("perplexity of the released rule above the paper's"),
  "mla-size": [
    ["agrees", [number("smaller, its own in 6 bits", 93.34)]],
    ["differs", [number("smaller, its own in 6 bits", 82.2)]],
  ],
  "kivi-size": [
    ["open", bound(5.3)],
    ["differs", bound(2)],
  ],
  "kivi-batch": [
    ["open", bound(5.3)],
    ["differs", bound(3.9)],
  ],
  "kivi-throughput": [
    ["open", bound(5.3)],
    ["differs", bound(3.4)],
  ],
  "kivi-quality": lossless("KIVI in 2 bits after a prompt"),
  "kivi-axis": order("perplexity of keys per token above keys per channel"),
  cskv: lossless("CSKV"),
  "ksort-bfp": [
    ["agrees", sorting([-0.1, 0.2], [0.5, 1.5])],
    ["same direction", sorting([-0.1, 0.2], [-0.5, 0.5])],
    ["open", sorting([-0.1, 1.2], [0.5, 1.5])],
    ["differs", sorting([1.1, 1.2], [0.5, 1.5])],
    ["differs", sorting([-0.1, 0.2], [-1.5, -0.5])],
  ],
  "turboquant-neutrality": lossless("TurboQuant 3.5 after a prompt"),
  "turboquant-residual": order("perplexity of keys at the nearest levels above unbiased ones'"),
  "turboquant-distortion": [
    [
      "agrees",
      [number("squared error over 4^-b, b = 1", 1.45), number("squared error over 4^-b, b = 4", 2.6)],
    ],
    [
      "differs",
      [number("squared error over 4^-b, b = 1", 1.45), number("squared error over 4^-b, b = 4", 2.8)],
    ],
  ],
  "turboquant-width": [
    ["agrees", [number("as the sum is printed", 2.25), number("with two norms of 16 bits", 2.5)]],
    ["differs", [number("as the sum is printed", 2.5), number("with two norms of 16 bits", 2.75)]],
  ],
  "sparamx-cache": [
    ["open", loss("30 % pruned", [-1, 4], [-1, 1])],
    ["differs", loss("30 % pruned", [6, 9], [-1, 1])],
  ],
  "razer-v1-cache": order(
    "above RaZeR's, perplexity of integers, 4 bits",
    "above RaZeR's, perplexity of integers, 3 bits",
  ),
});
