import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {expertNetwork} from "../../src/lib/architectures/parts.js";
import {chunkLoss, localityLoss} from "../../src/lib/experts/block-ffn/losses.js";
import {expertCapacity, heterogeneousBalance} from "../../src/lib/experts/moe-plus-plus/balance.js";
import {loadedShares} from "../../src/lib/experts/routing-trace.js";

describe("BlockFFN's losses", () => {
  const EXPERTS = 4;

  test("no expert at all costs nothing, the same one always costs its share", () => {
    const none = new Float32Array(64 * EXPERTS).fill(-1);
    expect(chunkLoss(none, EXPERTS)).toBe(0);
    const one = none.map((score, i) => (i % EXPERTS === 2 ? 5 : score));
    expect(chunkLoss(one, EXPERTS)).toBeCloseTo(1 / EXPERTS, 4);
  });

  test("a chunk of a token is its own share", () => {
    expect(chunkLoss(Float32Array.of(1, 1, 0, 0), EXPERTS, 1)).toBeCloseTo((0.5 + 0.5) / 4, 4);
  });

  test("half a chunk counts for nothing", () => {
    expect(chunkLoss(new Float32Array(63 * EXPERTS).fill(1), EXPERTS)).toBe(0);
  });

  test("neighbours that agree cost least", () => {
    const agreeing = Float32Array.of(9, -9, 9, -9);
    const changing = Float32Array.of(9, -9, -9, 9);
    expect(localityLoss(agreeing, 2)).toBeLessThan(0.01);
    expect(localityLoss(changing, 2)).toBeGreaterThan(8);
    expect(localityLoss(Float32Array.of(0, 0, 0, 0), 2)).toBeCloseTo(Math.log(2));
    expect(localityLoss(Float32Array.of(1, 2), 2)).toBe(0);
  });

  test.each([
    [
      "rows",
      () => chunkLoss(new Float32Array(7), EXPERTS),
      "chunkLoss: scores must be rows of 4 experts, got 7",
    ],
    [
      "a chunk",
      () => chunkLoss(new Float32Array(8), EXPERTS, 0),
      "chunkLoss: chunk must be a positive integer, got 0",
    ],
  ])("%s that cannot be are refused", (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe("loaded experts", () => {
  const channels = expertNetwork({
    experts: 4,
    active: 2,
    width: 1,
    idle: {constant: 0, copy: 1, zero: 1, inputScale: 1},
  });
  const chosen = (lists: readonly (readonly number[])[]) => lists.map((es) => new Map(es.map((e) => [e, 1])));

  test("a run loads the union, and experts without matrices load nothing", () => {
    const text = {
      channels,
      chosen: chosen([
        [0, 1],
        [1, 4],
        [4, 5],
        [2, 3],
        [0, 1],
      ]),
    };
    expect(loadedShares(text, 1)).toEqual([0.5, 0.25, 0, 0.5, 0.5]);
    expect(loadedShares(text, 2)).toEqual([0.5, 0.5]);
    expect(loadedShares(text, 5)).toEqual([1]);
    expect(loadedShares(text, 6)).toEqual([]);
  });

  test("a run twice as long loads no less", () => {
    const tokens = fc.array(fc.uniqueArray(fc.integer({min: 0, max: 3})), {minLength: 16, maxLength: 16});
    fc.assert(
      fc.property(tokens, (lists) => {
        const text = {channels, chosen: chosen(lists)};
        const means = [1, 2, 4, 8, 16].map((chunk) => {
          const shares = loadedShares(text, chunk);
          return shares.reduce((sum, share) => sum + share, 0) / shares.length;
        });
        means.slice(1).forEach((mean, i) => {
          expect(mean).toBeGreaterThanOrEqual(means[i] - 1e-12);
        });
      }),
    );
  });
});

describe("MoE++'s balance", () => {
  test("idle experts count by tau", () => {
    expect(heterogeneousBalance([0.5, 0.5], [0.5, 0.5], {experts: 1, tau: 0.5})).toBe(0.25 + 0.125);
    expect(heterogeneousBalance([0.5, 0.5], [0.5, 0.5], {experts: 2, tau: 0.5})).toBe(0.5);
  });

  test("capacities are those of all tokens", () => {
    const {multiplying, idle} = expertCapacity({tokens: 100, experts: 8, idle: 4, tau: 0.75, factor: 1});
    expect(8 * multiplying + 4 * idle).toBeCloseTo(100);
    expect(multiplying / idle).toBeCloseTo(0.75);
  });

  test("what cannot be is refused", () => {
    expect(() => heterogeneousBalance([1], [1, 2], {experts: 1, tau: 1})).toThrow(
      "as many as the 2 probabilities",
    );
    expect(() => expertCapacity({tokens: 0, experts: 8, idle: 4, tau: 1, factor: 1})).toThrow(
      "tokens must be positive",
    );
  });
});
