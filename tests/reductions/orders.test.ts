import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {attentionRow} from "../../src/lib/reductions/attention-row.js";
import {type OrderCounts, tally} from "../../src/lib/reductions/counts.js";
import type {SoftmaxOrder} from "../../src/lib/reductions/order.js";
import {finish, merge, tilePart} from "../../src/lib/reductions/partial.js";
import {softmaxOrders} from "../../src/lib/reductions/registry.js";
import {calibratedCentre} from "../../src/lib/reductions/unified-max/technique.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {emptyPart, exactly, type SoftmaxPart} from "../../src/lib/tensor/softmax-part.js";
import {defined, EXTREMES, gap, randomRow, rowOf} from "./rows.js";

const {byId} = softmaxOrders;
const ran = (order: SoftmaxOrder, rows: Parameters<SoftmaxOrder["run"]>[0], given = {}): OrderCounts =>
  order.run(rows, given).counts;

describe.each(softmaxOrders.all)("$id", (order) => {
  test("gives softmax attention at both extremes, in any tile and on any number of workers", () => {
    for (const [name, row] of Object.entries(EXTREMES)) {
      for (const tile of [1, 4, 64]) {
        for (const workers of [1, 3, 50]) {
          const {outputs} = order.run([row], {tile, workers});
          expect(gap(outputs[0], defined(row)), `${name}, tiles of ${tile}`).toBeLessThan(1e-13);
          expect(outputs[0].length, name).toBe(row.width);
        }
      }
    }
  });

  test("gives it for ragged rows together, and in float32 to a few of its last places", () => {
    const rows = [0, 5, 130, 1, 64].map((keys, i) => randomRow(i, keys, {hidden: 0.2}));
    const given = {tile: 8, workers: 7};
    const own = order.run(rows, given).outputs;
    const rounded = order.run(rows, {...given, round: Math.fround}).outputs;
    rows.forEach((row, i) => {
      expect(gap(own[i], defined(row))).toBeLessThan(1e-14);
      expect(gap(rounded[i], defined(row))).toBeLessThan(3e-6);
    });
    expect(rounded).not.toEqual(own);
  });

  test("computes one exponential of each visible key, and more for factors alone", () => {
    const row = randomRow(5, 96, {hidden: 0.3});
    const visible = row.scores.filter((score) => score > Number.NEGATIVE_INFINITY).length;
    const {exponentials, rescales, recomputed} = ran(order, [row], {tile: 16, workers: 3});
    expect(exponentials).toBe(visible + rescales);
    expect(recomputed).toBe(0);
  });

  test("counts of rows add up where every row has a worker of its own", () => {
    const rows = [randomRow(1, 40), randomRow(2, 40)];
    const apart = rows.map((row) => ran(order, [row], {tile: 8, workers: 1}));
    const together = ran(order, rows, {tile: 8, workers: 2});
    for (const [name, count] of Object.entries(together)) {
      expect(count, name).toBe(apart[0][name as keyof OrderCounts] + apart[1][name as keyof OrderCounts]);
    }
  });

  test("refuses tiles, workers and ranges that cannot be", () => {
    expect(() => order.run([], {tile: 0})).toThrow(/tile must be an integer of at least 1, got 0/);
    expect(() => order.run([], {workers: 1.5})).toThrow(/workers must be an integer/);
    expect(() => order.run([], {range: {centre: 0, above: 90, below: 10}})).toThrow(/at most 80/);
  });
});

describe("a row", () => {
  test("is refused where no softmax is right", () => {
    const values = Float64Array.of(1, 2);
    expect(() => attentionRow(Float64Array.of(1, Number.NaN), values, 1)).toThrow(/got NaN at index 1/);
    expect(() => attentionRow(Float64Array.of(Number.POSITIVE_INFINITY, 0), values, 1)).toThrow(/index 0/);
    expect(() => attentionRow(Float64Array.of(1), values, 1)).toThrow(/values must hold 1 values, got 2/);
    expect(() => attentionRow(Float64Array.of(1), Float64Array.of(Number.NaN), 1)).toThrow(
      /values must be finite/,
    );
  });
});

describe("counts show", () => {
  const row = randomRow(9, 128);
  const given = {tile: 16, workers: 4};

  test("three readings of all scores for plain softmax, and a division a key", () => {
    expect(ran(byId("plain-softmax"), [row], given)).toMatchObject({
      scoresRead: 3 * 128,
      exponentials: 128,
      divisions: 128,
      rescales: 0,
    });
  });

  test("one reading online, one division a row, two factors for every tile after the first", () => {
    expect(ran(byId("online-softmax"), [row], given)).toMatchObject({
      scoresRead: 128,
      tiles: 8,
      divisions: 1,
      rescales: 14,
      partials: 0,
    });
  });

  test("as many factors when split, and a partial result for every piece after the first", () => {
    for (const id of ["flash-decoding", "lean-attention"]) {
      expect(ran(byId(id), [row], given)).toMatchObject({rescales: 14, partials: 3, tiles: 8});
    }
  });

  test("no factor at all for the unified maximum while scores stay in range", () => {
    expect(ran(byId("unified-max"), [row], given)).toMatchObject({
      exponentials: 128,
      rescales: 0,
      divisions: 1,
      recomputed: 0,
    });
  });
});

describe("the unified maximum", () => {
  const order = byId("unified-max");

  test("is right with any centre while every score is in range", () => {
    const row = randomRow(3, 60);
    for (const centre of [-40, -7, 0, 3, 40]) {
      const {outputs, counts} = order.run([row], {range: {centre, above: 80, below: 80}});
      expect(gap(outputs[0], defined(row))).toBeLessThan(1e-14);
      expect(counts.recomputed).toBe(0);
    }
  });

  test("computes a row anew where a score is out of range, from the tile where it is found", () => {
    const row = rowOf([0, 1, 0, 1, 0, 200, 0, 1]);
    const {outputs, counts} = order.run([row, row], {tile: 2});
    const online = byId("online-softmax").run([row, row], {tile: 2});
    expect(outputs).toEqual(online.outputs);
    expect(counts.recomputed).toBe(2);
    expect(counts.tiles).toBe(online.counts.tiles + 2 * 3);
  });

  test("does so at the ends of the range, and not for a hidden key", () => {
    const range = {centre: 1, above: 2, below: 3};
    const recomputed = (...scores: number[]) => ran(order, [rowOf(scores)], {range}).recomputed;
    expect([recomputed(2.9, -1.9), recomputed(3, 0), recomputed(0, -2)]).toEqual([0, 1, 1]);
    expect(recomputed(1, Number.NEGATIVE_INFINITY)).toBe(0);
  });

  test("does so where sums overflow though no exponential does", () => {
    const row = rowOf(new Array<number>(10_000).fill(79.9), 1);
    const {outputs, counts} = order.run([row], {round: Math.fround});
    expect(counts.recomputed).toBe(1);
    expect(gap(outputs[0], defined(row))).toBeLessThan(1e-3);
  });

  test("takes the middle of the scores that it is calibrated on", () => {
    expect(calibratedCentre([rowOf([1, -3]), rowOf([7, Number.NEGATIVE_INFINITY])])).toBe(2);
    expect(calibratedCentre([rowOf([])])).toBe(0);
  });
});

describe("partial results", () => {
  const close = (a: SoftmaxPart, b: SoftmaxPart) => {
    expect(a.largest).toBe(b.largest);
    expect(Math.abs(a.sum - b.sum)).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(b.sum)));
    expect(gap(a.weighted, b.weighted)).toBeLessThan(1e-12 * (1 + b.sum));
  };
  const both = (a: SoftmaxPart, b: SoftmaxPart) => merge(a, b, exactly, tally());
  const score = fc.oneof(
    {weight: 8, arbitrary: fc.double({min: -60, max: 60, noNaN: true})},
    {weight: 1, arbitrary: fc.constantFrom(Number.NEGATIVE_INFINITY, 600, -600)},
  );
  const part = fc.array(score, {maxLength: 9}).map((scores) => tilePart(rowOf(scores), exactly, tally()));

  test("merge in any grouping and any order, and the one of no keys changes nothing", () => {
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        close(both(both(a, b), c), both(a, both(b, c)));
        close(both(a, b), both(b, a));
        close(both(a, emptyPart(2)), a);
        close(both(emptyPart(2), a), a);
      }),
      {seed: 7, numRuns: 300},
    );
  });

  test("of any cut of a row, merged as any tree, give the row", () => {
    const row = randomRow(21, 50, {spread: 9, width: 2, hidden: 0.1});
    for (let seed = 0; seed < 40; seed++) {
      const stream = randomStream(seed, "trees");
      const parts = Array.from(row.scores, (one, key) =>
        tilePart(
          attentionRow(Float64Array.of(one), row.values.slice(2 * key, 2 * key + 2), 2),
          exactly,
          tally(),
        ),
      );
      while (parts.length > 1) {
        const [a] = parts.splice(stream.integer(parts.length), 1);
        const at = stream.integer(parts.length);
        parts[at] = both(a, parts[at]);
      }
      expect(gap(finish(parts[0], exactly, tally()), defined(row))).toBeLessThan(1e-13);
    }
  });
});
