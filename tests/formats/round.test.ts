import fc from "fast-check";
import {expect, test} from "vitest";
import {mirrorRounding, ROUNDINGS, type Rounding, rounderOf} from "../../src/lib/formats/round.js";

const table: Record<Rounding, number[]> = {
  //              -2.5 -1.5 -0.5 -0.3 0.3 0.5 1.5 2.5 2.7
  "half-even": [-2, -2, 0, 0, 0, 0, 2, 2, 3],
  "half-away": [-3, -2, -1, 0, 0, 1, 2, 3, 3],
  "half-to-zero": [-2, -1, 0, 0, 0, 0, 1, 2, 3],
  "half-down": [-3, -2, -1, 0, 0, 0, 1, 2, 3],
  "half-up": [-2, -1, 0, 0, 0, 1, 2, 3, 3],
  "toward-zero": [-2, -1, 0, 0, 0, 0, 1, 2, 2],
  magic: [-2, -2, 0, 0, 0, 0, 2, 2, 3],
};

test.each(ROUNDINGS)("%s rounds ties as its name says", (rounding) => {
  const round = rounderOf(rounding);
  const rounded = [-2.5, -1.5, -0.5, -0.3, 0.3, 0.5, 1.5, 2.5, 2.7].map((v) => round(v) + 0);
  expect(rounded).toEqual(table[rounding].map((v) => v + 0));
});

test.each(ROUNDINGS)("%s sees what lies just beside a tie", (rounding) => {
  const round = rounderOf(rounding);
  const up = rounding === "toward-zero" ? 0 : 1;
  expect(round(Math.fround(0.5 + 2 ** -24)) + 0).toBe(up);
  expect(round(0.5 - 2 ** -25) + 0).toBe(0);
  expect(round(-0.5 - 2 ** -24) + 0).toBe(-up + 0);
  expect(round(-0.5 + 2 ** -25) + 0).toBe(0);
});

test("all rules leave integers alone, and all but toward-zero stay within a half", () => {
  fc.assert(
    fc.property(
      fc.float({noNaN: true, min: -1e6, max: 1e6}),
      fc.constantFrom(...ROUNDINGS),
      (v, rounding) => {
        const r = rounderOf(rounding)(v);
        expect(Number.isInteger(r)).toBe(true);
        expect(rounderOf(rounding)(r)).toBe(r);
        expect(Math.abs(r - v)).toBeLessThanOrEqual(rounding === "toward-zero" ? 1 : 0.5);
      },
    ),
    {seed: 5, numRuns: 2000},
  );
});

test("the mirrored rule does to -v what the rule does to v", () => {
  for (const rounding of ROUNDINGS) {
    for (const v of [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.75]) {
      expect(rounderOf(mirrorRounding(rounding))(-v)).toBeCloseTo(-rounderOf(rounding)(v), 15);
    }
  }
});

test("an unknown rule is refused with the list of rules", () => {
  expect(() => rounderOf("nearest" as Rounding)).toThrow(
    "rounding: rule must be one of half-even, half-away, half-to-zero, half-down, half-up, toward-zero, magic, got nearest",
  );
});
