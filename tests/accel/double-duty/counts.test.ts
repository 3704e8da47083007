import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {adderTreeCost, joined, joinPairs} from "../../../src/lib/accel/double-duty/adder-tree.js";
import {ALM_RULE_IDS, almsByRule, almsOf} from "../../../src/lib/accel/double-duty/alms.js";
import {compress} from "../../../src/lib/accel/double-duty/compressor.js";
import {csdDigits} from "../../../src/lib/accel/double-duty/csd.js";
import {binaryRows, columnHeights} from "../../../src/lib/accel/double-duty/rows.js";
import {bestSplits, splitElements} from "../../../src/lib/accel/double-duty/split.js";

const count = (list: readonly number[]) => list.reduce((sum, n) => sum + n, 0);
const heights = fc.array(fc.nat(12), {maxLength: 10});
const weights = fc.array(fc.nat(255), {maxLength: 12});

describe("canonical signed digits", () => {
  test("stand for the number, never two side by side, and are no more than its set bits", () => {
    fc.assert(
      fc.property(fc.integer({min: -(2 ** 40), max: 2 ** 40}), (n) => {
        const digits = csdDigits(n);
        const nonzero = digits.filter((digit) => digit !== 0).length;
        expect(digits.reduce((sum, digit, k) => sum + digit * 2 ** k, 0)).toBe(n);
        expect(digits.some((digit, k) => digit !== 0 && (digits[k + 1] ?? 0) !== 0)).toBe(false);
        expect(nonzero).toBeLessThanOrEqual(Math.abs(n).toString(2).replaceAll("0", "").length);
      }),
    );
  });

  test("refuse what is no safe integer", () => {
    expect(() => csdDigits(0.5)).toThrow("csdDigits: n must be a safe integer, got 0.5");
  });
});

describe("rows", () => {
  test("have as many copies as the weights have set bits, in columns that add up", () => {
    const rows = binaryRows([5, 0, 8], 3);
    expect(rows).toEqual([
      {input: 0, shift: 0, width: 3},
      {input: 0, shift: 2, width: 3},
      {input: 2, shift: 3, width: 3},
    ]);
    expect(columnHeights(rows)).toEqual([1, 1, 2, 2, 2, 1]);
  });

  test("refuse a negative weight", () => {
    expect(() => binaryRows([-1], 4)).toThrow("binaryRows: weight must be an integer of at least 0, got -1");
  });
});

describe("compressors", () => {
  test.each(["wallace", "dadda"] as const)("%s keeps the largest sum that the columns can hold", (rule) => {
    fc.assert(
      fc.property(heights, (bits) => {
        const {final, fullAdders, passes} = compress(bits, rule);
        expect(Math.max(0, ...final)).toBeLessThanOrEqual(2);
        expect(count(final)).toBe(count(bits) - fullAdders);
        expect(passes.every((pass) => pass.some(({full, half}) => full + half > 0))).toBe(true);
      }),
    );
  });

  test("have no pass for columns of at most two bits", () => {
    expect(compress([2, 0, 2], "dadda")).toMatchObject({passes: [], final: [2, 0, 2], chain: 3});
    expect(compress([0, 0], "wallace")).toMatchObject({passes: [], final: [], chain: 0});
  });
});

describe("adder trees", () => {
  test("put rows that do not overlap side by side for nothing", () => {
    expect(joined({shift: 0, width: 4}, {shift: 6, width: 2})).toEqual({shift: 0, width: 8, added: 0});
    expect(
      adderTreeCost([
        {shift: 0, width: 4},
        {shift: 4, width: 4},
      ]).adderBits,
    ).toBe(0);
  });

  test("have a width that holds the largest sum", () => {
    fc.assert(
      fc.property(weights, (w) => {
        let rows = binaryRows(w, 4).map(({shift, width}) => ({shift, width}));
        const most = count(w) * 15;
        while (rows.length > 1) rows = joinPairs(rows, joined);
        for (const {shift, width} of rows) expect(2 ** (shift + width)).toBeGreaterThan(most);
      }),
    );
  });
});

describe("modules", () => {
  const counts = fc.record({adderBits: fc.nat(300), lut5: fc.nat(300), lut6: fc.nat(60)});

  test("are never more where a module can do more", () => {
    fc.assert(
      fc.property(counts, (elements) => {
        const {baseline, dd5, dd6, dd5in60} = almsByRule(elements);
        expect(dd6).toBeLessThanOrEqual(dd5);
        expect(dd5).toBeLessThanOrEqual(dd5in60);
        expect(dd5in60).toBeLessThanOrEqual(baseline);
      }),
    );
  });

  test("are never fewer for more elements, and whole modules add up", () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const [even, more] = [{...a, adderBits: 2 * a.adderBits, lut5: 2 * a.lut5}, b];
        const both = {
          adderBits: even.adderBits + more.adderBits,
          lut5: even.lut5 + more.lut5,
          lut6: even.lut6 + more.lut6,
        };
        for (const rule of ALM_RULE_IDS) {
          expect(almsOf(both, rule)).toBeGreaterThanOrEqual(almsOf(more, rule));
        }
        expect(almsOf(both, "baseline")).toBe(almsOf(even, "baseline") + almsOf(more, "baseline"));
      }),
    );
  });

  test("are the fewest at the best split", () => {
    fc.assert(
      fc.property(weights, (w) => {
        const rows = binaryRows(w, 3);
        const best = bestSplits(rows, ALM_RULE_IDS);
        for (const rule of ALM_RULE_IDS) {
          const {compressedRows, alms} = best[rule];
          expect(alms).toBe(almsOf(splitElements(rows, compressedRows), rule));
          expect(alms).toBeLessThanOrEqual(almsOf(splitElements(rows, 0), rule));
        }
      }),
      {numRuns: 12},
    );
  });
});
