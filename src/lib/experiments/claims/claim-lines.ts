import type {Row} from "../../experiment/columns.js";
import type {claimColumns} from "./claim.js";
import {type Printed, printedIn} from "./papers.js";

/** A row of a ledger. */
export type ClaimRow = Row<typeof claimColumns>;

/** One claim of a ledger in a line: without its numbers, and with what its verdict rests on. */
export interface ClaimLine {
  readonly claim: string;
  readonly statement: string;
  readonly printed: Printed;
  readonly place: string;
  readonly verdict: string;
  readonly why: string;
  /** Ground of the verdict: runs of ours, a formula alone, or nothing yet. */
  readonly kind: string;
  /** How many numbers stand for and against it. */
  readonly numbers: number;
}

/** The claims of a ledger in its order, a line each. */
export function claimLines(rows: readonly ClaimRow[]): ClaimLine[] {
  const claims = new Map<string, ClaimRow[]>();
  for (const row of rows) claims.set(row.claim, [...(claims.get(row.claim) ?? []), row]);
  return Array.from(claims.values(), lineOf);
}

function lineOf(rows: readonly ClaimRow[]): ClaimLine {
  const {claim, statement, paper, place, verdict, kind, why} = rows[0];
  return {claim, statement, printed: printedIn(paper), place, verdict, why, kind, numbers: rows.length};
}
