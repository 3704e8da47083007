import type {Work} from "../../experiment/experiment.js";
import type {Claim, Evidence} from "./claim.js";

/** The rows of a ledger: for each claim the printed evidence, then ours, all with the verdict from both. */
export async function ledgerRows<Found>(
  claims: readonly Claim<Found>[],
  found: Found,
  progress: Work["progress"] = async () => {},
) {
  const rows = [];
  for (const [n, claim] of claims.entries()) {
    await progress(n / claims.length, claim.id);
    for (const row of claimRows(claim, found)) rows.push(row);
  }
  return rows;
}

function claimRows<Found>(claim: Claim<Found>, found: Found) {
  const {id, statement, paper, place, kind, reported, judge, why} = claim;
  const ours = claim.ours(found);
  const shared = {claim: id, statement, paper, place, kind, verdict: judge(reported, ours), why};
  return [...reported, ...ours].map((each) => ({...shared, ...cells(each)}));
}

/** An end that is not a number is no end. */
function cells({low, high, documents, method, ...rest}: Evidence) {
  const known = (end: number | undefined) => (end === undefined || Number.isNaN(end) ? null : end);
  const isKnown = known(low) !== null;
  return {
    ...rest,
    low: known(low),
    high: known(high),
    documents: documents ?? null,
    method: isKnown ? (method ?? "") : "",
  };
}

/** The parameter that chooses papers of a ledger; all of them by default. */
export function papersParam(papers: readonly string[]) {
  return {
    kind: "choices",
    label: "Papers and tools",
    help: "Whose claims to judge.",
    options: papers,
    default: papers,
  } as const;
}

/** The parameter that chooses one paper of a ledger whose runs take long, so that each is a setting of its own. */
export function paperParam<const P extends string>(papers: readonly [P, ...P[]]) {
  return {
    kind: "choice",
    label: "Paper",
    help: "Whose claims to judge.",
    options: papers,
    default: papers[0],
  } as const;
}

/** Papers of claims, in the order in which they first occur. */
export const papersOf = (claims: readonly {readonly paper: string}[]): string[] => [
  ...new Set(claims.map(({paper}) => paper)),
];
