import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {choiceOf, greedyChoice} from "../../src/lib/plan/greedy-choice.js";
import {cheapestChoice} from "../../src/lib/plan/knapsack.js";

const option = fc.record({cost: fc.nat({max: 50}), weight: fc.nat({max: 20})});
const groups = fc.array(fc.array(option, {minLength: 1, maxLength: 5}), {minLength: 1, maxLength: 8});

describe("greedyChoice", () => {
  test("fits wherever a choice does, and is never better than the exact one", () => {
    fc.assert(
      fc.property(groups, fc.nat({max: 100}), (options, capacity) => {
        const greedy = greedyChoice(options, capacity);
        const exact = cheapestChoice(options, capacity);
        expect(greedy === null).toBe(exact === null);
        if (greedy === null || exact === null) return;
        expect(greedy.weight).toBeLessThanOrEqual(capacity);
        expect(exact.cost).toBeLessThanOrEqual(greedy.cost);
        expect(greedy).toEqual(choiceOf(options, greedy.chosen));
      }),
      {seed: 21, numRuns: 120},
    );
  });

  test("is worse where a step that saves most for its weight leaves no room for a better one", () => {
    const tight = [
      [
        {cost: 10, weight: 0},
        {cost: 4, weight: 2},
      ],
      [
        {cost: 10, weight: 0},
        {cost: 0, weight: 4},
      ],
    ];
    expect(greedyChoice(tight, 4)!.cost).toBe(14);
    expect(cheapestChoice(tight, 4)!.cost).toBe(10);
  });
});
