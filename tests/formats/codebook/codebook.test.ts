import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {encodeValue} from "../../../src/lib/formats/cast.js";
import {
  countBelow,
  makeThresholds,
  nearestCodes,
  nearestIndex,
  sortCodebook,
  type TieRule,
} from "../../../src/lib/formats/codebook/codebook.js";
import {NF4_VALUES} from "../../../src/lib/formats/codebook/nf4.js";
import {e2m1, e4m3fn} from "../../../src/lib/formats/element.js";
import {neighbour} from "../naive.js";

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
    const codebook = sortCodebook(element.values);
    for (const middle of codebook.midpoints) {
      for (const x of [neighbour(middle, false), middle, neighbour(middle, true)]) {
        const code = encodeValue(element, x, {rounding: ties});
        expect(codebook.levels[nearestIndex(codebook, x, ties)]).toBe(element.values[code] + 0);
      }
    }
  }
});

test("finds the nearest level of NF4 as a search through all levels does", () => {
  const codebook = sortCodebook(NF4_VALUES);
  fc.assert(
    fc.property(fc.float({noNaN: true, min: -2, max: 2}), (x) => {
      const distance = (level: number) => Math.abs(level - x);
      const best = Math.min(...codebook.levels.map(distance));
      // A midpoint is rounded to float32, so right at it either neighbour may be a last bit nearer.
      expect(distance(codebook.levels[nearestIndex(codebook, x)])).toBeLessThanOrEqual(best + 2 ** -24);
    }),
    {seed: 2, numRuns: 2000},
  );
});

test("infinities take the outermost levels, one level takes all", () => {
  const codebook = sortCodebook([-2, 0, 5]);
  expect(nearestIndex(codebook, Number.POSITIVE_INFINITY)).toBe(2);
  expect(nearestIndex(codebook, Number.NEGATIVE_INFINITY)).toBe(0);
  expect(nearestIndex(sortCodebook([3]), -100)).toBe(0);
});

test("nearestCodes gives codes, not positions", () => {
  expect([...nearestCodes(sortCodebook([4, -4]), Float32Array.of(-9, 9))]).toEqual([1, 0]);
});

describe("countBelow", () => {
  const searched = (ascending: Float32Array, x: number) =>
    ascending.filter((threshold) => threshold < x).length;
  const float = fc.float({noNaN: true});

  test("counts as a search does, for any thresholds and on either side of each", () => {
    const sets = fc.array(fc.float({noNaN: true, noDefaultInfinity: true}), {maxLength: 20});
    fc.assert(
      fc.property(sets, fc.array(float, {maxLength: 20}), (set, others) => {
        const ascending = Float32Array.from(set).sort();
        const thresholds = makeThresholds(ascending);
        for (const t of [...ascending, ...others]) {
          for (const x of [neighbour(t, false), t, neighbour(t, true)]) {
            expect(countBelow(thresholds, x)).toBe(searched(ascending, x));
          }
        }
      }),
      {seed: 3, numRuns: 1000},
    );
  });

  test.each([
    ["close together beside a wide gap", [-1e30, 1, 1 + 2 ** -23, 1 + 2 ** -22]],
    ["at both ends of float32", [-3.4e38, 3.4e38]],
    ["among the subnormal numbers", [-(2 ** -149), 0, 2 ** -149, 2 ** -148]],
    ["equal", [2, 2, 2]],
    ["one alone", [1e30]],
    ["none", []],
  ])("counts thresholds that are %s", (_, list) => {
    const ascending = Float32Array.from(list);
    const thresholds = makeThresholds(ascending);
    const beside = [...ascending].flatMap((t) => [neighbour(t, false), t, neighbour(t, true)]);
    for (const x of [
      ...beside,
      0,
      -0,
      1e-40,
      -1e-40,
      5,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]) {
      expect(countBelow(thresholds, x)).toBe(searched(ascending, x));
    }
  });

  test("counts none below NaN", () => {
    expect(countBelow(makeThresholds(Float32Array.of(-1, 1)), Number.NaN)).toBe(0);
  });
});
