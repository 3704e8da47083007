import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {attention} from "../../../src/lib/engine/attention.js";
import {
  expCoefficients,
  polynomialAt,
  taylorErrorBound,
} from "../../../src/lib/mixers/kronecker/exp-polynomial.js";
import {monomialCount, monomials, monomialValues} from "../../../src/lib/mixers/kronecker/monomials.js";
import {tensorOperations} from "../../../src/lib/mixers/kronecker/operations.js";
import {polynomialAttention} from "../../../src/lib/mixers/kronecker/polynomial-attention.js";
import {type TensorHead, tensorAttention} from "../../../src/lib/mixers/kronecker/tensor-attention.js";
import {allOperations} from "../../../src/lib/mixers/operation-counts.js";
import {largest} from "../../../src/lib/stats/extent.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {largestGap} from "../gaps.js";

/** A head whose entries are at most `bound`. */
function randomHead(
  shape: {tokens: number; width: number; lists: number; seed: number},
  bound = 1,
): TensorHead {
  const stream = randomStream(shape.seed, "tensor heads");
  const matrix = (columns: number, size = bound) =>
    Float64Array.from({length: shape.tokens * columns}, () => size * (2 * stream.uniform() - 1));
  const lists = (columns: number, size?: number) =>
    Array.from({length: shape.lists}, () => matrix(columns, size));
  const {width} = shape;
  return {q: matrix(width), keys: lists(width), values: lists(3, 1), width, valueWidth: 3};
}

/** The definition for two lists, every sum written out. */
function byDefinition({q, keys: [k1, k2], values: [v1, v2], width, valueWidth}: TensorHead): Float64Array {
  const tokens = k1.length / width;
  return Float64Array.from({length: (q.length / width) * valueWidth}, (_, at) => {
    const [i, c] = [Math.floor(at / valueWidth), at % valueWidth];
    let [above, below] = [0, 0];
    for (let j = 0; j < tokens; j++) {
      for (let k = 0; k < tokens; k++) {
        let score = 0;
        for (let l = 0; l < width; l++) score += q[i * width + l] * k1[j * width + l] * k2[k * width + l];
        const weight = Math.exp(score / width);
        above += weight * v1[j * valueWidth + c] * v2[k * valueWidth + c];
        below += weight;
      }
    }
    return above / below;
  });
}

const anyShape = fc.record({
  tokens: fc.integer({min: 1, max: 6}),
  width: fc.integer({min: 1, max: 4}),
  lists: fc.integer({min: 1, max: 3}),
  seed: fc.integer({min: 0, max: 1000}),
});

describe("tensor attention", () => {
  test("of two lists is its definition", () => {
    const head = randomHead({tokens: 7, width: 3, lists: 2, seed: 1}, 2);
    expect(largestGap(tensorAttention(head).output, byDefinition(head))).toBeLessThan(1e-14);
  });

  test("of one list, or of a second that is all ones, is softmax attention", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        const {keys, values, ...rest} = randomHead({...shape, lists: 1}, 2);
        const {tokens, width} = shape;
        const one = tensorAttention({...rest, keys, values}).output;
        const ones = (columns: number) => new Float64Array(tokens * columns).fill(1);
        const two = tensorAttention({
          ...rest,
          keys: [keys[0], ones(width)],
          values: [values[0], ones(3)],
        }).output;
        expect(largestGap(one, two)).toBeLessThan(1e-13);
        const places = new Int32Array(tokens);
        const plain = attention({
          layer: 0,
          q: Float32Array.from(rest.q),
          keys: Float32Array.from(keys[0]),
          // One width for both in this contract: values are read a channel at a time.
          values: Float32Array.from(
            {length: tokens * width},
            (_, at) => values[0][Math.floor(at / width) * 3],
          ),
          heads: 1,
          kvHeads: 1,
          headDim: width,
          queryPositions: places,
          keyPositions: places,
          window: null,
          scale: 1 / width,
        });
        for (let i = 0; i < tokens; i++) expect(plain[i * width]).toBeCloseTo(one[i * 3], 5);
      }),
      {seed: 3, numRuns: 30},
    );
  });

  test("gives means: values of one give one, and the order of the tokens does not matter", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        const head = randomHead(shape);
        const values = head.values.map((list) => new Float64Array(list.length).fill(1));
        for (const value of tensorAttention({...head, values}).output) expect(value).toBeCloseTo(1, 12);
        const reversed = (x: Float64Array, width: number) =>
          Float64Array.from(
            x,
            (_, at) => x[(x.length / width - 1 - Math.floor(at / width)) * width + (at % width)],
          );
        const turned = {
          ...head,
          keys: head.keys.map((list) => reversed(list, head.width)),
          values: head.values.map((list) => reversed(list, head.valueWidth)),
        };
        expect(largestGap(tensorAttention(turned).output, tensorAttention(head).output)).toBeLessThan(1e-13);
      }),
      {seed: 3, numRuns: 40},
    );
  });

  test("counts a power of the tokens that grows with the lists", () => {
    const of = (tokens: number, lists: number) =>
      tensorAttention(randomHead({tokens, width: 4, lists, seed: 0})).counts.exponentials;
    expect(of(8, 1)).toBe(8 ** 2);
    expect(of(8, 2)).toBe(8 ** 3);
    expect(of(4, 3)).toBe(4 ** 4);
  });

  test("is counted by one formula", () => {
    for (const tokens of [1, 3, 6]) {
      for (const lists of [1, 2, 3]) {
        const {counts} = tensorAttention(randomHead({tokens, width: 2, lists, seed: 0}));
        expect(allOperations(counts)).toBe(tensorOperations({tokens, width: 2, valueWidth: 3, lists}));
      }
    }
  });

  test("refuses lists that are missing or do not fit", () => {
    const head = randomHead({tokens: 3, width: 2, lists: 2, seed: 0});
    expect(() => tensorAttention({...head, keys: []})).toThrow(/at least one list/);
    expect(() => tensorAttention({...head, values: head.values.slice(1)})).toThrow(/as many/);
    expect(() => polynomialAttention({...head, keys: [head.keys[0], new Float64Array(3)]}, TAYLOR)).toThrow(
      /keys/,
    );
  });
});

const TAYLOR = {kind: "taylor", degree: 12, reach: 1} as const;

describe("attention with a polynomial", () => {
  test("is the exact one as soon as the degree suffices, for any number of lists", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        const head = randomHead({...shape, width: Math.min(shape.width, 3)});
        const exact = tensorAttention(head).output;
        for (const kind of ["taylor", "chebyshev"] as const)
          expect(largestGap(polynomialAttention(head, {...TAYLOR, kind}).output, exact)).toBeLessThan(1e-8);
      }),
      {seed: 3, numRuns: 25},
    );
  });

  test("is the exponential's polynomial of every combination, at a degree that does not suffice", () => {
    const head = randomHead({tokens: 5, width: 3, lists: 1, seed: 4}, 1.5);
    const polynomial = {kind: "chebyshev", degree: 2, reach: 2.25} as const;
    const coefficients = expCoefficients(polynomial);
    const {q, keys, values, width} = head;
    const weights = Array.from({length: 5}, (_, j) => {
      let score = 0;
      for (let l = 0; l < width; l++) score += q[l] * keys[0][j * width + l];
      return polynomialAt(coefficients, score / width);
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mixed = weights.reduce((sum, weight, j) => sum + weight * values[0][j * 3], 0) / total;
    expect(polynomialAttention(head, polynomial).output[0]).toBeCloseTo(mixed, 13);
  });

  test("takes operations that grow linearly with the tokens", () => {
    const of = (tokens: number) =>
      polynomialAttention(randomHead({tokens, width: 3, lists: 2, seed: 0}), {...TAYLOR, degree: 3}).counts;
    const [one, two, three] = [8, 16, 24].map((tokens) => of(tokens).multiplications);
    expect(three - two).toBe(two - one);
  });
});

describe("the polynomial", () => {
  test("of Taylor keeps its bound, and Chebyshev's is better at the same degree", () => {
    for (const reach of [0.5, 1, 2, 4]) {
      for (const degree of [1, 2, 4, 8]) {
        const worst = (kind: "taylor" | "chebyshev", relative: boolean) => {
          const coefficients = expCoefficients({kind, degree, reach});
          const at = (n: number) => -reach + (2 * reach * n) / 200;
          return largest(
            Array.from({length: 201}, (_, n) => {
              const exact = Math.exp(at(n));
              return Math.abs(polynomialAt(coefficients, at(n)) - exact) / (relative ? exact : 1);
            }),
          );
        };
        expect(worst("taylor", true)).toBeLessThanOrEqual(taylorErrorBound(degree, reach));
        expect(worst("chebyshev", false)).toBeLessThan(worst("taylor", false));
      }
    }
  });

  test("has each monomial once, with the orders of its variables", () => {
    const all = monomials(3, 4);
    expect(all.count).toBe(monomialCount(3, 4));
    // Of degree t the orders sum to 3^t: (x + y + z)^t at ones.
    for (const t of [0, 1, 2, 3, 4]) {
      const sum = all.orders.reduce((total, order, a) => total + (all.degrees[a] === t ? order : 0), 0);
      expect(sum).toBe(3 ** t);
    }
    const values = monomialValues(Float64Array.of(2, 3, 5), all);
    expect(new Set(values).size).toBe(all.count);
  });
});
