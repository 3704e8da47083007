import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {budgetOf} from "../../src/lib/attention/budget-mask.js";
import {evictionMask} from "../../src/lib/attention/eviction/eviction-replay.js";
import {attentionLogits, softmaxRows} from "../../src/lib/attention/logits.js";
import {tovaRule} from "../../src/lib/attention/tova.js";
import {keptKeys, randomQueries} from "./queries.js";

/** TOVA written out over whole rows of attention: heads of a layer vote together, one list of keys for all. */
function heldBy(queries: ReturnType<typeof randomQueries>, room: (i: number) => number): number[][] {
  const logits = attentionLogits(queries);
  let held: number[] = [];
  return Array.from({length: logits.queries}, (_, i) => {
    held = [...held, i];
    const shown = held;
    const mean = new Map(held.map((j) => [j, 0]));
    for (let h = 0; h < logits.heads; h++) {
      const row = held.map((j) => logits.data[(h * logits.queries + i) * logits.keys + j]);
      const top = Math.max(...row);
      const sum = row.reduce((all, x) => all + Math.exp(x - top), 0);
      for (const [at, j] of held.entries()) {
        mean.set(j, mean.get(j)! + Math.exp(row[at] - top) / sum / logits.heads);
      }
    }
    while (held.length > room(i + 1)) {
      const least = held.reduce((worst, j) => (mean.get(j)! <= mean.get(worst)! ? j : worst));
      held = held.filter((j) => j !== least);
    }
    return shown;
  });
}

describe("TOVA", () => {
  test("keeps the keys with the most attention of the newest query, in the order of the text", () => {
    const received = Float64Array.of(0.1, 0.4, 0.05, 0.3, 0.15);
    expect(tovaRule.keep({positions: [0, 2, 3, 7, 8], received, room: 3})).toEqual([1, 3, 4]);
  });

  test("may drop the newest key, as the paper lets it", () => {
    const received = Float64Array.of(0.5, 0.4, 0.1);
    expect(tovaRule.keep({positions: [0, 1, 2], received, room: 2})).toEqual([0, 1]);
  });

  test("over a text is the method written out, the same keys in every head of a layer", () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 1000}),
        fc.double({min: 0.2, max: 0.9, noNaN: true}),
        (seed, keepFraction) => {
          const queries = randomQueries(seed, {tokens: 12, heads: 4, kvHeads: 2});
          const mask = evictionMask(tovaRule, queries, {keepFraction});
          // The next query's own key takes a place of its share.
          const expected = heldBy(queries, (seen) => budgetOf(keepFraction, seen + 1) - 1);
          for (let h = 0; h < 4; h++) expect(keptKeys(mask, h)).toEqual(expected);
        },
      ),
      {numRuns: 25, seed: 7},
    );
  });

  test("forgets what earlier queries looked at: only the newest counts", () => {
    expect(tovaRule.counted).toBe(1);
    const queries = randomQueries(3, {tokens: 6, heads: 2, kvHeads: 1});
    const p = softmaxRows(attentionLogits(queries));
    const last = [0, 1, 2, 3, 4, 5].map((j) => (p.data[5 * 6 + j] + p.data[(6 + 5) * 6 + j]) / 2);
    const kept = tovaRule.keep({positions: [0, 1, 2, 3, 4, 5], received: Float64Array.from(last), room: 1});
    expect(kept).toEqual([last.indexOf(Math.max(...last))]);
  });
});
