import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type AttentionCall, attention} from "../../src/lib/engine/attention.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {maxDifference} from "./golden.js";

/** T queries at the end of L keys; sizes that all differ. */
function randomCall(seed: number, T = 5, L = 7, overrides: Partial<AttentionCall> = {}): AttentionCall {
  const stream = randomStream(seed, "attention");
  const [heads, kvHeads, headDim] = [6, 2, 4];
  return {
    layer: 0,
    q: draws(T * heads * headDim, stream.normal),
    keys: draws(L * kvHeads * headDim, stream.normal),
    values: draws(L * kvHeads * headDim, stream.normal),
    heads,
    kvHeads,
    headDim,
    queryPositions: Int32Array.from({length: T}, (_, i) => L - T + i),
    keyPositions: Int32Array.from({length: L}, (_, j) => j),
    window: null,
    ...overrides,
  };
}

/** The textbook, one query at a time, with no attempt at anything else. */
function naive({
  q,
  keys,
  values,
  heads,
  kvHeads,
  headDim: d,
  queryPositions,
  keyPositions,
  window,
}: AttentionCall) {
  const out: number[] = [];
  queryPositions.forEach((position, i) => {
    for (let h = 0; h < heads; h++) {
      const g = Math.floor((h * kvHeads) / heads);
      const legal = [...keyPositions.keys()].filter((j) => {
        const distance = position - keyPositions[j];
        return distance >= 0 && (window === null || distance < window);
      });
      const row = (x: Float32Array, t: number, n: number, head: number) =>
        x.slice((t * n + head) * d, (t * n + head + 1) * d);
      const weights = legal.map((j) => {
        const key = row(keys, j, kvHeads, g);
        return Math.exp(
          row(q, i, heads, h).reduce((sum, value, m) => sum + value * key[m], 0) / Math.sqrt(d),
        );
      });
      const total = weights.reduce((a, b) => a + b);
      for (let m = 0; m < d; m++) {
        out.push(legal.reduce((sum, j, n) => sum + (weights[n] / total) * row(values, j, kvHeads, g)[m], 0));
      }
    }
  });
  return Float32Array.from(out);
}

describe("attention", () => {
  test("equals the textbook for any numbers of queries and keys, and any window", () => {
    fc.assert(
      fc.property(
        fc.nat(999),
        fc.integer({min: 1, max: 6}),
        fc.nat(6),
        fc.option(fc.integer({min: 1, max: 9})),
        (seed, T, past, window) => {
          const call = randomCall(seed, T, T + past, {window});
          // A float32 result of magnitude below 8: half a unit in the last place, twice.
          expect(maxDifference(attention(call), naive(call))).toBeLessThan(2 ** -20);
        },
      ),
      {seed: 7, numRuns: 200},
    );
  });

  test("the first of all tokens gives its own value back, exactly", () => {
    const call = randomCall(3, 1, 1);
    const out = attention(call);
    for (let h = 0; h < 6; h++) {
      const g = Math.floor(h / 3);
      expect(out.slice(h * 4, h * 4 + 4)).toEqual(call.values.slice(g * 4, g * 4 + 4));
    }
  });

  test("what is hidden counts for nothing, even if it is NaN or infinite", () => {
    const call = randomCall(4);
    const [keys, values] = [call.keys.slice(), call.values.slice()];
    const last = 6 * 2 * 4;
    keys.fill(Number.NaN, last);
    values.fill(Number.POSITIVE_INFINITY, last);
    const first = (x: Float32Array) => x.slice(0, 4 * 6 * 4);
    expect(first(attention({...call, keys, values}))).toEqual(first(attention(call)));
  });

  test("the order of cached keys does not matter, only their positions", () => {
    const call = randomCall(5);
    const order = [3, 0, 6, 5, 1, 4, 2];
    const permuted = (x: Float32Array) =>
      Float32Array.from(order.flatMap((j) => Array.from(x.slice(j * 8, j * 8 + 8))));
    const shuffled = {
      ...call,
      keys: permuted(call.keys),
      values: permuted(call.values),
      keyPositions: Int32Array.from(order),
    };
    expect(maxDifference(attention(shuffled), attention(call))).toBeLessThan(2 ** -20);
  });

  test("logits of a thousand do not overflow", () => {
    const call = randomCall(6);
    const out = attention({...call, q: call.q.map((x) => 1000 * x)});
    expect(out.every(Number.isFinite)).toBe(true);
  });

  test("a NaN in a query stays in its own rows", () => {
    const call = randomCall(7);
    const q = call.q.slice();
    q[0] = Number.NaN;
    const [out, plain] = [attention({...call, q}), attention(call)];
    expect(out.slice(0, 4).every(Number.isNaN)).toBe(true);
    expect(out.slice(4)).toEqual(plain.slice(4));
  });

  test("a mask of all heads is that mask for each of them", () => {
    const shared = Uint8Array.from({length: 5 * 7}, (_, at) => (at % 3 === 2 ? 0 : 1));
    const each = Uint8Array.from({length: 6 * 5 * 7}, (_, at) => shared[at % (5 * 7)]);
    expect(attention(randomCall(9, 5, 7, {mask: shared}))).toEqual(
      attention(randomCall(9, 5, 7, {mask: each})),
    );
  });

  test("a query that sees no key throws, for a window, a mask and an empty cache", () => {
    const message = (h: number, position: number) =>
      `attention: every query must see a key, got none for layer 0, head ${h}, position ${position}`;
    const far = Int32Array.from({length: 5}, (_, i) => 100 + i);
    expect(() => attention(randomCall(8, 5, 7, {window: 3, queryPositions: far}))).toThrow(message(0, 100));
    const mask = new Uint8Array(6 * 5 * 7).fill(1);
    mask.fill(0, (2 * 5 + 1) * 7, (2 * 5 + 2) * 7);
    expect(() => attention(randomCall(8, 5, 7, {mask}))).toThrow(message(2, 3));
    const none = {keys: new Float32Array(0), values: new Float32Array(0), keyPositions: new Int32Array(0)};
    expect(() => attention(randomCall(8, 5, 7, none))).toThrow(message(0, 2));
  });
});
