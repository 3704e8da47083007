/** Evidence made up for rules, and the tests that every rule of a ledger must pass. */

import {describe, expect, test} from "vitest";
import type {Claim, Evidence, Verdict} from "../../../src/lib/experiments/claims/claim.js";

/** A number without an interval. */
export const number = (quantity: string, value: number | null, subject = "a model"): Evidence => ({
  subject,
  quantity,
  value,
  unit: "",
  provenance: "measured",
});

/** A difference with the ends of its interval. */
export const between = (quantity: string, low: number, high: number, subject = "a model"): Evidence => ({
  ...number(quantity, (low + high) / 2, subject),
  low,
  high,
  documents: 24,
  method: "made up",
});

/** An interval alone. */
export const at = (low: number, high: number) => ({value: (low + high) / 2, low, high});

/** An outcome of a rule: the verdict, and our evidence that leads to it. What was printed is the claim's own. */
export type Outcome = readonly [verdict: Verdict, ours: readonly Evidence[]];

/** Claims of one ledger, whatever it runs. */
type AnyClaim = Pick<Claim<never>, "id" | "kind" | "reported" | "judge" | "why" | "statement" | "place">;

/** Holds every rule of a ledger to the outcomes listed for it, at least two for each that is judged. */
export function testOutcomes(
  claims: readonly AnyClaim[],
  outcomes: Readonly<Record<string, readonly Outcome[]>>,
): void {
  describe("the rules of the claims", () => {
    const judged = claims.filter(({id, kind}) => kind !== "open" || outcomes[id] !== undefined);

    test.each(
      Object.entries(outcomes).flatMap(([claim, all]) =>
        all.map(([verdict, ours], n) => ({claim, verdict, ours, n})),
      ),
    )("$claim can say $verdict ($n)", ({claim, verdict, ours}) => {
      const found = claims.find((each) => each.id === claim);
      expect(found, claim).toBeDefined();
      expect(found?.judge(found.reported, ours)).toBe(verdict);
    });

    test("come out in more than one way wherever they judge", () => {
      for (const claim of judged) {
        const verdicts = new Set((outcomes[claim.id] ?? []).map(([verdict]) => verdict));
        expect(verdicts.size, claim.id).toBeGreaterThan(1);
      }
    });

    test("leave open what was not tried, whatever the evidence", () => {
      for (const claim of claims.filter((each) => each.kind === "open" && !outcomes[each.id])) {
        expect(claim.judge(claim.reported, []), claim.id).toBe("open");
        expect(claim.judge(claim.reported, [between("any", 1, 2)]), claim.id).toBe("open");
      }
    });

    test("say nothing for a claim without evidence where the evidence is intervals", () => {
      for (const [claim, all] of Object.entries(outcomes)) {
        if (!all.every(([, ours]) => ours.every(({low}) => low !== undefined))) continue;
        const found = claims.find((each) => each.id === claim);
        expect(found?.judge(found.reported, []), claim).toBe("open");
      }
    });
  });

  describe("the claims of the ledger", () => {
    test("have ids of their own, something printed, and a reason", () => {
      expect(new Set(claims.map((claim) => claim.id)).size).toBe(claims.length);
      for (const {id: name, reported, why, statement, place} of claims) {
        expect(reported.length, name).toBeGreaterThan(0);
        expect(
          reported.every(({provenance}) => provenance === "reported"),
          name,
        ).toBe(true);
        expect(Math.min(why.length, statement.length), name).toBeGreaterThan(30);
        expect(place, name).not.toBe("");
      }
    });
  });
}

/** Rows of a ledger as a test asks for them. */
export function rowsOf<
  R extends {
    claim: string;
    subject: string;
    quantity: string;
    value: number | null;
    verdict: string;
    provenance: string;
  },
>(rows: readonly R[]) {
  const of = (claim: string, provenance?: string) =>
    rows.filter((row) => row.claim === claim && (provenance === undefined || row.provenance === provenance));
  return {
    of,
    verdict: (claim: string) => of(claim)[0]?.verdict,
    value(claim: string, quantity: string, subject?: string): number {
      const row = of(claim).find(
        (each) =>
          each.provenance !== "reported" &&
          each.quantity === quantity &&
          (subject === undefined || each.subject === subject),
      );
      if (row?.value == null) throw new RangeError(`value: ${claim} must have ${quantity}, got none`);
      return row.value;
    },
  };
}

interface NamedRow {
  readonly claim: string;
  readonly subject: string;
  readonly quantity: string;
  readonly provenance: string;
}

/** Holds rows of some claims, run on few documents, to give the numbers that are kept of these claims. */
export function expectKeptNumbers(
  few: readonly NamedRow[],
  claims: readonly {readonly id: string}[],
  kept: readonly NamedRow[],
): void {
  const own = new Set(claims.map(({id}) => id));
  const named = ({claim, subject, quantity, provenance}: NamedRow) =>
    [claim, subject, quantity, provenance].join();
  expect(few.map(named)).toEqual(kept.filter(({claim}) => own.has(claim)).map(named));
}

/** What every ledger's rows must be, whatever their numbers. */
export function expectLedger(
  rows: readonly {
    claim: string;
    value: number | null;
    low: number | null;
    high: number | null;
    documents: number | null;
    method: string;
    verdict: string;
    kind: string;
    provenance: string;
    quantity: string;
  }[],
  claims: readonly {readonly id: string}[],
): void {
  expect(new Set(rows.map(({claim}) => claim))).toEqual(new Set(claims.map(({id}) => id)));
  for (const {claim, value, low, high, documents, method, verdict, kind, provenance, quantity} of rows) {
    const where = `${claim}: ${quantity}`;
    expect(["agrees", "same direction", "differs", "open"], where).toContain(verdict);
    expect(["measured", "modelled", "open"], where).toContain(kind);
    if (kind === "open") expect(["open", "differs"], where).toContain(verdict);
    if (provenance !== "reported") expect(value, where).toEqual(expect.any(Number));
    expect(low === null, where).toBe(high === null);
    expect(method === "", where).toBe(low === null);
    if (low !== null && high !== null) {
      expect(low, where).toBeLessThanOrEqual((value ?? Number.NaN) + 1e-12);
      expect(high, where).toBeGreaterThanOrEqual((value ?? Number.NaN) - 1e-12);
      if (documents !== null) expect(documents, where).toBeGreaterThanOrEqual(6);
    }
  }
}
