import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  type AttentionHead,
  attentionLowerBound,
  crossingMemory,
  flashRows,
  flashTransfers,
  fusedAttention,
  tiledAttention,
  tiledTransfers,
} from "../../src/lib/accel/attention-io.js";
import {scratchpad} from "../../src/lib/accel/scratchpad.js";
import {fixedSplit, streamK} from "../../src/lib/accel/split-decode.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const slope = (f: (M: number) => number, from: number, to: number) =>
  Math.log(f(to) / f(from)) / Math.log(to / from);

describe("transfers of attention", () => {
  const [N, e] = [8192, 64];

  test("flash moves 2 N e elements and 2 N e more for every row block", () => {
    for (const M of [300, 1000, 4096, 65_536]) {
      const blocks = Math.ceil(N / flashRows(e, M));
      expect(flashTransfers(N, e, M).total).toBe(2 * N * e + 2 * N * e * blocks);
    }
  });

  test("flash falls with slope -1, tiled products with slope -1/2 until the scores are all that is left", () => {
    expect(slope((M) => flashTransfers(N, e, M).total, 4 * 258, 64 * 258)).toBeCloseTo(-1, 1);
    // One write of the scores, and one read for each tile of the head.
    const products = (M: number) => tiledTransfers(N, e, M).total - N * N;
    expect(slope(products, 300, 3_000)).toBeCloseTo(-0.5, 1);
    expect(tiledTransfers(N, e, 1e7).total / (N * N)).toBeGreaterThan(2);
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
        fc.integer({min: 258, max: 50_000}),
        (n, d, M) => {
          expect(flashTransfers(n, d, M + 100).total).toBeLessThanOrEqual(flashTransfers(n, d, M).total);
          expect(flashTransfers(n, d, M).writes).toBe(n * d);
        },
      ),
      {seed: 2},
    );
  });

  test("one token works; a memory too small for a row and sizes that are none do not", () => {
    expect(flashTransfers(1, 64, 258).total).toBe(4 * 64);
    expect(tiledTransfers(1, 1, 5).total).toBeGreaterThan(0);
    expect(() => tiledTransfers(4, 4, 4)).toThrow("tileSide: M must be at least 5, got 4");
    expect(() => flashTransfers(4, 64, 257)).toThrow(
      "flashRows: M must be at least 258 for a row of 64, got 257",
    );
    expect(() => flashTransfers(0, 4, 18)).toThrow(
      "flashTransfers: N must be an integer of at least 1, got 0",
    );
  });
});

/** Queries, keys and values of one head from a seed. */
function head(N: number, e: number): AttentionHead {
  const stream = randomStream(1, `attention of ${N} x ${e}`);
  const matrix = () => ({columns: e, data: Float64Array.from({length: N * e}, () => stream.normal())});
  return {q: matrix(), k: matrix(), v: matrix()};
}

/** Attention of all rows at once, with nothing counted. */
function plain({q, k, v}: AttentionHead): Float64Array {
  const e = q.columns;
  const N = q.data.length / e;
  const output = new Float64Array(N * e);
  for (let i = 0; i < N; i++) {
    const scores = Array.from({length: N}, (_, j) => {
      let score = 0;
      for (let d = 0; d < e; d++) score += q.data[i * e + d] * k.data[j * e + d];
      return score;
    });
    const most = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - most));
    const sum = weights.reduce((all, weight) => all + weight, 0);
    for (let d = 0; d < e; d++) {
      output[i * e + d] = weights.reduce((all, weight, j) => all + (weight / sum) * v.data[j * e + d], 0);
    }
  }
  return output;
}

describe("attention run through a fast memory", () => {
  const sizes = fc.record({
    N: fc.integer({min: 1, max: 40}),
    e: fc.integer({min: 1, max: 12}),
    extra: fc.integer({min: 0, max: 400}),
  });
  const schedules = [
    ["fused", fusedAttention, flashTransfers],
    ["tiled", tiledAttention, tiledTransfers],
  ] as const;

  test.each(schedules)("%s gives attention's output and moves what its formula counts", (_, run, count) => {
    fc.assert(
      fc.property(sizes, ({N, e, extra}) => {
        const M = 4 * e + 2 + extra;
        const one = head(N, e);
        const {output, transfers} = run(one, M);
        expect(transfers).toEqual(count(N, e, M));
        for (const [i, value] of plain(one).entries()) expect(output[i]).toBeCloseTo(value, 9);
      }),
      {seed: 12, numRuns: 60},
    );
  });

  test("either schedule moves less than the other on its side of e^2", () => {
    const one = head(128, 16);
    const moved = (M: number) =>
      fusedAttention(one, M).transfers.total / tiledAttention(one, M).transfers.total;
    expect(moved(66)).toBeGreaterThan(1);
    expect(moved(4 * 256)).toBeLessThan(1);
  });

  test("refuses a memory that does not hold a row", () => {
    expect(() => fusedAttention(head(4, 8), 33)).toThrow(
      "flashRows: M must be at least 34 for a row of 8, got 33",
    );
    expect(() => tiledAttention(head(4, 8), 4)).toThrow("tileSide: M must be at least 5, got 4");
  });
});

describe("a scratchpad", () => {
  const slow = {columns: 3, data: Float64Array.from({length: 12}, (_, i) => i)};
  const tile = {row: 1, column: 1, rows: 2, columns: 2};

  test("copies tiles in and out and counts their elements", () => {
    const pad = scratchpad(8);
    const held = pad.read(slow, tile);
    expect([...held]).toEqual([4, 5, 7, 8]);
    const to = {columns: 3, data: new Float64Array(12)};
    pad.write(to, tile, held);
    expect([...to.data]).toEqual([0, 0, 0, 0, 4, 5, 0, 7, 8, 0, 0, 0]);
    expect(pad.transfers()).toEqual({reads: 4, writes: 4, total: 8});
  });

  test("holds no more than it has, and again what was released", () => {
    const pad = scratchpad(7);
    const held = pad.read(slow, tile);
    expect(() => pad.reserve(4)).toThrow("scratchpad: what is held must be at most 7 elements, got 8");
    pad.release(held);
    expect([...pad.reserve(7)]).toEqual(new Array(7).fill(0));
    expect(pad.transfers().total).toBe(4);
    expect(() => scratchpad(0)).toThrow("scratchpad: capacity must be an integer of at least 1, got 0");
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
