import {describe, expect, test} from "vitest";
import type {Level} from "../../src/lib/accel/sparse/elsa.js";
import {evolveLevels} from "../../src/lib/accel/sparse/evolve-levels.js";
import {
  choiceMacs,
  erkChoice,
  greedyChoice,
  type LevelChoice,
  type LevelSpace,
  uniformChoice,
} from "../../src/lib/accel/sparse/level-search.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const LEVELS: readonly Level[] = [
  [1, 4],
  [2, 4],
  [4, 4],
];
const space: LevelSpace = {macs: [100, 100, 400, 50], fixedMacs: 10, levels: LEVELS};
const half = choiceMacs(space, uniformChoice(space, 1));

test("the work of a choice is that of its densities, and what is fixed", () => {
  expect(half).toBe(10 + 650 / 2);
  expect(choiceMacs(space, [0, 1, 2, 2])).toBe(10 + 25 + 50 + 400 + 50);
});

describe("greedy levels", () => {
  test("lower what harms least for the work it saves", () => {
    // The second and the large third linear cost nothing; the first and the last are dear.
    const rises = [
      [4, 2, 0],
      [0, 0, 0],
      [0.02, 0.01, 0],
      [9, 8, 0],
    ];
    const choice = greedyChoice(space, half, rises);
    expect(choice).toEqual([2, 0, 0, 2]);
    expect(choiceMacs(space, choice)).toBeLessThanOrEqual(half);
  });

  test("are dense where everything may be, and refuse what cannot be", () => {
    const none = space.macs.map(() => [0, 0, 0]);
    expect(greedyChoice(space, 1e6, none)).toEqual([2, 2, 2, 2]);
    expect(() => greedyChoice(space, 100, none)).toThrow(/mostMacs must be at least 172.5, got 100/);
  });
});

test("ERK keeps more of small matrices", () => {
  const shapes = [
    [10, 10],
    [10, 10],
    [20, 20],
    [5, 10],
  ] as const;
  const choice = erkChoice(space, half, shapes);
  expect(choiceMacs(space, choice)).toBeLessThanOrEqual(half);
  expect(choice[3]).toBeGreaterThan(choice[2]);
});

describe("evolved levels", () => {
  /** Each linear has a level that it wants: the loss is the distance to those. */
  const wanted: LevelChoice = [2, 0, 1, 0];
  const lossOf = (choice: LevelChoice) =>
    choice.reduce((sum, level, linear) => sum + Math.abs(level - wanted[linear]), 0);
  const search = (generations: number) =>
    evolveLevels(space, half, lossOf, [uniformChoice(space, 1)], randomStream(1, "evolve"), {
      ...{population: 8, generations, children: 8, parents: 4, mutation: 0.3, leastShare: 0.8},
    });

  test("stay within the work, are no worse than what is given, and better with more generations", () => {
    const [short, long] = [search(1), search(8)];
    expect(choiceMacs(space, long.choice)).toBeLessThanOrEqual(half);
    expect(long.loss).toBeLessThanOrEqual(short.loss);
    expect(short.loss).toBeLessThanOrEqual(lossOf(uniformChoice(space, 1)));
    expect(long.loss).toBeLessThanOrEqual(1);
  });

  test("look at no choice twice", () => {
    const seen: string[] = [];
    evolveLevels(
      space,
      half,
      (choice) => {
        seen.push(choice.join());
        return lossOf(choice);
      },
      [uniformChoice(space, 1), uniformChoice(space, 1)],
      randomStream(2, "evolve"),
    );
    expect(new Set(seen).size).toBe(seen.length);
  });
});
