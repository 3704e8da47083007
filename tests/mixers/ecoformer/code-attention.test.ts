import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  type CodedHead,
  linearCodeAttention,
  quadraticCodeAttention,
} from "../../../src/lib/mixers/ecoformer/code-attention.js";
import {hashCodes, randomHash} from "../../../src/lib/mixers/ecoformer/hash-function.js";
import {codedOperations, hashOperations} from "../../../src/lib/mixers/ecoformer/head-operations.js";
import {unitRows} from "../../../src/lib/mixers/ecoformer/kernel-map.js";
import {codeProduct} from "../../../src/lib/mixers/ecoformer/similarity-labels.js";
import {noOperations} from "../../../src/lib/mixers/operation-counts.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {largestGap} from "../gaps.js";

interface Shape {
  readonly tokens: number;
  readonly bits: number;
  readonly seed: number;
  readonly causal: boolean;
}

function randomHead({tokens, bits, seed, causal}: Shape): CodedHead {
  const stream = randomStream(seed, "coded heads");
  const codes = () => Int8Array.from({length: tokens * bits}, () => (stream.uniform() < 0.5 ? -1 : 1));
  const values = Float64Array.from({length: tokens * 3}, () => stream.normal());
  return {queries: codes(), keys: codes(), values, bits, valueWidth: 3, causal};
}

const anyShape = fc.record({
  tokens: fc.integer({min: 1, max: 20}),
  bits: fc.integer({min: 1, max: 24}),
  seed: fc.integer({min: 0, max: 1000}),
  causal: fc.boolean(),
});

describe("attention over codes", () => {
  test("is the same in one pass and written out, with either bias", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        for (const bias of ["all values", "own value"] as const) {
          const head = {...randomHead(shape), bias};
          const gap = largestGap(linearCodeAttention(head).output, quadraticCodeAttention(head).output);
          expect(gap).toBeLessThan(1e-12);
        }
      }),
      {seed: 3, numRuns: 60},
    );
  });

  test("has positive weights that sum to one; the released bias does not", () => {
    const rows = (head: CodedHead, tokens: number) => {
      const {weights} = quadraticCodeAttention(head);
      return Array.from({length: tokens}, (_, i) => weights.slice(i * tokens, (i + 1) * tokens));
    };
    fc.assert(
      fc.property(anyShape, (shape) => {
        for (const row of rows(randomHead(shape), shape.tokens)) {
          expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
          for (const weight of row) expect(weight).toBeGreaterThanOrEqual(0);
        }
      }),
      {seed: 3, numRuns: 40},
    );
    const released = {
      ...randomHead({tokens: 12, bits: 8, seed: 1, causal: false}),
      bias: "own value",
    } as const;
    for (const row of rows(released, 12))
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeLessThan(0.8);
  });

  test("weighs by the bits that differ: bits less twice their number", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        const {queries, keys, bits} = randomHead(shape);
        const differ = Array.from({length: bits}, (_, r) => Number(queries[r] !== keys[r])).reduce(
          (a, b) => a + b,
        );
        expect(codeProduct(queries, 0, keys, 0, bits)).toBe(bits - 2 * differ);
      }),
      {seed: 3, numRuns: 40},
    );
  });

  test("of a causal head does not look ahead", () => {
    const head = randomHead({tokens: 9, bits: 8, seed: 3, causal: true});
    const first = (tokens: number): CodedHead => ({
      ...head,
      queries: head.queries.slice(0, tokens * 8),
      keys: head.keys.slice(0, tokens * 8),
      values: head.values.slice(0, tokens * 3),
    });
    const all = linearCodeAttention(head).output;
    for (const tokens of [1, 4, 8])
      expect(linearCodeAttention(first(tokens)).output).toEqual(all.slice(0, tokens * 3));
  });

  test("takes additions in a number that grows linearly, and one multiplication a channel", () => {
    const of = (tokens: number) =>
      linearCodeAttention(randomHead({tokens, bits: 16, seed: 0, causal: true})).counts;
    expect(of(20).additions).toBe(2 * of(10).additions);
    expect(of(20).multiplications).toBe(20 * (3 + 1));
  });

  test("gives a text's last queries what they get in the whole text", () => {
    for (const causal of [true, false]) {
      const head = randomHead({tokens: 9, bits: 8, seed: 3, causal});
      const last = {...head, queries: head.queries.slice(6 * 8)};
      const gap = largestGap(linearCodeAttention(last).output, linearCodeAttention(head).output.slice(6 * 3));
      expect(gap).toBeLessThan(1e-12);
      expect(largestGap(linearCodeAttention(last).output, quadraticCodeAttention(last).output)).toBeLessThan(
        1e-12,
      );
    }
  });

  test("is counted by one formula, its codes too", () => {
    for (const tokens of [1, 5, 12]) {
      const head = randomHead({tokens, bits: 8, seed: 2, causal: true});
      expect(linearCodeAttention(head).counts).toEqual(codedOperations({tokens, width: 3, bits: 8}));
      const x = unitRows(
        Float64Array.from({length: 2 * tokens * 3}, (_, at) => Math.cos(at)),
        3,
      );
      const hash = randomHash(x, {width: 3, bits: 8, anchors: 4}, randomStream(1, "anchors"));
      const counts = noOperations();
      hashCodes(x, hash, counts);
      expect(counts).toEqual(hashOperations({tokens, width: 3, bits: 8, anchors: 4}));
    }
  });

  test("refuses codes that do not fit", () => {
    const head = randomHead({tokens: 4, bits: 8, seed: 0, causal: true});
    expect(() => linearCodeAttention({...head, keys: head.keys.slice(8)})).toThrow(/queries/);
    expect(() => quadraticCodeAttention({...head, bits: 5})).toThrow(/rows of keys/);
  });
});
