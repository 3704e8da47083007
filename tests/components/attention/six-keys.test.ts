import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  chooseKeys,
  type Pair,
  SIX_KEYS,
  SIX_VALUES,
  scorePages,
} from "../../../src/components/by-hand/attention/six-keys.js";

const component = fc.integer({min: -20, max: 20}).map((tenths) => tenths / 10);
const query = fc.tuple(component, component);
const dot = (q: Pair, k: Pair) => q[0] * k[0] + q[1] * k[1];

describe("six keys", () => {
  test("scores are what a reader gets by hand", () => {
    const {scored, outputOfAll} = chooseKeys([1.5, 0.5], 2);
    const powers = SIX_KEYS.map((k) => Math.exp(dot([1.5, 0.5], k) / Math.SQRT2));
    const sum = powers.reduce((a, b) => a + b);
    scored.forEach(({product, weight}, j) => {
      expect(product).toBeCloseTo(dot([1.5, 0.5], SIX_KEYS[j]), 6);
      expect(weight).toBeCloseTo(powers[j] / sum, 6);
    });
    expect(outputOfAll).toBeCloseTo(
      powers.reduce((all, p, j) => all + (p / sum) * SIX_VALUES[j], 0),
      5,
    );
  });

  test("as many as asked are kept, the heaviest, and their weights add up to one again", () => {
    fc.assert(
      fc.property(query, fc.integer({min: 1, max: 6}), (q, keep) => {
        const {scored, keptWeight, outputOfAll, outputOfKept} = chooseKeys(q, keep);
        const kept = scored.filter(({amongKept}) => amongKept !== null);
        const dropped = scored.filter(({amongKept}) => amongKept === null);
        expect(kept).toHaveLength(keep);
        expect(kept.reduce((sum, {amongKept}) => sum + amongKept!, 0)).toBeCloseTo(1, 12);
        for (const {weight} of dropped) {
          expect(weight).toBeLessThanOrEqual(Math.min(...kept.map((key) => key.weight)));
        }
        if (keep < 6) return;
        expect(keptWeight).toBeCloseTo(1, 12);
        expect(outputOfKept).toBeCloseTo(outputOfAll, 10);
      }),
      {seed: 4, numRuns: 60},
    );
  });
});

describe("three pages", () => {
  test("no bound is below the truth, and its corner is a point of the box with that product", () => {
    fc.assert(
      fc.property(query, (q) => {
        for (const {bound, truth, corner, highest, lowest} of scorePages(q)) {
          expect(bound).toBeGreaterThanOrEqual(truth - 1e-5);
          expect(dot(q, corner)).toBeCloseTo(bound, 5);
          for (const c of [0, 1] as const) expect([highest[c], lowest[c]]).toContain(corner[c]);
        }
      }),
      {seed: 4, numRuns: 60},
    );
  });

  test("where the query points to the negative side, the released score misses the page that matters", () => {
    const pages = scorePages([-1.5, 0.5]);
    const top = (column: "truth" | "bound" | "released") =>
      pages.findIndex((page) => page[column] === Math.max(...pages.map((each) => each[column])));
    expect(top("truth")).toBe(1);
    expect(top("bound")).toBe(1);
    expect(top("released")).toBe(0);
    // And there it is no bound at all.
    expect(pages[1].released).toBeLessThan(pages[1].truth);
  });

  test("where the query is positive both scores are the same", () => {
    for (const {bound, released} of scorePages([1.2, 0.3])) expect(released).toBeCloseTo(bound, 5);
  });
});
