import fc from "fast-check";
import {expect, test} from "vitest";
import {encodeValue} from "../../src/lib/formats/cast.js";
import {nearestCodes, nearestIndex, sortCodebook, type TieRule} from "../../src/lib/formats/codebook.js";
import {e2m1, e4m3fn} from "../../src/lib/formats/element.js";
import {NF4_VALUES} from "../../src/lib/formats/nf4.js";
import {neighbour} from "./naive.js";

const rules: TieRule[] = ["half-even", "half-away", "half-to-zero", "half-down", "half-up"];

test("sortCodebook sorts values, keeps the code of each and merges the two zeros", () => {
  const {levels, codes, midpoints} = sortCodebook([0, 2, -0, -1, Number.NaN, Number.POSITIVE_INFINITY]);
  expect([...levels]).toEqual([-1, 0, 2]);
  expect([...codes]).toEqual([3, 0, 1]);
  expect([...midpoints]).toEqual([-0.5, 1]);
  expect(() => sortCodebook([Number.NaN])).toThrow(
    "sortCodebook: values must hold a finite number, got none",
  );
});

test.each(rules)("agrees with the cast to E2M1 and E4M3FN at every midpoint and beside it, by %s", (ties) => {
  for (const element of [e2m1, e4m3fn]) {
    const book = sortCodebook(element.values);
    for (const middle of book.midpoints) {
      for (const x of [neighbour(middle, false), middle, neighbour(middle, true)]) {
        const code = encodeValue(element, x, {rounding: ties});
        expect(book.levels[nearestIndex(book, x, ties)]).toBe(element.values[code]! + 0);
      }
    }
  }
});

test("finds the nearest level of NF4 as a search through all levels does", () => {
  const book = sortCodebook(NF4_VALUES);
  fc.assert(
    fc.property(fc.float({noNaN: true, min: -2, max: 2}), (x) => {
      const distance = (level: number) => Math.abs(level - x);
      const best = Math.min(...book.levels.map(distance));
      // A midpoint is rounded to float32, so right at it either neighbour may be a last bit nearer.
      expect(distance(book.levels[nearestIndex(book, x)]!)).toBeLessThanOrEqual(best + 2 ** -24);
    }),
    {seed: 2, numRuns: 2000},
  );
});

test("infinities take the outermost levels, one level takes all", () => {
  const book = sortCodebook([-2, 0, 5]);
  expect(nearestIndex(book, Number.POSITIVE_INFINITY)).toBe(2);
  expect(nearestIndex(book, Number.NEGATIVE_INFINITY)).toBe(0);
  expect(nearestIndex(sortCodebook([3]), -100)).toBe(0);
});

test("nearestCodes gives codes, not positions", () => {
  expect([...nearestCodes(sortCodebook([4, -4]), Float32Array.of(-9, 9))]).toEqual([1, 0]);
});
