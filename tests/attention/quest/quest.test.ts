import fc from "fast-check";
import {expect, test} from "vitest";
import {attentionLogits} from "../../../src/lib/attention/logits.js";
import {pageBounds, pageScore, questImportance, questMask} from "../../../src/lib/attention/quest/quest.js";
import {questReleasedMask} from "../../../src/lib/attention/quest/quest-released.js";
import {keptKeys, randomQueries} from "../queries.js";

const dot = (q: Float32Array, at: number, k: Float32Array, from: number, width: number) => {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += q[at + c] * k[from + c];
  return sum;
};

test("a page's score is an upper bound of q·k over its keys, reached by a page of one key", () => {
  fc.assert(
    fc.property(fc.nat(999), fc.integer({min: 1, max: 7}), (seed, pageSize) => {
      const {q, keys, heads, kvHeads, headDim} = randomQueries(seed, {tokens: 13, queries: 1});
      const bounds = pageBounds(keys, kvHeads * headDim, pageSize);
      for (let h = 0; h < heads; h++) {
        const g = Math.floor((h * kvHeads) / heads);
        for (let j = 0; j < 13; j++) {
          const box = (Math.floor(j / pageSize) * kvHeads + g) * headDim;
          const score = pageScore(q, h * headDim, bounds, box, headDim);
          const product = dot(q, h * headDim, keys, (j * kvHeads + g) * headDim, headDim);
          expect(score).toBeGreaterThanOrEqual(product - 1e-12);
          if (pageSize === 1) expect(score).toBeCloseTo(product, 12);
        }
      }
    }),
    {numRuns: 30, seed: 4},
  );
});

test("questMask finds a key that points against the channel maxima, the released rule does not", () => {
  // The query is negative; key 5 is the most negative, and the others are small and positive.
  const keys = new Float32Array(16).fill(0.1);
  keys[5] = -9;
  const input = {q: new Float32Array(16).fill(-1), keys, heads: 1, kvHeads: 1, headDim: 1};
  const options = {keepFraction: 0.25, sinks: 0, pageSize: 2};
  expect(keptKeys(questMask(input, options), 0)[15]).toContain(5);
  expect(keptKeys(questReleasedMask(input, options).mask, 0)[15]).not.toContain(5);
});

test("questImportance is never below a logit, for every query of a text, and says nothing of later keys", () => {
  const input = randomQueries(7, {tokens: 21});
  const logits = attentionLogits(input);
  const {data} = questImportance(input, {pageSize: 4});
  data.forEach((score, at) => {
    const logit = logits.data[at];
    if (logit === Number.NEGATIVE_INFINITY) expect(score).toBe(Number.NEGATIVE_INFINITY);
    else expect(score / Math.sqrt(input.headDim)).toBeGreaterThanOrEqual(logit - 1e-12);
  });
});

test("the released rule gives every key the score of its page", () => {
  const input = randomQueries(8, {tokens: 10});
  const {importance, scores, pages} = questReleasedMask(input, {keepFraction: 0.5, pageSize: 4});
  for (let row = 0; row < 6 * 10; row++) {
    for (let j = 0; j <= row % 10; j++) {
      expect(importance.data[row * 10 + j]).toBe(scores[row * pages + Math.floor(j / 4)]);
    }
  }
});
