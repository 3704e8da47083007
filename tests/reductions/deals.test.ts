import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  allTiles,
  bestSplits,
  type Deal,
  dealTime,
  decodeWork,
  evenShares,
  fillingSplits,
  fixedSplits,
  fixupTime,
  wholeOutputs,
} from "../../src/lib/reductions/deal/deal.js";
import {runDeal, workOfRows} from "../../src/lib/reductions/deal/run-deal.js";
import {settingOf} from "../../src/lib/reductions/order.js";
import {defined, gap, randomRow} from "./rows.js";

const anyWork = fc.record({
  tiles: fc.array(fc.integer({min: 0, max: 40}), {minLength: 1, maxLength: 12}),
  workers: fc.integer({min: 1, max: 30}),
});

/** Every tile of every output once, by its output and place. */
const coverage = (deal: Deal) =>
  deal
    .flat()
    .flatMap(({output, first, tiles}) => Array.from({length: tiles}, (_, i) => `${output} ${first + i}`))
    .toSorted();

const loads = (deal: Deal) => deal.map((pieces) => pieces.reduce((sum, {tiles}) => sum + tiles, 0));

test("every deal hands out every tile once", () => {
  fc.assert(
    fc.property(anyWork, fc.integer({min: 1, max: 9}), (work, splits) => {
      const all = coverage(work.tiles.map((tiles, output) => [{output, first: 0, tiles}]));
      for (const deal of [wholeOutputs(work), fixedSplits(work, splits), evenShares(work)]) {
        expect(coverage(deal)).toEqual(all);
        expect(deal.length).toBe(work.workers);
        expect(deal.flat().every(({tiles}) => tiles > 0)).toBe(true);
      }
    }),
    {seed: 3, numRuns: 200},
  );
});

test("equal shares differ by a tile at most, end in the least time there can be, and cut few outputs", () => {
  fc.assert(
    fc.property(anyWork, (work) => {
      const deal = evenShares(work);
      const {makespan, partials, imbalance} = dealTime(deal, 0);
      expect(imbalance).toBeLessThanOrEqual(1);
      expect(makespan).toBe(Math.ceil(allTiles(work) / work.workers));
      expect(partials).toBeLessThanOrEqual(work.tiles.length + work.workers - 1);
      for (const splits of [1, 2, 5]) {
        expect(dealTime(fixedSplits(work, splits), 0).makespan).toBeGreaterThanOrEqual(makespan);
      }
    }),
    {seed: 4, numRuns: 200},
  );
});

test("any deal gives the same attention", () => {
  const rows = [70, 3, 0, 128, 41].map((keys, i) => randomRow(i, keys, {spread: 6, hidden: 0.1}));
  for (const [tile, workers] of [
    [4, 9],
    [16, 3],
    [1, 50],
  ]) {
    const setting = settingOf({tile, workers});
    const work = workOfRows(rows, setting);
    for (const deal of [wholeOutputs(work), fixedSplits(work, 3), fixedSplits(work, 99), evenShares(work)]) {
      const {outputs, counts} = runDeal(rows, deal, setting);
      rows.forEach((row, i) => {
        expect(gap(outputs[i], defined(row))).toBeLessThan(1e-14);
      });
      expect(counts.tiles).toBe(allTiles(work));
      expect(counts.scoresRead).toBe(242);
    }
  }
});

describe("the time of a deal", () => {
  const work = decodeWork({contexts: [1000, 200], heads: 2, tile: 100, workers: 4});

  test("is that of the longest output where outputs stay whole", () => {
    expect(work.tiles).toEqual([10, 10, 2, 2]);
    expect(loads(wholeOutputs(work))).toEqual([10, 10, 2, 2]);
    expect(dealTime(wholeOutputs(work), 1)).toEqual({
      makespan: 10,
      occupancy: 0.6,
      partials: 4,
      imbalance: 8,
    });
  });

  test("is the mean of all workers in equal shares, and what taking over costs", () => {
    expect(loads(evenShares(work))).toEqual([6, 6, 6, 6]);
    expect(dealTime(evenShares(work), 0).makespan).toBe(6);
    // The second output lies with three workers: its first takes two results over.
    expect(dealTime(evenShares(work), 0.5).makespan).toBe(7);
  });

  test("waits for the last worker of an output", () => {
    const deal: Deal = [[{output: 0, first: 0, tiles: 1}], [{output: 0, first: 1, tiles: 9}]];
    expect(dealTime(deal, 2).makespan).toBe(11);
  });

  test("of nothing to do is none", () => {
    const nothing = decodeWork({contexts: [0], heads: 1, tile: 8, workers: 3});
    expect(dealTime(evenShares(nothing), 1)).toEqual({makespan: 0, occupancy: 1, partials: 0, imbalance: 0});
  });

  test("of the best number of splits is not beaten by any other", () => {
    const best = bestSplits(work, 0.1, 16);
    const time = (splits: number) => dealTime(fixedSplits(work, splits), 0.1).makespan;
    for (let splits = 1; splits <= 16; splits++) expect(time(splits)).toBeGreaterThanOrEqual(time(best));
    expect(time(best)).toBeLessThan(time(1));
  });
});

test("splits fill the workers, and a partial result costs little beside a tile", () => {
  expect(fillingSplits({tiles: [8, 8, 8], workers: 8})).toBe(3);
  expect(fillingSplits({tiles: [8, 8, 8], workers: 2})).toBe(1);
  expect(fixupTime(256, 128)).toBeCloseTo(1 / 256, 3);
  expect(() => decodeWork({contexts: [8], heads: 0, tile: 8, workers: 3})).toThrow(
    /heads must be an integer/,
  );
  expect(() => dealTime([[]], -1)).toThrow(/fixup/);
});
