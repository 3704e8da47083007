import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {Importance} from "../../../src/lib/attention/selection.js";
import {foundBy, hitsOf, lookUps, rowOf} from "../../../src/lib/experiments/attention/head-measures.js";

/** Weights of every key of every query, [heads][queries][visible keys], as the measures take them. */
function importanceOf(rows: readonly (readonly (readonly number[])[])[], keys: number): Importance {
  const queries = rows[0].length;
  const data = new Float64Array(rows.length * queries * keys).fill(Number.NEGATIVE_INFINITY);
  rows.forEach((head, h) => {
    head.forEach((row, i) => {
      data.set(row, (h * queries + i) * keys);
    });
  });
  return {heads: rows.length, queries, keys, data};
}

/** A text of `tokens` queries, each of which sees itself and all before; weights are small whole numbers, with ties. */
const texts = fc
  .tuple(fc.integer({min: 1, max: 40}), fc.integer({min: 1, max: 3}), fc.integer({min: 0, max: 2 ** 30}))
  .map(([tokens, heads, seed]) => {
    let state = seed;
    const next = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 16) % 9;
    };
    const rows = () =>
      Array.from({length: heads}, () =>
        Array.from({length: tokens}, (_, i) => Array.from({length: i + 1}, next)),
      );
    return {tokens, heads, truth: rows(), estimate: rows()};
  });

/** Places of the `count` largest numbers; of equals the earlier one. */
const best = (row: readonly number[], count: number) =>
  row
    .map((value, place) => ({value, place}))
    .sort((a, b) => b.value - a.value || a.place - b.place)
    .slice(0, count)
    .map(({place}) => place);

describe("a row of a head", () => {
  test("is what the query sees: itself and all before, also where keys were there before the queries", () => {
    const shape = importanceOf([[[1], [2, 3], [4, 5, 6]]], 3);
    expect([0, 1, 2].map((query) => Array.from(rowOf(shape, 0, query)))).toEqual([[1], [2, 3], [4, 5, 6]]);
    const later = importanceOf(
      [
        [
          [1, 2, 3],
          [4, 5, 6, 7],
        ],
        [
          [7, 8, 9],
          [1, 1, 1, 2],
        ],
      ],
      4,
    );
    expect(Array.from(rowOf(later, 1, 0))).toEqual([7, 8, 9]);
    expect(Array.from(rowOf(later, 1, 1))).toEqual([1, 1, 1, 2]);
  });
});

describe("measures of an estimate", () => {
  test("find of the last query's better half as many as a list of both halves has in common", () => {
    fc.assert(
      fc.property(texts, ({tokens, heads, truth, estimate}) => {
        const half = Math.max(1, Math.floor(tokens / 2));
        for (let head = 0; head < heads; head++) {
          const wanted = best(truth[head][tokens - 1], half);
          const named = best(estimate[head][tokens - 1], half);
          const common = named.filter((place) => wanted.includes(place)).length / half;
          const found = hitsOf(importanceOf(estimate, tokens), importanceOf(truth, tokens), head);
          expect(found).toBeCloseTo(common, 12);
        }
      }),
      {seed: 31, numRuns: 60},
    );
  });

  test("find the attention of the keys that rank first, the mean of the last 32 queries", () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(0.1, 0.25, 0.5, 1), ({tokens, heads, truth, estimate}, keep) => {
        for (let head = 0; head < heads; head++) {
          let sum = 0;
          let rows = 0;
          for (let i = Math.max(0, tokens - 32); i < tokens; i++) {
            rows++;
            for (const j of best(estimate[head][i], Math.ceil(keep * (i + 1)))) sum += truth[head][i][j];
          }
          const found = foundBy(importanceOf(estimate, tokens), importanceOf(truth, tokens), head, keep);
          expect(found).toBeCloseTo(sum / rows, 9);
        }
      }),
      {seed: 32, numRuns: 60},
    );
  });

  test("find nowhere more than attention finds of itself, and more keys never find less", () => {
    fc.assert(
      fc.property(texts, ({tokens, truth, estimate}) => {
        const [own, other] = [importanceOf(truth, tokens), importanceOf(estimate, tokens)];
        let before = 0;
        for (const keep of [0.1, 0.3, 0.6, 1]) {
          const most = foundBy(own, own, 0, keep);
          const found = foundBy(other, own, 0, keep);
          expect(found).toBeLessThanOrEqual(most + 1e-9);
          expect(found).toBeGreaterThanOrEqual(before - 1e-9);
          before = found;
        }
        expect(foundBy(other, own, 0, 1)).toBeCloseTo(foundBy(own, own, 0, 1), 9);
        expect(hitsOf(own, own, 0)).toBe(1);
      }),
      {seed: 33, numRuns: 40},
    );
  });

  test("refuse an estimate that says of a key no number", () => {
    const truth = importanceOf([[[1], [0.5, 0.5]]], 2);
    const spoilt = importanceOf([[[1], [Number.NaN, 0.5]]], 2);
    expect(() => hitsOf(spoilt, truth, 0)).toThrow("every importance must be a number, got NaN at 0");
    expect(() => foundBy(spoilt, truth, 0, 0.5)).toThrow("every importance must be a number, got NaN at 0");
  });
});

describe("looking facts up", () => {
  const attention = importanceOf(
    [
      [[1], [0.2, 0.8], [0.1, 0.6, 0.3], [0.25, 0.25, 0.25, 0.25], [0.5, 0.1, 0.2, 0.1, 0.1]],
      [[1], [1, 0], [0, 1, 0], [0, 0, 0, 1], [0, 0, 1, 0, 0]],
    ],
    5,
  );

  test("is attention of the word before an answer to all earlier places of the answer", () => {
    // Token 7 stands at 0 and 2; the answer at 4 is read by the query at 3.
    const text = {tokens: [7, 9, 7, 9, 7, 5], answers: [4]};
    expect(lookUps(text, attention, 0)).toEqual([0.5]);
    expect(lookUps(text, attention, 1)).toEqual([0]);
  });

  test("counts every answer that was said before, and leaves out one that was not", () => {
    const text = {tokens: [7, 9, 7, 9, 8, 9], answers: [2, 3, 4, 5]};
    expect(lookUps(text, attention, 0)).toEqual([0.2, 0.6, 0.1 + 0.1]);
    expect(lookUps({tokens: [1, 2, 3, 4], answers: [1, 2, 3]}, attention, 0)).toEqual([]);
  });
});
