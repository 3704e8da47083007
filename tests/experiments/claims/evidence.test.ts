import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {claimColumns} from "../../../src/lib/experiments/claims/claim.js";
import {
  answersChange,
  BY_ANSWER,
  BY_DOCUMENT,
  gapOf,
  gapPercent,
  intervalsOf,
  measured,
  modelled,
  on,
  perplexityOf,
  reported,
  rightPercent,
  scaled,
  spread,
  valuesOf,
} from "../../../src/lib/experiments/claims/evidence.js";
import {ledgerRows, papersOf} from "../../../src/lib/experiments/claims/ledger-rows.js";
import {studentTQuantile} from "../../../src/lib/stats/student-t.js";

const losses = (...nll: number[]) => ({nll: Float64Array.from(nll)});
const noisy = (n: number, shift: number) =>
  losses(...Array.from({length: n}, (_, i) => 2 + shift + 0.01 * (i % 3)));

describe("a gap of perplexities", () => {
  test("is the difference of the perplexities, and counts documents by Student's t", () => {
    const [a, b] = [losses(2, 2.2, 2.1, 2.3, 2.2, 2.4), losses(1.9, 2.1, 2.1, 2.2, 2.0, 2.3)];
    const gap = gapOf(a, b);
    expect(gap.value).toBeCloseTo(perplexityOf(a) - perplexityOf(b), 12);
    expect(gap.documents).toBe(6);
    // By hand: the delta method's influence of a document is p a_i - q b_i.
    const [p, q] = [perplexityOf(a), perplexityOf(b)];
    const influence = Array.from(a.nll, (x, i) => p * x - q * b.nll[i]);
    const mean = influence.reduce((sum, x) => sum + x, 0) / 6;
    const variance = influence.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 5;
    const half = studentTQuantile(0.975, 5) * Math.sqrt(variance / 6);
    expect(gap.high - gap.value).toBeCloseTo(half, 12);
    expect(gap.value - gap.low).toBeCloseTo(half, 12);
  });

  test("has no interval below six documents", () => {
    const {low, high} = gapOf(noisy(5, 0.1), noisy(5, 0));
    expect([low, high]).toEqual([Number.NaN, Number.NaN]);
    expect(Number.isFinite(gapOf(noisy(6, 0.1), noisy(6, 0)).low)).toBe(true);
  });

  test("in per cent is one of the better perplexity", () => {
    expect(gapPercent(noisy(8, Math.log(1.1)), noisy(8, 0)).value).toBeCloseTo(10, 9);
  });
});

describe("answers", () => {
  const texts = (right: readonly number[], of: number) => ({
    right: right.map((count) => Array.from({length: of}, (_, i) => i < count)),
  });

  test("are a share of all of them", () => {
    expect(rightPercent(texts([4, 2], 4))).toBe(75);
  });

  test("change by what was won less what was lost", () => {
    const change = answersChange(texts([4, 2, 3, 4, 1, 4, 2, 3], 4), texts([4, 4, 4, 4, 4, 4, 4, 4], 4));
    expect(change.value).toBeCloseTo((100 * (23 - 32)) / 32, 9);
    expect(change.documents).toBe(8);
    expect(change.method).toBe(BY_ANSWER);
    expect(change.high).toBeLessThan(0);
  });

  test("keep a width where none changes, which many answers narrow", () => {
    const same = (count: number) =>
      answersChange(texts(Array(count).fill(4), 4), texts(Array(count).fill(4), 4));
    expect(same(8).value).toBe(0);
    expect(same(8).low).toBeLessThan(-2);
    expect(same(400).low).toBeGreaterThan(-2);
  });

  test("that stand together in a text widen the interval", () => {
    // Twelve of 48 lost: one in each text, or all of three texts.
    const full = texts(Array(12).fill(4), 4);
    const apart = answersChange(texts(Array(12).fill(3), 4), full);
    const together = answersChange(texts([0, 0, 0, ...Array(9).fill(4)], 4), full);
    expect(together.value).toBeCloseTo(apart.value, 12);
    expect(together.high - together.low).toBeGreaterThan(apart.high - apart.low);
  });
});

describe("a piece of evidence", () => {
  const all = [
    reported("a", "loss of x", 1, "%"),
    measured("a", "loss of y", 2, "%"),
    modelled("b", "size", null, ""),
    spread("b", "loss of z", {value: 3, low: 2, high: 4, documents: 9}, "%"),
  ];

  test("keeps how it came to be", () => {
    expect(all.map(({provenance}) => provenance)).toEqual(["reported", "measured", "modelled", "measured"]);
    expect(all[3]).toMatchObject({low: 2, high: 4, documents: 9, method: BY_DOCUMENT});
  });

  test("is found by the words that its quantity begins with", () => {
    expect(valuesOf(all, "loss")).toEqual([1, 2, 3]);
    expect(valuesOf(all)).toEqual([1, 2, 3]);
    expect(intervalsOf(all, "loss")).toEqual([{value: 3, low: 2, high: 4}]);
    expect(intervalsOf(all, "size")).toEqual([]);
    expect(on(all, (subject) => subject === "b")).toHaveLength(2);
  });

  test("scales with both ends of its interval", () => {
    fc.assert(
      fc.property(fc.double({min: 0.01, max: 100, noNaN: true}), (factor) => {
        const {value, low, high, documents} = scaled({value: 3, low: 2, high: 4, documents: 9}, factor);
        expect([value, low, high]).toEqual([3 * factor, 2 * factor, 4 * factor]);
        expect(documents).toBe(9);
      }),
      {seed: 4},
    );
  });
});

describe("rows of a ledger", () => {
  const claim = {
    id: "a-claim",
    paper: "a paper",
    place: "abstract",
    statement: "something holds",
    kind: "measured",
    reported: [reported("theirs", "loss", 1, "%")],
    ours: (found: number) => [
      measured("ours", "loss", found, "%"),
      spread("ours", "few", {value: 1, low: Number.NaN, high: Number.NaN, documents: 3}, "%"),
      spread("ours", "many", {value: 1, low: 0, high: 2, documents: 24}, "%"),
    ],
    judge: (_reported: unknown, ours: readonly {value: number | null}[]) =>
      (ours[0].value ?? 0) < 1 ? "agrees" : "differs",
    why: "because",
  } as const;

  test("carry the verdict from both sides on every row, the printed first", async () => {
    const rows = await ledgerRows([claim], 0.5);
    expect(rows.map(({provenance}) => provenance)).toEqual(["reported", "measured", "measured", "measured"]);
    expect(new Set(rows.map(({verdict}) => verdict))).toEqual(new Set(["agrees"]));
    expect((await ledgerRows([claim], 2))[0].verdict).toBe("differs");
    const cells = new Set([...Object.keys(claimColumns), "provenance"]);
    for (const row of rows) expect(new Set(Object.keys(row))).toEqual(cells);
  });

  test("say how an interval was made and of how many documents, and leave out one that is not known", async () => {
    const [, plain, few, many] = await ledgerRows([claim], 1);
    expect(plain).toMatchObject({low: null, high: null, documents: null, method: ""});
    expect(few).toMatchObject({low: null, high: null, documents: 3, method: ""});
    expect(many).toMatchObject({low: 0, high: 2, documents: 24, method: BY_DOCUMENT});
  });

  test("tell how far they are, and list papers once", async () => {
    const told: number[] = [];
    await ledgerRows([claim, claim], 1, async (share) => {
      told.push(share);
    });
    expect(told).toEqual([0, 0.5]);
    expect(papersOf([claim, claim, {paper: "another"}])).toEqual(["a paper", "another"]);
  });
});
