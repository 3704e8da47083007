import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {effectiveSparsity} from "../../src/cli/conformance/released/effective-sparsity.js";
import {budgetMask, mostImportant} from "../../src/lib/attention/budget-mask.js";
import {evictionMask} from "../../src/lib/attention/eviction/eviction-replay.js";
import {h2oRule} from "../../src/lib/attention/h2o/h2o.js";
import {h2oReleasedMask} from "../../src/lib/attention/h2o/h2o-released.js";
import {lambdaMask} from "../../src/lib/attention/lambda-mask.js";
import {attentionLogits, meanOverHeads, softmaxRows} from "../../src/lib/attention/logits.js";
import {oracleMask} from "../../src/lib/attention/oracle.js";
import {questMask} from "../../src/lib/attention/quest/quest.js";
import {questReleasedMask} from "../../src/lib/attention/quest/quest-released.js";
import {randomMask} from "../../src/lib/attention/random.js";
import {
  filled,
  forEachRow,
  type KeyMask,
  type Queries,
  selectionShape,
} from "../../src/lib/attention/selection.js";
import {snapKvRule} from "../../src/lib/attention/snapkv/snapkv.js";
import {snapKvReleasedMask} from "../../src/lib/attention/snapkv/snapkv-released.js";
import {streamingRule} from "../../src/lib/attention/streaming-llm.js";
import {maxPool} from "../../src/lib/attention/votes.js";
import {budgetOf} from "../../src/lib/engine/key-budget.js";
import {keptKeys, randomQueries} from "./queries.js";

type Select = (input: Queries, keepFraction: number) => KeyMask;

const shapeOf = (input: Queries) => selectionShape("test", input);
const CAUSAL: Readonly<Record<string, Select>> = {
  oracle: (input, keepFraction) => oracleMask(input, {keepFraction, sinks: 2}),
  streaming: (input, keepFraction) => evictionMask(streamingRule, input, {keepFraction, sinks: 2}),
  random: (input, keepFraction) => randomMask(shapeOf(input), 7, {keepFraction, sinks: 2}),
  h2o: (input, keepFraction) => evictionMask(h2oRule(), input, {keepFraction, sinks: 2}),
  snapkv: (input, keepFraction) => evictionMask(snapKvRule({window: 3}), input, {keepFraction, sinks: 2}),
  quest: (input, keepFraction) => questMask(input, {keepFraction, pageSize: 4, sinks: 2}),
};
const RELEASED: Readonly<Record<string, Select>> = {
  h2o: (input, keepFraction) => h2oReleasedMask(input, {keepFraction, sinks: 2}),
  snapkv: (input, keepFraction) => snapKvReleasedMask(input, {keepFraction, window: 3, sinks: 2}),
  quest: (input, keepFraction) => questReleasedMask(input, {keepFraction, pageSize: 4, sinks: 2}).mask,
};
const causal = Object.entries(CAUSAL).map(([name, select]) => ({name, select}));
const everyRule = [
  ...causal,
  ...Object.entries(RELEASED).map(([name, select]) => ({name: `${name} as released`, select})),
];

describe.each(everyRule)("$name", ({select}) => {
  test("keeps everything at a budget of 100 %", () => {
    const mask = select(randomQueries(1), 1);
    forEachRow(mask, (h, i, start, visible) => {
      expect(mask.data.subarray(start, start + visible), `head ${h}, query ${i}`).not.toContain(0);
    });
    expect(effectiveSparsity(mask)).toBe(0);
  });

  test("keeps no key after the query, always the sinks, and no more than budget and sinks", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.double({min: 0.05, max: 0.95, noNaN: true}), (seed, keepFraction) => {
        const input = randomQueries(seed, {tokens: 15});
        const mask = select(input, keepFraction);
        for (let h = 0; h < mask.heads; h++) {
          keptKeys(mask, h).forEach((keys, i) => {
            expect(Math.max(...keys)).toBeLessThanOrEqual(i);
            expect(keys.slice(0, 2)).toEqual([0, 1].slice(0, i + 1));
            expect(keys.length).toBeLessThanOrEqual(Math.max(2, Math.ceil((i + 1) * keepFraction)) + 2);
          });
        }
      }),
      {numRuns: 25, seed: 1},
    );
  });
});

describe.each(causal)("$name", ({name, select}) => {
  test.runIf(name !== "random")(
    "does not look at later tokens: half a text has the masks of its half",
    () => {
      const whole = randomQueries(3, {tokens: 16});
      const half = {...whole, q: whole.q.slice(0, 8 * 24), keys: whole.keys.slice(0, 8 * 12)};
      const [all, first] = [select(whole, 0.5), select(half, 0.5)];
      for (let h = 0; h < whole.heads; h++) expect(keptKeys(all, h).slice(0, 8)).toEqual(keptKeys(first, h));
    },
  );
});

test("the released Quest does look at later tokens of a page", () => {
  const whole = randomQueries(3, {tokens: 16});
  const half = {...whole, q: whole.q.slice(0, 7 * 24), keys: whole.keys.slice(0, 7 * 12)};
  const scores = (input: Queries) => questReleasedMask(input, {keepFraction: 0.5, pageSize: 4}).scores;
  // Query 6 sees three of the four keys of page 1.
  expect(scores(half)[6 * 2 + 1]).not.toBe(scores(whole)[6 * 4 + 1]);
});

describe("budgetMask", () => {
  const importance = {
    heads: 1,
    queries: 4,
    keys: 4,
    data: Float64Array.of(1, 0, 0, 0, 5, 1, 0, 0, 3, 3, 3, 0, 0, 9, 9, 1),
  };

  test("keeps the best of each row, of equals the earlier, and the sinks on top", () => {
    expect(keptKeys(budgetMask(importance, {keepFraction: 0.5, sinks: 0}), 0)).toEqual([
      [0],
      [0],
      [0, 1],
      [1, 2],
    ]);
    expect(keptKeys(budgetMask(importance, {keepFraction: 0.25, sinks: 1}), 0)).toEqual([
      [0],
      [0],
      [0],
      [0, 1],
    ]);
  });

  test("takes the product of fraction and keys in float32", () => {
    expect([10, 20, 30].map((keys) => budgetOf(0.3, keys))).toEqual([3, 6, 9]);
    expect([1, 3, 9].map((keys) => budgetOf(0.3, keys))).toEqual([1, 1, 3]);
  });

  test("orders infinities", () => {
    expect(mostImportant(Float64Array.of(-Infinity, Infinity, 0, Infinity), 3)).toEqual([1, 3, 2]);
  });

  test.each([
    [{keepFraction: 0}, "budgetMask: keepFraction must be above 0 and at most 1, got 0"],
    [{keepFraction: Number.NaN}, "budgetMask: keepFraction must be above 0 and at most 1, got NaN"],
    [{keepFraction: 1, sinks: -1}, "budgetMask: sinks must be an integer of at least 0, got -1"],
  ])("refuses %o", (options, message) => {
    expect(() => budgetMask(importance, options)).toThrow(new RangeError(message));
  });

  test("refuses an importance that is no number", () => {
    const data = importance.data.slice().fill(Number.NaN, 5, 6);
    expect(() => budgetMask({...importance, data}, {keepFraction: 0.5})).toThrow(/got NaN at 1$/);
  });
});

test("the oracle keeps more attention than random choices of as many keys", () => {
  const input = randomQueries(5);
  const p = softmaxRows(attentionLogits(input));
  const mass = (mask: KeyMask) => mask.data.reduce((sum, kept, at) => sum + kept * p.data[at], 0);
  const best = mass(oracleMask(input, {keepFraction: 0.4, sinks: 0}));
  for (const seed of [1, 2, 3]) {
    expect(mass(randomMask(p, seed, {keepFraction: 0.4, sinks: 0}))).toBeLessThan(best);
  }
});

describe("StreamingLLM and lambdaMask", () => {
  const shape = {heads: 1, queries: 10, keys: 10};

  test("keep sinks and the newest", () => {
    const text = randomQueries(1, {tokens: 10, heads: 1, kvHeads: 1});
    const growing = keptKeys(evictionMask(streamingRule, text, {keepFraction: 0.5, sinks: 2}), 0);
    expect(growing[9]).toEqual([0, 1, 7, 8, 9]);
    expect(growing[5]).toEqual([0, 1, 5]);
    // However little is kept, a query sees its own key.
    const least = keptKeys(evictionMask(streamingRule, text, {keepFraction: 0.1, sinks: 2}), 0);
    expect(least[9]).toEqual([0, 1, 9]);
    const fixed = keptKeys(lambdaMask(shape, {sinks: 1, window: 3}), 0);
    expect(fixed[9]).toEqual([0, 7, 8, 9]);
    expect(fixed[1]).toEqual([0, 1]);
  });

  test("refuse a window of none", () => {
    expect(() => lambdaMask(shape, {window: 0})).toThrow(/window must be an integer of at least 1, got 0$/);
  });
});

describe("H2O over a text", () => {
  // One head of width 1: logit = q · k, so that key 1 is attended to by everyone.
  const keys = Float32Array.of(0, 5, 0, 0, 0, 0, 0, 0);
  const input: Queries = {q: new Float32Array(8).fill(1), keys, heads: 1, kvHeads: 1, headDim: 1};

  test("keeps the heavy hitter and the recent keys, and what is gone stays gone", () => {
    const kept = keptKeys(evictionMask(h2oRule(), input, {keepFraction: 0.5}), 0);
    // Half of four are the newest; key 1 is what everyone looked at.
    expect(kept[7]).toHaveLength(4);
    expect(kept[7]).toEqual(expect.arrayContaining([1, 6, 7]));
    kept.forEach((now, i) => {
      for (const j of now) if (j < i) expect(kept[i - 1]).toContain(j);
    });
  });

  test("needs the whole text", () => {
    expect(() =>
      evictionMask(h2oRule(), randomQueries(1, {tokens: 9, queries: 2}), {keepFraction: 0.5}),
    ).toThrow(new RangeError("evictionMask: the text must be whole, 9 queries for 9 keys, got 2"));
  });
});

test("SnapKV over a text keeps the window and what it votes for", () => {
  const keys = Float32Array.of(0, 9, 0, 0, 0, 0, 0, 0, 0, 0);
  const input: Queries = {q: new Float32Array(10).fill(1), keys, heads: 1, kvHeads: 1, headDim: 1};
  const kept = keptKeys(evictionMask(snapKvRule({window: 2, pool: 1}), input, {keepFraction: 0.4}), 0);
  expect(kept[9]).toEqual([0, 1, 8, 9]);
  expect([...maxPool(Float64Array.of(1, 5, 2, 0, 3), 3)]).toEqual([5, 5, 5, 3, 3]);
  expect(() => maxPool(new Float64Array(2), 4)).toThrow(/width must be an odd integer of at least 1, got 4$/);
});

describe("the frame", () => {
  test("lets query i of the last T see the first L - T + i + 1 keys", () => {
    const logits = attentionLogits(randomQueries(1, {tokens: 5, queries: 2}));
    const seen = Array.from(logits.data.subarray(0, 10), (value) => (value === -Infinity ? 0 : 1));
    expect(seen).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 1, 1]);
    expect(
      softmaxRows(logits)
        .data.subarray(0, 5)
        .reduce((a, b) => a + b),
    ).toBeCloseTo(1, 14);
  });

  test("gives every head the mean of all", () => {
    const scores = {...filled({heads: 2, queries: 1, keys: 2}, 0), data: Float64Array.of(1, 2, 3, 6)};
    expect([...meanOverHeads(scores).data]).toEqual([2, 4, 2, 4]);
  });

  test.each([
    [{heads: 5}, /heads must be a multiple of kvHeads 3, got 5$/],
    [{headDim: 0}, /headDim must be an integer of at least 1, got 0$/],
    [{q: new Float32Array(25)}, /q must hold tokens of 6 x 4 values, got 25$/],
    [{keys: new Float32Array(25)}, /keys must hold tokens of 3 x 4 values, got 25$/],
    [{keys: new Float32Array(12)}, /a key for each of the 20 queries, got 1$/],
  ])("refuses %o", (change, message) => {
    expect(() => attentionLogits({...randomQueries(1), ...change})).toThrow(message);
  });
});
