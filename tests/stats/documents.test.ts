import {describe, expect, test} from "vitest";
import {documentChange, documentMean, documentShare, tokenMean} from "../../src/lib/stats/documents.js";
import {studentInterval} from "../../src/lib/stats/interval.js";
import {estimateMean} from "../../src/lib/stats/moments.js";
import {pairedShare, wilson} from "../../src/lib/stats/shares.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const stream = randomStream(1, "documents test");

/** Documents of eight trials, each with a chance of its own around 0.8: trials of one document go together. */
const dependent = (count: number) =>
  Array.from({length: count}, () => {
    const chance = stream.uniform() < 0.5 ? 0.65 : 0.95;
    return {
      right: Array.from({length: 8}, () => stream.uniform() < chance).filter(Boolean).length,
      trials: 8,
    };
  });

describe("documentMean", () => {
  test("of documents of one length is Student's interval of their means", () => {
    const means = [1, 4, 2, 3, 7, 5];
    const found = documentMean({sums: means.map((value) => 10 * value), sizes: means.map(() => 10)});
    const expected = studentInterval(estimateMean(means), 6);
    expect(found.value).toBeCloseTo(expected.value, 12);
    expect(found.low).toBeCloseTo(expected.low, 12);
    expect(found.high).toBeCloseTo(expected.high, 12);
  });

  test("is a mean over tokens, whose error knows that long documents move it more", () => {
    const {value, influence} = tokenMean({sums: [9, 2], sizes: [3, 2]});
    expect(value).toBe(11 / 5);
    // By hand: 2 / 5 * (9 - 2.2 * 3) and 2 / 5 * (2 - 2.2 * 2).
    expect(influence[0]).toBeCloseTo(0.96, 12);
    expect(influence[1]).toBeCloseTo(-0.96, 12);
  });

  test("does not narrow when the tokens of each document are counted twice", () => {
    const sums = [1, 4, 2, 3, 7, 5];
    const sizes = [2, 3, 2, 2, 4, 3];
    const twice = documentMean({sums: sums.map((sum) => 2 * sum), sizes: sizes.map((size) => 2 * size)});
    expect(twice.standardError).toBeCloseTo(documentMean({sums, sizes}).standardError, 12);
  });

  test("refuses lengths that differ and no token", () => {
    expect(() => tokenMean({sums: [1], sizes: [1, 2]})).toThrow("tokenMean: both sides");
    expect(() => tokenMean({sums: [0], sizes: [0]})).toThrow("tokenMean: sizes must hold a token, got 0");
  });
});

describe("documentShare", () => {
  test("is wider than Wilson's where trials of a document go together, and never narrower", () => {
    const together = Array.from({length: 12}, (_, i) => ({right: i % 3 === 0 ? 0 : 8, trials: 8}));
    const apart = Array.from({length: 12}, () => ({right: 5, trials: 8}));
    const width = ({low, high}: {low: number; high: number}) => high - low;
    expect(width(documentShare(together))).toBeGreaterThan(2 * width(wilson(64, 96)));
    expect(width(documentShare(apart))).toBeGreaterThan(width(wilson(60, 96)));
    expect(width(documentShare(Array(12).fill({right: 8, trials: 8})))).toBeGreaterThan(0.04);
  });

  test("does not narrow when the same answers are counted again", () => {
    const some = Array.from({length: 12}, (_, i) => ({right: i % 4, trials: 4}));
    const again = some.map(({right, trials}) => ({right: 5 * right, trials: 5 * trials}));
    expect(documentShare(again).low).toBeCloseTo(documentShare(some).low, 2);
    expect(documentShare(again).trials).toBe(5 * documentShare(some).trials);
  });

  test("holds the truth in 95 of 100 samples where trials go together; Wilson's holds it less often", () => {
    const samples = Array.from({length: 1000}, () => dependent(24));
    const covers = ({low, high}: {low: number; high: number}) => low <= 0.8 && 0.8 <= high;
    const byDocument = samples.filter((documents) => covers(documentShare(documents))).length;
    const byTrial = samples.filter((documents) =>
      covers(
        wilson(
          documents.reduce((sum, {right}) => sum + right, 0),
          24 * 8,
        ),
      ),
    ).length;
    // Three standard deviations of a binomial of 1000 at 0.95 are 20.7.
    expect(Math.abs(byDocument - 950)).toBeLessThanOrEqual(25);
    expect(byTrial).toBeLessThan(930);
  });

  test("counts documents that ask, and gives no interval below six", () => {
    const five = [...Array(5).fill({right: 1, trials: 2}), {right: 0, trials: 0}];
    expect(documentShare(five)).toMatchObject({share: 0.5, trials: 10, documents: 5, low: Number.NaN});
    expect(documentShare([...five, {right: 1, trials: 2}]).low).toBeGreaterThan(0);
  });

  test("refuses no trial and more right than trials", () => {
    expect(() => documentShare([{right: 0, trials: 0}])).toThrow(
      "documentShare: documents must hold a trial, got none",
    );
    expect(() => documentShare([{right: 3, trials: 2}])).toThrow("must be 0 .. trials, got 3 of 2");
  });
});

describe("documentChange", () => {
  test("is the difference of the shares, wider where the changes of a document go together", () => {
    const together = Array.from({length: 12}, (_, i) => ({won: i === 0 ? 6 : 0, lost: 0, trials: 6}));
    const apart = Array.from({length: 12}, (_, i) => ({won: i % 2, lost: 0, trials: 6}));
    const [wide, narrow] = [documentChange(together), documentChange(apart)];
    expect([wide.value, narrow.value]).toEqual([6 / 72, 6 / 72]);
    expect(wide.high - wide.low).toBeGreaterThan(1.5 * (narrow.high - narrow.low));
  });

  test("keeps the width of independent trials where the two never part", () => {
    const {value, low, high} = documentChange(Array(12).fill({won: 0, lost: 0, trials: 6}));
    const trials = pairedShare(Array.from({length: 72}, () => [true, true] as const));
    expect(value).toBe(0);
    expect(high).toBeGreaterThan(trials.high);
    expect(low).toBe(-high);
  });

  test("gives no interval below six documents", () => {
    expect(documentChange(Array(5).fill({won: 1, lost: 0, trials: 6})).low).toBeNaN();
  });
});
