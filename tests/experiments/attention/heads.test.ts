import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {filled} from "../../../src/lib/attention/selection.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {foundBy, hitsOf, lookUps, rowOf} from "../../../src/lib/experiments/attention/head-measures.js";
import {attentionHeads} from "../../../src/lib/experiments/attention/heads.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

describe("head measures", () => {
  /** Rows of random shares, 2 heads and 8 tokens. */
  function shares(seed: number) {
    const all = filled({heads: 2, queries: 8, keys: 8}, 0);
    const stream = randomStream(seed, "shares");
    for (let h = 0; h < 2; h++) {
      for (let i = 0; i < 8; i++) {
        const row = rowOf(all, h, i);
        row.forEach((_, j) => {
          row[j] = stream.uniform();
        });
        const sum = row.reduce((a, b) => a + b, 0);
        row.forEach((x, j) => {
          row[j] = x / sum;
        });
      }
    }
    return all;
  }

  test("an estimate that is right hits everything, one that is upside down nothing of an even number", () => {
    const truth = shares(1);
    expect(hitsOf(truth, truth, 1)).toBe(1);
    expect(hitsOf({...truth, data: truth.data.map((x) => -x)}, truth, 1)).toBe(0);
  });

  test("attention that is found lies between none and what the truth itself would choose", () => {
    const [truth, guess] = [shares(1), shares(2)];
    for (const keep of [0.2, 0.5, 0.9]) {
      const [found, most] = [foundBy(guess, truth, 0, keep), foundBy(truth, truth, 0, keep)];
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThanOrEqual(most + 1e-12);
    }
    expect(foundBy(guess, truth, 0, 1)).toBeCloseTo(1, 12);
  });

  test("a look-up is the attention to all earlier places of the answer; an answer that was never said is left out", () => {
    const attention = filled({heads: 1, queries: 5, keys: 5}, 0);
    // The word before position 4 looks at the two places of token 7, and at one of token 9.
    attention.data.set([0.25, 0.5, 0.125, 0.125], 3 * 5);
    const text = {tokens: [7, 9, 7, 8, 7], answers: [1, 4], copies: []};
    expect(lookUps(text, attention, 0)).toEqual([0.375]);
  });
});

describe("attention/heads", () => {
  let data: DataSets;
  beforeAll(async () => {
    data = await loadData(attentionHeads.needs);
  });
  const run = (given: Parameters<typeof attentionHeads.run>[0]) =>
    attentionHeads.run({documents: 1, ...given}, {data});

  test("has a row for every head of every layer but the first, under every estimate", async () => {
    const rows = await run({});
    expect(rows).toHaveLength(3 * 3 * 4);
    for (const {hits, found, most, retrieval} of rows) {
      for (const share of [hits, found, most, retrieval]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1 + 1e-12);
      }
      expect(found).toBeLessThanOrEqual(most + 1e-12);
    }
  });

  test("the heads of layer 1 look facts up, those above do not", async () => {
    for (const {layer, retrieval} of await run({})) {
      if (layer === 1) expect(retrieval).toBeGreaterThan(0.6);
      else expect(retrieval).toBeLessThan(0.2);
    }
  });

  test("the predictor finds more of what a head looks at than Quest, and Quest more than its released variant", async () => {
    const rows = await run({documents: 2});
    const mean = (policy: string, of: (row: (typeof rows)[number]) => number) => {
      const own = rows.filter((row) => row.policy === policy);
      return own.reduce((sum, row) => sum + of(row), 0) / own.length;
    };
    for (const of of [(row: (typeof rows)[number]) => row.found, (row: (typeof rows)[number]) => row.hits]) {
      expect(mean("token-butler", of)).toBeGreaterThan(mean("quest", of) + 0.1);
      expect(mean("quest", of)).toBeGreaterThan(mean("quest-released", of));
    }
  });

  test("all tokens hold all attention", async () => {
    for (const {found, most} of await run({keep: 1})) {
      expect(found).toBeCloseTo(1, 9);
      expect(most).toBeCloseTo(1, 9);
    }
  });
});
