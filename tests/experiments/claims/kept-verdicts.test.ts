import {describe, expect, test} from "vitest";
import {grouped} from "../../../src/components/plots/series.js";
import type {claimColumns, Evidence} from "../../../src/lib/experiments/claims/claim.js";
import {notTried} from "../../../src/lib/experiments/claims/rules.js";
import {experiments} from "../../../src/lib/experiments/registry.js";
import {keptRows} from "../../pages/kept.js";
import {CLAIMS} from "./all-claims.js";

const ledgers = Object.keys(experiments).filter((id) => id.startsWith("claims/"));
const rowsOf = (ledger: string) => keptRows<{columns: typeof claimColumns}>(ledger);

/** Evidence as the rows of a ledger hold it. */
function evidenceOf(rows: ReturnType<typeof rowsOf>) {
  const all = rows.map(({subject, quantity, value, unit, provenance, low, high}): Evidence => {
    const ends = low === null || high === null ? {} : {low, high};
    return {subject, quantity, value, unit, provenance, ...ends};
  });
  const isReported = ({provenance}: Evidence) => provenance === "reported";
  return {reported: all.filter(isReported), ours: all.filter((each) => !isReported(each))};
}

/** The same evidence with all of its numbers changed. */
const changed = (ours: readonly Evidence[], change: (x: number) => number): Evidence[] =>
  ours.map((each) => {
    const {value, low, high} = each;
    const ends =
      low === undefined || high === undefined
        ? {}
        : {low: Math.min(change(low), change(high)), high: Math.max(change(low), change(high))};
    return {...each, value: value === null ? null : change(value), ...ends};
  });

const CHANGES = [
  ...[0, 0.01, 0.5, 0.9, 1.1, 2, 100].flatMap((factor) => [
    (x: number) => factor * x,
    (x: number) => -factor * x,
  ]),
  ...[-1000, -50, -10, -1, 1, 10, 50, 1000].map((shift) => (x: number) => x + shift),
  () => 90,
];

/** Verdicts of a rule on its evidence, on changes of all of it, and on changes of either half of its numbers. */
function verdictsOf(judge: (typeof CLAIMS)[string][number]["judge"], rows: ReturnType<typeof rowsOf>) {
  const {reported, ours} = evidenceOf(rows);
  const half = (odd: 0 | 1) => (change: (x: number) => number) =>
    changed(ours, change).map((each, i) => (i % 2 === odd ? each : ours[i]));
  return new Set(
    [
      ours,
      ...CHANGES.map((change) => changed(ours, change)),
      ...CHANGES.map(half(0)),
      ...CHANGES.map(half(1)),
    ].map((evidence) => judge(reported, evidence)),
  );
}

test("every ledger of the registry is judged here", () => {
  expect(Object.keys(CLAIMS).sort()).toEqual(ledgers.sort());
});

describe.each(ledgers)("the kept rows of %s", (ledger) => {
  const byClaim = grouped(rowsOf(ledger), ({claim}) => claim);

  test("hold its claims, all of them", () => {
    expect([...byClaim.keys()].sort()).toEqual(CLAIMS[ledger].map(({id}) => id).sort());
  });

  test.each(CLAIMS[ledger].map(({id, judge, kind}) => ({id, judge, kind})))(
    "$id: the verdict is what the rule says of these numbers",
    ({id, judge}) => {
      const rows = byClaim.get(id) ?? [];
      const {reported, ours} = evidenceOf(rows);
      expect(new Set(rows.map(({verdict}) => verdict))).toEqual(new Set([judge(reported, ours)]));
    },
  );

  test.each(CLAIMS[ledger].filter(({judge}) => judge !== notTried).map(({id, judge}) => ({id, judge})))(
    "$id: other numbers in the same rows give another verdict",
    ({id, judge}) => {
      expect(verdictsOf(judge, byClaim.get(id) ?? []).size).toBeGreaterThan(1);
    },
  );

  test("what has no rule was not tried, and says so", () => {
    for (const {id, judge, kind} of CLAIMS[ledger]) {
      if (judge === notTried) expect(kind, id).not.toBe("measured");
    }
  });

  test("name the documents and the method of every interval", () => {
    for (const {claim, quantity, low, documents, method} of rowsOf(ledger)) {
      if (low === null) continue;
      const where = `${claim}: ${quantity}`;
      // Intervals on random tensors count samples, and say how many.
      if (/^95 %, Student's t over \d+ (samples|seeds)$/.test(method)) continue;
      // Problems of worked arithmetic, pictures, lists of numbers and heads of a model stand for documents.
      expect(method, where).toMatch(/95 %, .*(documents|problems|pictures|lists|heads)/);
      expect(documents, where).toBeGreaterThanOrEqual(8);
    }
  });
});
