import fc from "fast-check";
import {afterEach, describe, expect, test, vi} from "vitest";
import {associativeScan} from "../../../src/lib/engine/scan/associative-scan.js";
import {
  glaChunkedCost,
  glaChunkedNaiveCost,
  glaCost,
  selectiveScanAssociativeCost,
  selectiveScanChunkedCost,
  selectiveScanCost,
  ssdChunkedCost,
  ssdCost,
} from "../../../src/lib/engine/scan/scan-cost.js";
import {selectiveScan} from "../../../src/lib/engine/scan/selective-scan.js";
import {ssd} from "../../../src/lib/engine/scan/ssd.js";
import {gla} from "../../../src/lib/ssm/scan/gla.js";
import {glaChunked} from "../../../src/lib/ssm/scan/gla-chunked.js";
import {glaChunkedNaive} from "../../../src/lib/ssm/scan/gla-chunked-naive.js";
import {selectiveScanAssociative} from "../../../src/lib/ssm/scan/selective-scan-associative.js";
import {selectiveScanChunked} from "../../../src/lib/ssm/scan/selective-scan-chunked.js";
import {ssdChunked} from "../../../src/lib/ssm/scan/ssd-chunked.js";
import {glaInput, scanInput, ssdInput} from "../../ssm/inputs.js";

afterEach(() => vi.restoreAllMocks());

/** Exponentials that a run really takes; those of -Infinity only fill the half that no token sees. */
function exponentialsOf(run: () => void): number {
  const exp = vi.spyOn(Math, "exp");
  run();
  const count = exp.mock.calls.filter(([x]) => x !== Number.NEGATIVE_INFINITY).length;
  exp.mockRestore();
  return count;
}

const CASES = [1, 7, 16, 33].flatMap((tokens) =>
  [1, 5, 16, tokens].map((chunkSize) => ({tokens, chunkSize})),
);

describe.each(CASES)("with $tokens tokens in chunks of $chunkSize", ({tokens, chunkSize}) => {
  test("the exponentials of a selective scan are those that its forms take", () => {
    const {deltaBias: _, z: __, ...rest} = scanInput(tokens, "mixed");
    const input = {...rest, deltaSoftplus: false};
    const sizes = {tokens, channels: 6, stateSize: 4};
    const forms = [
      [() => selectiveScan(input), selectiveScanCost(sizes)],
      [() => selectiveScanAssociative(input), selectiveScanAssociativeCost(sizes)],
      [() => selectiveScanChunked(input, {chunkSize}), selectiveScanChunkedCost(sizes, chunkSize)],
    ] as const;
    for (const [run, {exponentials}] of forms) expect(exponentialsOf(run)).toBe(exponentials);
  });

  test("so are those of Mamba2", () => {
    const input = ssdInput(tokens, "mixed");
    const sizes = {tokens, heads: 4, headDim: 3, stateSize: 5};
    expect(exponentialsOf(() => ssd(input))).toBe(ssdCost(sizes).exponentials);
    expect(exponentialsOf(() => ssdChunked(input, {chunkSize}))).toBe(
      ssdChunkedCost(sizes, chunkSize).exponentials,
    );
  });

  test("so are those of gated linear attention", () => {
    const input = glaInput(tokens, "mixed");
    const sizes = {tokens, heads: 2, keyDim: 4, valueDim: 3};
    expect(exponentialsOf(() => gla(input))).toBe(glaCost(sizes).exponentials);
    for (const subChunkSize of [1, 3, 16]) {
      expect(exponentialsOf(() => glaChunked(input, {chunkSize, subChunkSize}))).toBe(
        glaChunkedCost(sizes, chunkSize, subChunkSize).exponentials,
      );
    }
    expect(exponentialsOf(() => glaChunkedNaive(input, {chunkSize}))).toBe(
      glaChunkedNaiveCost(sizes, chunkSize).exponentials,
    );
  });
});

test.each([1, 2, 3, 8, 13, 64, 100])(
  "the tree over %i tokens has the combinations that it makes",
  (tokens) => {
    let written = 0;
    const watched = new Proxy(Array(tokens).fill(0.5), {
      set: (target, name, value) => {
        written++;
        return Reflect.set(target, name, value);
      },
    }) as unknown as Float64Array;
    associativeScan(new Float64Array(tokens), watched);
    const {operations} = selectiveScanAssociativeCost({tokens, channels: 1, stateSize: 1});
    expect((operations - 5 * tokens - 2) / 3).toBe(written);
  },
);

describe("what the forms cost", () => {
  const sizes = {tokens: 4096, heads: 1, headDim: 64, stateSize: 128};

  test("of Mamba2 follow the published counts: five of the 6 L P N for the recurrence, and L Q (N + P) for chunk size", () => {
    const [L, P, N] = [4096, 64, 128];
    expect(ssdCost(sizes).operations / (6 * L * P * N)).toBeCloseTo(5 / 6, 2);
    const slope = ssdChunkedCost(sizes, 512).operations - ssdChunkedCost(sizes, 256).operations;
    expect(slope / (L * 256 * (N + P))).toBeCloseTo(1, 1);
    // Chunks of one token do what the recurrence does: the rest is 5 L N P and the pair of a token with itself.
    expect(ssdChunkedCost(sizes, 1).operations / (L * P * N)).toBeCloseTo(6, 0);
  });

  test("chunks trade operations and memory against steps", () => {
    const small = ssdChunkedCost(sizes, 16);
    const large = ssdChunkedCost(sizes, 256);
    expect(large.operations).toBeGreaterThan(small.operations);
    expect([small.steps, large.steps, ssdCost(sizes).steps]).toEqual([256, 16, 4096]);
    expect(ssdChunkedCost(sizes, 4096).numbers).toBe(4096 ** 2 + 64 * 128);
    expect(ssdCost(sizes).numbers).toBe(64 * 128);
  });

  test("the tree has log2 L rounds up and nearly as many down", () => {
    expect(selectiveScanAssociativeCost({tokens: 1024, channels: 1, stateSize: 1}).steps).toBe(19);
    expect(selectiveScanChunkedCost({tokens: 1024, channels: 1, stateSize: 1}, 32).steps).toBe(64);
  });

  test("a last chunk that is shorter costs less", () => {
    const of = (tokens: number) => glaChunkedCost({tokens, heads: 2, keyDim: 4, valueDim: 3}, 64, 16);
    expect(of(65).operations - of(64).operations).toBe(of(1).operations);
    expect(of(65).steps).toBe(2);
  });

  test("refuse a chunk that is no number of tokens", () => {
    const gla = {tokens: 4, heads: 1, keyDim: 1, valueDim: 1};
    expect(() => ssdChunkedCost(sizes, 0)).toThrow(
      "ssdChunkedCost: chunkSize must be an integer of at least 1, got 0",
    );
    expect(() => glaChunkedCost(gla, 4, 0.5)).toThrow("glaChunkedCost: subChunkSize must be");
    expect(() => glaChunkedNaiveCost(gla, -1)).toThrow("glaChunkedNaiveCost: chunkSize must be");
  });
});

describe("over the whole range of sizes", () => {
  const count = (max: number) => fc.integer({min: 1, max});
  const sizes = fc.record({
    tokens: count(1_000_000),
    more: count(1_000_000),
    a: count(8192),
    b: count(256),
    c: count(256),
  });
  const costs = (tokens: number, a: number, b: number, c: number, chunk: number) => [
    selectiveScanCost({tokens, channels: a, stateSize: b}),
    selectiveScanAssociativeCost({tokens, channels: a, stateSize: b}),
    selectiveScanChunkedCost({tokens, channels: a, stateSize: b}, chunk),
    ssdCost({tokens, heads: a, headDim: b, stateSize: c}),
    ssdChunkedCost({tokens, heads: a, headDim: b, stateSize: c}, chunk),
    glaCost({tokens, heads: a, keyDim: b, valueDim: c}),
    glaChunkedCost({tokens, heads: a, keyDim: b, valueDim: c}, chunk, 16),
    glaChunkedNaiveCost({tokens, heads: a, keyDim: b, valueDim: c}, chunk),
  ];

  test("costs are finite and above zero, and more tokens cost no less", () => {
    fc.assert(
      fc.property(sizes, count(2048), ({tokens, more, a, b, c}, chunk) => {
        const [less, all] = [costs(tokens, a, b, c, chunk), costs(tokens + more, a, b, c, chunk)];
        for (const [i, cost] of less.entries()) {
          for (const [name, value] of Object.entries(cost)) {
            expect(Number.isFinite(value) && value > 0, `${i} ${name} ${value}`).toBe(true);
            expect(all[i][name as keyof typeof cost]).toBeGreaterThanOrEqual(name === "numbers" ? 0 : value);
          }
        }
      }),
      {seed: 5, numRuns: 100},
    );
  });
});
