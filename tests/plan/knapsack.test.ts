import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {Groups} from "../../src/lib/plan/groups.js";
import {cheapestChoice, smallestWeight} from "../../src/lib/plan/knapsack.js";
import {relax} from "../../src/lib/plan/relaxation.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** The least cost by trying every choice; Infinity where none fits. */
function bruteForce(groups: Groups, capacity: number): number {
  if (capacity < 0) return Number.POSITIVE_INFINITY;
  const [first, ...rest] = groups;
  if (first === undefined) return 0;
  return Math.min(...first.map(({cost, weight}) => cost + bruteForce(rest, capacity - weight)));
}

const option = fc.record({cost: fc.nat({max: 50}), weight: fc.nat({max: 20})});
const groupsArbitrary = fc.array(fc.array(option, {minLength: 1, maxLength: 5}), {
  minLength: 1,
  maxLength: 6,
});

/** Groups like those of a model: few sizes, each in formats of few bits, and a damage that falls with the bits. */
function modelLike(layers: number, seed: number): Groups {
  const stream = randomStream(seed, "groups");
  return Array.from({length: layers}, (_, i) =>
    [2.625, 3.4375, 4.25, 4.5, 5.5, 6.5625, 8.5, 16].map((bits) => ({
      weight: Math.ceil(([4096, 11008, 1024][i % 3] * 4096 * bits) / 8),
      cost: 4 ** -bits * Math.exp(2 * stream.normal()),
    })),
  );
}

describe("cheapestChoice", () => {
  test("finds what trying every choice finds, and proves it", () => {
    fc.assert(
      fc.property(groupsArbitrary, fc.nat({max: 80}), (groups, capacity) => {
        const found = cheapestChoice(groups, capacity);
        const best = bruteForce(groups, capacity);
        expect(found?.cost ?? Number.POSITIVE_INFINITY).toBe(best);
        if (found === null) return;
        expect(found.cost).toBe(best);
        expect(found.gap).toBe(0);
        expect(found.weight).toBeLessThanOrEqual(capacity);
        const sum = found.chosen.reduce((total, each, group) => total + groups[group][each].cost, 0);
        expect(sum).toBe(best);
      }),
      {seed: 15, numRuns: 500},
    );
  });

  test("costs no more with more capacity, and never less than the relaxation", () => {
    const groups = modelLike(40, 3);
    const least = smallestWeight(groups);
    let last = Number.POSITIVE_INFINITY;
    for (const factor of [1, 1.1, 1.3, 1.31, 1.7, 2, 3, 6.5]) {
      const found = cheapestChoice(groups, Math.floor(least * factor))!;
      expect(found.gap).toBe(0);
      expect(found.cost).toBeLessThanOrEqual(last);
      expect(found.cost).toBeGreaterThanOrEqual(
        relax(groups, Math.floor(least * factor)).bound * (1 - 1e-12),
      );
      last = found.cost;
    }
  });

  test("proves the best choice for a model of 560 matrices in eight formats", () => {
    const groups = modelLike(560, 7);
    expect(cheapestChoice(groups, Math.floor(1.7 * smallestWeight(groups)))!.gap).toBe(0);
  });

  test("says the gap that is left where it may not search to the end", () => {
    const stream = randomStream(11, "hard");
    const groups = Array.from({length: 30}, () =>
      Array.from({length: 6}, (_, i) => ({
        weight: 1 + 100 * i + stream.integer(90),
        cost: 1000 - 150 * i - stream.integer(90),
      })),
    );
    const exact = cheapestChoice(groups, 6000)!;
    const hasty = cheapestChoice(groups, 6000, 2)!;
    expect(exact.gap).toBe(0);
    expect(hasty.bound).toBeLessThanOrEqual(exact.cost);
    expect(hasty.cost).toBeGreaterThanOrEqual(exact.cost);
    expect(hasty.gap).toBeCloseTo(hasty.cost - hasty.bound, 9);
  });

  test("gives null where nothing fits, and the least weight says what would", () => {
    const groups = [
      [{cost: 1, weight: 5}],
      [
        {cost: 9, weight: 2},
        {cost: 0, weight: 4},
      ],
    ];
    expect(cheapestChoice(groups, 6.9)).toBeNull();
    expect(smallestWeight(groups)).toBe(7);
    expect(cheapestChoice(groups, 7)!.chosen).toEqual([0, 0]);
    expect(cheapestChoice(groups, 9)!.chosen).toEqual([0, 1]);
  });

  test.each([
    [[[]], "got none"],
    [[[{cost: Number.NaN, weight: 1}]], 'got {"cost":null,"weight":1}'],
    [[[{cost: 1, weight: -1}]], 'got {"cost":1,"weight":-1}'],
  ])("refuses %j", (groups, message) => {
    expect(() => cheapestChoice(groups, 1)).toThrow(message);
  });
});
