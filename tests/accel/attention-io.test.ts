import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  attentionLowerBound,
  crossingMemory,
  flashRows,
  flashTransfers,
  tiledTransfers,
} from "../../src/lib/accel/attention-io.js";
import {
  fixedSplit,
  mergePartials,
  partialAttention,
  type SoftmaxPart,
  streamK,
} from "../../src/lib/accel/split-decode.js";

const slope = (f: (M: number) => number, from: number, to: number) =>
  Math.log(f(to) / f(from)) / Math.log(to / from);

describe("transfers of attention", () => {
  const [N, e] = [8192, 64];

  test("flash moves 2 N e elements and 2 N e more for every row block", () => {
    for (const M of [256, 1000, 4096, 65_536]) {
      const blocks = Math.ceil(N / flashRows(e, M));
      expect(flashTransfers(N, e, M).total).toBe(2 * N * e + 2 * N * e * blocks);
    }
  });

  test("flash falls with slope -1, tiled products with slope -1/2 until the scores are all that is left", () => {
    expect(slope((M) => flashTransfers(N, e, M).total, 1024, 16_384)).toBeCloseTo(-1, 1);
    const products = (M: number) => tiledTransfers(N, e, M).total - 3 * N * N;
    expect(slope(products, 300, 10_800)).toBeCloseTo(-0.5, 1);
    expect(tiledTransfers(N, e, 1e7).total / (N * N)).toBeGreaterThan(4);
  });

  test("they cross within a factor of two of a memory of e^2", () => {
    for (const size of [32, 64, 128]) {
      const crossing = crossingMemory(4096, size);
      expect(crossing).toBeGreaterThan((size * size) / 2);
      expect(crossing).toBeLessThan(2 * size * size);
    }
  });

  test("neither moves less than the lower bound, which the better one follows within a constant", () => {
    for (const M of [300, 1000, 4096, 20_000, 100_000]) {
      const best = Math.min(flashTransfers(N, e, M).total, tiledTransfers(N, e, M).total);
      const ratio = best / attentionLowerBound(N, e, M);
      expect(ratio).toBeGreaterThan(1);
      expect(ratio).toBeLessThan(16);
    }
  });

  test("more memory never means more transfers of flash", () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 500}),
        fc.integer({min: 1, max: 64}),
        fc.integer({min: 3, max: 50_000}),
        (n, d, M) => {
          expect(flashTransfers(n, d, M + 100).total).toBeLessThanOrEqual(flashTransfers(n, d, M).total);
          expect(flashTransfers(n, d, M).writes).toBe(n * d);
        },
      ),
      {seed: 2},
    );
  });

  test("one token and a memory of nearly nothing work; sizes that are none do not", () => {
    expect(flashTransfers(1, 64, 1).total).toBe(4 * 64);
    expect(tiledTransfers(1, 1, 3).total).toBeGreaterThan(0);
    expect(() => tiledTransfers(4, 4, 2)).toThrow("tiledTransfers: M must be at least 3, got 2");
    expect(() => flashTransfers(0, 4, 8)).toThrow(
      "flashTransfers: N must be an integer of at least 1, got 0",
    );
  });
});

describe("schedules of a decode step", () => {
  const equal = (batch: number, context: number, kvHeads = 8) => ({
    contexts: new Array<number>(batch).fill(context),
    kvHeads,
    tile: 128,
    units: 108,
  });

  test("without splitting, equal contexts fill U / (S ceil(U / S)) of the units", () => {
    for (const batch of [1, 3, 13, 14, 100]) {
      const work = batch * 8;
      expect(fixedSplit(equal(batch, 4096)).efficiency).toBeCloseTo(work / (108 * Math.ceil(work / 108)), 12);
    }
  });

  test("one long sequence leaves most units idle until it is split", () => {
    expect(fixedSplit(equal(1, 131_072)).efficiency).toBeCloseTo(8 / 108, 12);
    expect(fixedSplit(equal(1, 131_072), 13).efficiency).toBeGreaterThan(0.9);
    expect(fixedSplit(equal(1, 131_072), 13).partials).toBe(8 * 13);
    expect(fixedSplit(equal(1, 131_072)).partials).toBe(0);
  });

  test("dealing tiles evenly is never worse than any fixed split, and strictly better on ragged contexts", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({min: 1, max: 20_000}), {minLength: 1, maxLength: 20}),
        fc.integer({min: 1, max: 16}),
        fc.integer({min: 1, max: 140}),
        (contexts, splits, units) => {
          const step = {contexts, kvHeads: 2, tile: 128, units};
          const even = streamK(step);
          expect(even.tiles).toBe(fixedSplit(step, splits).tiles);
          expect(even.efficiency).toBeGreaterThanOrEqual(fixedSplit(step, splits).efficiency - 1e-12);
          expect(even.partials).toBeLessThanOrEqual(2 * units);
        },
      ),
      {seed: 3},
    );
    const ragged = {contexts: [100_000, 500, 90, 30_000], kvHeads: 8, tile: 128, units: 108};
    expect(streamK(ragged).efficiency).toBeGreaterThan(fixedSplit(ragged, 8).efficiency);
  });

  test("refuses steps without work", () => {
    expect(() => streamK({...equal(1, 1), contexts: []})).toThrow(
      "decodeSchedule: contexts must hold at least one length, got none",
    );
    expect(() => fixedSplit(equal(1, 0))).toThrow(
      "decodeSchedule: context must be an integer of at least 1, got 0",
    );
  });
});

describe("partial results", () => {
  const e = 5;
  const part = (n: number, seed: number): SoftmaxPart =>
    partialAttention(
      Array.from({length: n}, (_, i) => 8 * Math.sin(i * 1.3 + seed)),
      Array.from({length: n * e}, (_, i) => Math.cos(i + seed)),
      e,
    );
  const result = ({sum, output}: SoftmaxPart) => [...output].map((v) => v / sum);
  const close = (a: readonly number[], b: readonly number[]) =>
    a.forEach((v, i) => {
      expect(Math.abs(v - b[i])).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(v)));
    });

  test("merge in any grouping and order to the same result", () => {
    const [a, b, c] = [part(3, 1), part(50, 2), part(1, 3)];
    const left = result(mergePartials(mergePartials(a, b), c));
    close(left, result(mergePartials(a, mergePartials(b, c))));
    close(left, result(mergePartials(mergePartials(c, a), b)));
  });

  test("split anywhere, attention is what it is in one piece", () => {
    const n = 12;
    const scores = Array.from({length: n}, (_, i) => 40 * Math.sin(i * 2.1));
    const values = Array.from({length: n * e}, (_, i) => Math.cos(i * 0.7));
    const whole = result(partialAttention(scores, values, e));
    for (let cut = 0; cut <= n; cut++) {
      const a = partialAttention(scores.slice(0, cut), values.slice(0, cut * e), e);
      const b = partialAttention(scores.slice(cut), values.slice(cut * e), e);
      close(whole, result(mergePartials(a, b)));
    }
  });
});
