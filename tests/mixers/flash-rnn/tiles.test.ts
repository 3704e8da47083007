import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  type Constraint,
  isPossible,
  type Product,
  times,
} from "../../../src/lib/mixers/flash-rnn/tiles/constraint.js";
import {between, divisorsOf, listed} from "../../../src/lib/mixers/flash-rnn/tiles/domain.js";
import {fusedTiles} from "../../../src/lib/mixers/flash-rnn/tiles/fused-tiles.js";
import {PROCESSORS} from "../../../src/lib/mixers/flash-rnn/tiles/processor.js";
import {propagate} from "../../../src/lib/mixers/flash-rnn/tiles/propagate.js";
import {
  blockers,
  firstSolution,
  type Solution,
  solutions,
} from "../../../src/lib/mixers/flash-rnn/tiles/solve.js";

const NAMES = ["a", "b", "c"];

const holds = (constraint: Constraint, solution: Solution) =>
  isPossible(constraint, new Map(Object.entries(solution).map(([name, value]) => [name, listed([value])])));

/** Every combination of the candidates, checked one by one. */
function bruteForce(size: number, constraints: readonly Constraint[]): string[] {
  const found: string[] = [];
  for (let a = 1; a <= size; a++)
    for (let b = 1; b <= size; b++)
      for (let c = 1; c <= size; c++)
        if (constraints.every((each) => holds(each, {a, b, c}))) found.push([a, b, c].join());
  return found.sort();
}

const product: fc.Arbitrary<Product> = fc
  .tuple(fc.integer({min: 1, max: 6}), fc.array(fc.constantFrom(...NAMES), {maxLength: 2}))
  .map(([factor, names]) => times(factor, ...names));
const sum = fc.array(product, {minLength: 1, maxLength: 2});
const anyConstraint: fc.Arbitrary<Constraint> = fc.record({
  name: fc.constant("drawn"),
  left: sum,
  relation: fc.constantFrom("equal" as const, "at-most" as const, "divided" as const),
  right: sum,
});

describe("the solver of integer constraints", () => {
  test("finds every solution that trying all combinations finds, and no other", () => {
    fc.assert(
      fc.property(fc.array(anyConstraint, {minLength: 1, maxLength: 3}), (constraints) => {
        const domains = new Map(NAMES.map((name) => [name, between(1, 7)]));
        const found = Array.from(
          solutions({domains, constraints, preferences: [["b", "largest"]]}),
          ({a, b, c}) => [a, b, c].join(),
        );
        expect(found.sort()).toEqual(bruteForce(7, constraints));
      }),
      {numRuns: 150},
    );
  });

  test("cuts long intervals by bounds and by divisors until they are lists", () => {
    const domains = new Map([
      ["a", between(1, 1e9)],
      ["b", between(1, 1e9)],
      ["c", listed([3, 4])],
    ]);
    const constraints: Constraint[] = [
      {name: "product", left: [times(720)], relation: "equal", right: [times("a", "c")]},
      {name: "sum", left: [times("a"), times(2, "b")], relation: "at-most", right: [times(300)]},
    ];
    const pruned = propagate(domains, constraints)!;
    expect(pruned.get("a")?.values).toEqual([180, 240]);
    expect(pruned.get("b")?.high).toBe(60);
  });

  test("gives preferred solutions first", () => {
    const domains = new Map([
      ["a", between(1, 6)],
      ["b", between(1, 6)],
    ]);
    const constraints: Constraint[] = [
      {name: "six", left: [times(6)], relation: "equal", right: [times("a", "b")]},
    ];
    const preferences = [["a", "largest"]] as const;
    expect(Array.from(solutions({domains, constraints, preferences}), ({a}) => a)).toEqual([6, 3, 2, 1]);
  });

  test("finds divisors", () => {
    expect(divisorsOf(60)).toEqual([1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60]);
    expect(divisorsOf(1)).toEqual([1]);
    expect(divisorsOf(97)).toEqual([1, 97]);
  });
});

describe("tiles of a fused kernel", () => {
  test.each([
    [16, 48, 32],
    [64, 12, 16],
    [384, 2, 64],
    [768, 1, 16],
    [2048, 1, 16],
  ])("of heads of %d, %d of them, a batch of %d, satisfy every constraint", (headDim, heads, batch) => {
    for (const gates of [1, 3, 4]) {
      const problem = fusedTiles({headDim, heads, batch, gates}, PROCESSORS.h100);
      const solution = firstSolution(problem);
      expect(solution).not.toBeNull();
      for (const constraint of problem.constraints) expect(holds(constraint, solution!)).toBe(true);
    }
  });

  test("hold all of R where they can: what is not in registers is in shared memory", () => {
    const {cachedNumbers, blocksGate, blocksHidden, blocksBatch, sharedWeights} = firstSolution(
      fusedTiles({headDim: 768, heads: 1, batch: 16, gates: 4}, PROCESSORS.h100),
    )!;
    const inRegisters = cachedNumbers * blocksGate * blocksHidden * blocksBatch;
    expect(sharedWeights + 2 * inRegisters).toBe(2 * 4 * 768 * (768 + 8) + 64);
  });

  test("that do not exist are refused by the names of what is in the way", () => {
    const tooWide = fusedTiles({headDim: 4096, heads: 1, batch: 16, gates: 4}, PROCESSORS.h100);
    expect(firstSolution(tooWide)).toBeNull();
    expect(blockers(tooWide)).toContain("shared memory");
    const odd = fusedTiles({headDim: 20, heads: 1, batch: 16, gates: 4}, PROCESSORS.h100);
    expect(firstSolution(odd)).toBeNull();
    expect(blockers(odd)).toEqual(["states divided by tiles"]);
  });
});
