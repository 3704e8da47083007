import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  chunkedStates,
  lowerBounds,
  recurrentStates,
  treeStates,
} from "../../../src/lib/engine/matmul-free/gated-recurrence.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {maxDifference} from "../golden.js";

function drawn(tokens: number, width: number) {
  const stream = randomStream(tokens, "gated-recurrence");
  const numbers = (count: number, draw: () => number) => Float64Array.from({length: count}, draw);
  return {
    gated: {
      forget: numbers(tokens * width, () => stream.uniform()),
      input: numbers(tokens * width, () => stream.normal()),
    },
    before: numbers(width, () => stream.normal()),
  };
}

describe("a gated recurrence", () => {
  test("carries the state by its forget gates", () => {
    const gated = {forget: Float64Array.of(0.5, 0, 0.25, 1), input: Float64Array.of(1, 2, 3, 4)};
    expect([...recurrentStates(gated, Float64Array.of(2, 8))]).toEqual([2, 2, 3.5, 6]);
  });

  test("gives the same states token by token, in chunks, and along a tree", () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 40}),
        fc.integer({min: 1, max: 3}),
        fc.integer({min: 1, max: 9}),
        (tokens, width, chunk) => {
          const {gated, before} = drawn(tokens, width);
          const expected = recurrentStates(gated, before);
          expect(maxDifference(chunkedStates(gated, before, chunk), expected)).toBeLessThan(1e-12);
          expect(maxDifference(treeStates(gated, before), expected)).toBeLessThan(1e-12);
        },
      ),
      {numRuns: 60},
    );
  });

  test("has bounds that begin at zero, rise from layer to layer and stay below one", () => {
    const bounds = lowerBounds(Float32Array.of(0, 3, 0, -1, 0, 2), 3);
    expect([...bounds.slice(0, 2)]).toEqual([0, 0]);
    expect(bounds[2]).toBeCloseTo(1 / 3, 12);
    expect(bounds[4]).toBeCloseTo(2 / 3, 12);
    for (const channel of [0, 1]) {
      expect(bounds[4 + channel]).toBeGreaterThan(bounds[2 + channel]);
      expect(bounds[4 + channel]).toBeLessThan(1);
    }
  });
});
