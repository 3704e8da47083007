import {expect, test} from "vitest";
import {softmax} from "../../src/lib/tensor/softmax.js";
import {
  attentionOfPart,
  emptyPart,
  mergedParts,
  type ScoredValues,
  softmaxPart,
} from "../../src/lib/tensor/softmax-part.js";

const WIDTH = 5;
const KEYS = 12;

const keys = (n: number, seed: number): ScoredValues => ({
  scores: Float64Array.from({length: n}, (_, i) => 40 * Math.sin(i * 2.1 + seed)),
  values: Float64Array.from({length: n * WIDTH}, (_, i) => Math.cos(i * 0.7 + seed)),
  width: WIDTH,
});

const between = ({scores, values, width}: ScoredValues, from: number, to: number): ScoredValues => ({
  scores: scores.subarray(from, to),
  values: values.subarray(from * width, to * width),
  width,
});

const close = (a: Float64Array, b: Float64Array) => {
  a.forEach((v, i) => {
    expect(Math.abs(v - b[i])).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(v)));
  });
};

/** Σ softmax(x) v. */
function defined({scores, values, width}: ScoredValues): Float64Array {
  const p = softmax(scores);
  return Float64Array.from({length: width}, (_, d) =>
    p.reduce((sum, share, key) => sum + share * values[key * width + d], 0),
  );
}

test("a part of all keys is attention", () => {
  close(attentionOfPart(softmaxPart(keys(KEYS, 1))), defined(keys(KEYS, 1)));
});

test("parts merge in any grouping and order to the same result", () => {
  const [a, b, c] = [keys(3, 1), keys(50, 2), keys(1, 3)].map((part) => softmaxPart(part));
  const left = attentionOfPart(mergedParts(mergedParts(a, b), c));
  close(left, attentionOfPart(mergedParts(a, mergedParts(b, c))));
  close(left, attentionOfPart(mergedParts(mergedParts(c, a), b)));
});

test("split anywhere, attention is what it is in one piece", () => {
  const whole = keys(KEYS, 4);
  for (let cut = 0; cut <= KEYS; cut++) {
    const [a, b] = [softmaxPart(between(whole, 0, cut)), softmaxPart(between(whole, cut, KEYS))];
    close(attentionOfPart(mergedParts(a, b)), defined(whole));
  }
});

test("hidden keys change nothing, and nothing but hidden keys gives zeros", () => {
  const hidden = softmaxPart({...keys(4, 5), scores: new Float64Array(4).fill(Number.NEGATIVE_INFINITY)});
  const part = softmaxPart(keys(4, 6));
  expect(mergedParts(hidden, part)).toEqual(part);
  expect(attentionOfPart(mergedParts(hidden, emptyPart(WIDTH)))).toEqual(new Float64Array(WIDTH));
});
