import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {pairedShare, wilson} from "../../src/lib/stats/shares.js";

describe("pairedShare", () => {
  const trials = (both: number, won: number, lost: number, neither: number) =>
    [
      [true, true, both],
      [true, false, won],
      [false, true, lost],
      [false, false, neither],
    ].flatMap(([a, b, n]) => Array.from({length: n as number}, () => [a, b] as [boolean, boolean]));

  test("is the difference of the shares, in an interval from where the two part", () => {
    const {value, low, high} = pairedShare(trials(50, 5, 15, 30));
    expect(value).toBeCloseTo(-0.1, 12);
    const half = (1.959963984540054 * Math.sqrt(21 - 100 / 102)) / 102;
    expect([low, high]).toEqual([-10 / 102 - half, -10 / 102 + half]);
  });

  test("is narrower than two shares apart, and never of no width", () => {
    const same = pairedShare(trials(80, 0, 0, 20));
    expect(same.value).toBe(0);
    expect(same.high).toBeGreaterThan(0);
    expect(same.high).toBeLessThan(wilson(80, 100).high - 0.8);
    expect(pairedShare([[true, false]])).toMatchObject({value: 1, high: 1});
    expect(() => pairedShare([])).toThrow("pairedShare: trials must be at least one, got none");
  });
});

describe("wilson", () => {
  test("gives the textbook interval for 8 of 10", () => {
    const {share, low, high} = wilson(8, 10);
    expect(share).toBe(0.8);
    expect(low).toBeCloseTo(0.490162, 6);
    expect(high).toBeCloseTo(0.943318, 6);
  });

  test("holds the share, stays in 0 .. 1, mirrors, and narrows with more trials", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 500}), fc.nat(500), (trials, n) => {
        const successes = n % (trials + 1);
        const {share, low, high} = wilson(successes, trials);
        expect(0 <= low && low <= share && share <= high && high <= 1).toBe(true);
        const mirrored = wilson(trials - successes, trials);
        expect(mirrored.low).toBeCloseTo(1 - high, 12);
        const wider = wilson(successes * 4, trials * 4);
        expect(wider.high - wider.low).toBeLessThan(high - low);
      }),
      {seed: 5},
    );
  });

  test("is one-sided at the ends", () => {
    expect(wilson(0, 10).low).toBe(0);
    expect(wilson(10, 10).high).toBe(1);
    expect(wilson(10, 10).low).toBeCloseTo(1 / (1 + 1.959963984540054 ** 2 / 10), 12);
  });

  test("refuses shares above one and no trials", () => {
    expect(() => wilson(3, 2)).toThrow(
      "wilson: successes must be 0 .. trials and trials at least 1, got 3 of 2",
    );
    expect(() => wilson(0, 0)).toThrow(RangeError);
    expect(() => wilson(Number.NaN, 5)).toThrow(RangeError);
  });
});
