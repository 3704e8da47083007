import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {attendAll, attendSelected, type DecodeStep} from "../../src/lib/attention/attend-selected.js";
import {type DecodeAttention, decodeAttention} from "../../src/lib/attention/decode-attention.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

function randomStep(
  heads: number,
  kvHeads: number,
  headDim: number,
  tokens: number,
  seed: number,
): DecodeStep {
  const stream = randomStream(seed, "decode attention");
  const normal = (count: number) => draws(count, () => stream.normal());
  const width = kvHeads * headDim;
  return {
    heads,
    kvHeads,
    headDim,
    q: normal(heads * headDim),
    keys: normal(tokens * width),
    values: normal(tokens * width),
  };
}

async function cacheOf(step: DecodeStep, capacity = step.keys.length / (step.kvHeads * step.headDim)) {
  const {heads, kvHeads, headDim, keys, values} = step;
  const cache = await decodeAttention({heads, kvHeads, headDim, capacity});
  cache.append(keys, values);
  return cache;
}

/** Values are of size 1: this is the share of the largest that the docstring states. */
const TOLERANCE = 1e-5;

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  expect(
    [...actual.keys()].filter((i) => !(Math.abs(actual[i] - expected[i]) <= TOLERANCE * largest)),
  ).toEqual([]);
}

const shapes = fc.record({
  kvHeads: fc.integer({min: 1, max: 3}),
  group: fc.integer({min: 1, max: 9}),
  headDim: fc.integer({min: 1, max: 70}),
  tokens: fc.integer({min: 1, max: 70}),
  seed: fc.nat(999),
});

describe("decodeAttention", () => {
  test("is the dense plain form for any heads, widths and lengths", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async ({kvHeads, group, headDim, tokens, seed}) => {
        const step = randomStep(kvHeads * group, kvHeads, headDim, tokens, seed);
        expectClose((await cacheOf(step)).attend(step.q), attendAll(step));
      }),
      {seed: 1, numRuns: 40},
    );
  });

  test("is the sparse plain form for any lists, one a head or one a kv head", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), async ({kvHeads, group, headDim, tokens, seed}, isShared) => {
        const heads = kvHeads * group;
        const step = randomStep(heads, kvHeads, headDim, tokens, seed);
        const stream = randomStream(seed, "lists");
        const list = () => Array.from({length: 1 + stream.integer(tokens)}, () => stream.integer(tokens));
        const lists = Array.from({length: isShared ? kvHeads : heads}, list);
        const ofHeads = isShared ? lists.flatMap((chosen) => new Array<number[]>(group).fill(chosen)) : lists;
        expectClose((await cacheOf(step)).attendSelected(step.q, lists), attendSelected(step, ofHeads));
      }),
      {seed: 2, numRuns: 40},
    );
  });

  test("of every token in any order is dense attention", async () => {
    const step = randomStep(8, 2, 16, 50, 3);
    const cache = await cacheOf(step);
    const all = Array.from({length: 50}, (_, j) => (j * 17) % 50);
    expectClose(cache.attendSelected(step.q, [all, all]), cache.attend(step.q));
  });

  test("reads what was appended so far, and nothing of the room behind it", async () => {
    const step = randomStep(4, 2, 8, 30, 4);
    const part = (from: number, to: number): [Float32Array, Float32Array] => [
      step.keys.slice(16 * from, 16 * to),
      step.values.slice(16 * from, 16 * to),
    ];
    const cache = await decodeAttention({heads: 4, kvHeads: 2, headDim: 8, capacity: 64});
    for (const [from, to] of [
      [0, 1],
      [1, 20],
      [20, 20],
      [20, 30],
    ] as const) {
      cache.append(...part(from, to));
      expect(cache.tokens).toBe(to);
      const [keys, values] = part(0, to);
      expectClose(cache.attend(step.q), attendAll({...step, keys, values}));
    }
  });

  test("large scores of either sign neither overflow nor underflow", async () => {
    const step = randomStep(5, 1, 32, 40, 5);
    for (const size of [1e-20, 300, 1e4]) {
      const scaled = {...step, q: step.q.map((value) => value * size)};
      expectClose((await cacheOf(scaled)).attend(scaled.q), attendAll(scaled));
    }
  });

  test("an ascending row of scores, which moves the largest at every block, changes nothing", async () => {
    const tokens = 100;
    const ascending = {
      ...{heads: 4, kvHeads: 1, headDim: 8, q: new Float32Array(32).fill(1)},
      keys: Float32Array.from({length: tokens * 8}, (_, i) => Math.floor(i / 8) / 8),
      values: randomStep(4, 1, 8, tokens, 6).values,
    };
    expectClose((await cacheOf(ascending)).attend(ascending.q), attendAll(ascending));
    const one = {...ascending, heads: 1, q: ascending.q.slice(0, 8)};
    expectClose((await cacheOf(one)).attend(one.q), attendAll(one));
  });

  test("a NaN in a key makes the heads NaN that read it, and no other", async () => {
    const step = randomStep(10, 2, 8, 20, 7);
    step.keys[5 * 16 + 3] = Number.NaN;
    const cache = await cacheOf(step);
    const out = cache.attend(step.q);
    expect(out.subarray(0, 40).every(Number.isNaN)).toBe(true);
    expect(out.subarray(40).every(Number.isFinite)).toBe(true);
    const without = [...Array(20).keys()].filter((j) => j !== 5);
    expect(cache.attendSelected(step.q, [without, without]).every(Number.isFinite)).toBe(true);
  });
});

describe("decodeAttention refuses", () => {
  test.each([
    [
      {heads: 0, kvHeads: 1, headDim: 8, capacity: 4},
      "decodeAttention: heads must be an integer of at least 1, got 0",
    ],
    [{heads: 4, kvHeads: 3, headDim: 8, capacity: 4}, "decodeAttention: kvHeads must divide 4 heads, got 3"],
    [
      {heads: 4, kvHeads: 2, headDim: 8, capacity: 1.5},
      "decodeAttention: capacity must be an integer of at least 1, got 1.5",
    ],
  ])("the sizes %o", async (sizes, message) => {
    await expect(decodeAttention(sizes)).rejects.toThrow(new RangeError(message));
  });

  const step = randomStep(4, 2, 8, 6, 8);
  const calls: [string, (cache: DecodeAttention) => void, string][] = [
    [
      "tokens beyond the capacity",
      (cache) => cache.append(new Float32Array(32), new Float32Array(32)),
      "append: keys and values must hold [tokens, 2, 8] of at most 1 tokens, got 32 and 32 numbers",
    ],
    [
      "keys without values",
      (cache) => cache.append(new Float32Array(16), new Float32Array(0)),
      "append: keys and values must hold [tokens, 2, 8] of at most 1 tokens, got 16 and 0 numbers",
    ],
    [
      "half a token",
      (cache) => cache.append(new Float32Array(8), new Float32Array(8)),
      "append: keys and values must hold [tokens, 2, 8] of at most 1 tokens, got 8 and 8 numbers",
    ],
    [
      "a query of another size",
      (cache) => cache.attend(new Float32Array(31)),
      "attend: q must hold [4, 8] numbers, got 31",
    ],
    [
      "lists for no head",
      (cache) => cache.attendSelected(step.q, []),
      "attendSelected: selected must have 4 heads, got 0",
    ],
    [
      "an empty list",
      (cache) => cache.attendSelected(step.q, [[0], []]),
      "attendSelected: head 1 must select keys from 0 to 5, got none",
    ],
    [
      "a token that does not exist yet",
      (cache) => cache.attendSelected(step.q, [[6], [0]]),
      "attendSelected: head 0 must select keys from 0 to 5, got 6",
    ],
    [
      "half an index",
      (cache) => cache.attendSelected(step.q, [[0], [0.5]]),
      "attendSelected: head 1 must select keys from 0 to 5, got 0.5",
    ],
  ];
  test.each(calls)("%s", async (_, call, message) => {
    const cache = await cacheOf(step, 7);
    expect(() => call(cache)).toThrow(new RangeError(message));
    expectClose(cache.attend(step.q), attendAll(step));
  });

  test("a step over no token", async () => {
    const cache = await decodeAttention({heads: 1, kvHeads: 1, headDim: 4, capacity: 4});
    expect(() => cache.attend(new Float32Array(4))).toThrow(
      new RangeError("attend: the cache must hold at least one token, got none"),
    );
  });
});
