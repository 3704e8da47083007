import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  drawNumbers,
  matchedTokens,
  matchingHead,
  sufficientSharpness,
} from "../../../src/lib/mixers/kronecker/match-three.js";
import {combinationWeights, tensorAttention} from "../../../src/lib/mixers/kronecker/tensor-attention.js";
import {decide, headOf, trainHead} from "../../../src/lib/mixers/kronecker/trained-head.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

describe("triples", () => {
  test("are found by trying all pairs", () => {
    fc.assert(
      fc.property(fc.integer({min: 2, max: 9}), fc.integer({min: 0, max: 500}), (modulus, seed) => {
        const numbers = drawNumbers(randomStream(seed, "numbers"), {modulus, tokens: 6, kinds: 3});
        const tried = numbers.map((a) =>
          Number(numbers.some((b) => numbers.some((c) => (a + b + c) % modulus === 0))),
        );
        expect(matchedTokens(numbers, modulus)).toEqual(tried);
      }),
      {seed: 3, numRuns: 60},
    );
  });

  test("are decided rightly by the written head at the sharpness that suffices, whatever the list", () => {
    fc.assert(
      fc.property(fc.integer({min: 2, max: 13}), fc.integer({min: 0, max: 500}), (modulus, seed) => {
        const numbers = drawNumbers(randomStream(seed, "numbers"), {modulus, tokens: 7, kinds: 4});
        const sharpness = 1.001 * sufficientSharpness({modulus, tokens: 7});
        const {output} = tensorAttention(matchingHead(numbers, modulus, sharpness));
        expect(Array.from(output, (share) => Number(share > 0.5))).toEqual(matchedTokens(numbers, modulus));
      }),
      {seed: 3, numRuns: 60},
    );
  });

  test("weigh pairs as the head that is run weighs them", () => {
    const head = matchingHead([1, 2, 4], 7, 5);
    const weights = combinationWeights(head, 0);
    const [v1, v2] = head.values;
    const mixed = weights.reduce((sum, weight, at) => sum + weight * v1[Math.floor(at / 4)] * v2[at % 4], 0);
    expect(tensorAttention(head).output[0]).toBeCloseTo(mixed, 13);
  });
});

describe("a trained head", () => {
  const shape = {
    modulus: 5,
    tokens: 6,
    kinds: 3,
    width: 4,
    hidden: 8,
    batch: 16,
    learningRate: 0.02,
  } as const;
  const asked = Array.from({length: 40}, (_, n) => drawNumbers(randomStream(n, "asked"), shape));
  const right = (weights: ReturnType<typeof trainHead>) =>
    asked.flatMap((numbers) => {
      const matched = matchedTokens(numbers, shape.modulus);
      return decide(weights, numbers, shape.width).map((label, i) => Number(label === matched[i]));
    });
  const share = (hits: readonly number[]) => hits.reduce((sum, hit) => sum + hit, 0) / hits.length;

  test("learns, of one list of keys and of two", () => {
    for (const lists of [1, 2]) {
      const at = (steps: number) =>
        share(right(trainHead({...shape, lists, steps}, randomStream(1, "train"))));
      expect(at(250)).toBeGreaterThan(Math.max(0.85, at(0)));
    }
  });

  test("is the same for the same seed, and its head has a row for each number and one more", () => {
    const train = () => trainHead({...shape, lists: 2, steps: 3}, randomStream(4, "train"));
    expect(train()).toEqual(train());
    const head = headOf(train(), [1, 2, 3], shape.width);
    expect(head.q.length).toBe(3 * shape.width);
    expect(head.keys.map(({length}) => length)).toEqual([4 * shape.width, 4 * shape.width]);
  });
});
