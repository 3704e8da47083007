/** The claims of all ledgers, a line each, and how many of each family have which verdict. */
import {from, op} from "arquero";
import {type ClaimLine, type ClaimRow, claimLines} from "../lib/experiments/claims/claim-lines.js";

/** A family of claims that has a ledger of its own. */
export interface LedgerFamily {
  /** The experiment that judges them. */
  readonly id: string;
  readonly title: string;
}

/** The families in the order of the site's pages. */
export const LEDGERS: readonly LedgerFamily[] = [
  {id: "claims/number-formats", title: "Number formats"},
  {id: "claims/arithmetic", title: "Products without a multiplier"},
  {id: "claims/working-model", title: "Formats in a working model"},
  {id: "claims/token-selection", title: "Token selection"},
  {id: "claims/kv-caches", title: "Smaller caches"},
  {id: "claims/state-space", title: "State-space models"},
  {id: "claims/mixers", title: "Between attention and state"},
  {id: "claims/decoding", title: "Decoding"},
  {id: "claims/sparse", title: "Sparse weights"},
  {id: "claims/experts", title: "Mixtures of experts"},
  {id: "claims/diffusion", title: "Diffusion language models"},
  {id: "claims/accelerators", title: "Accelerators"},
  {id: "claims/regress", title: "Cost from text"},
  {id: "claims/scenes", title: "3D objects"},
];

/** A claim of a family. */
export interface FamilyClaim extends ClaimLine {
  readonly family: string;
}

/** Contents of the file that the page on claims reads first. */
export interface ClaimsIndex {
  readonly claims: readonly FamilyClaim[];
  /** Claims of a family by verdict, a row a family; verdicts in their order from agreement to none. */
  readonly summary: readonly {readonly family: string; readonly counts: Readonly<Record<string, number>>}[];
}

/** Verdicts from agreement on; others follow. */
const VERDICT_ORDER = ["agrees", "same direction", "differs", "open"];

/** The index of some ledgers, from the rows of each family. */
export function claimsIndex(ledgers: readonly {title: string; rows: readonly ClaimRow[]}[]): ClaimsIndex {
  const claims = ledgers.flatMap(({title, rows}) =>
    claimLines(rows).map((line) => ({family: title, ...line})),
  );
  return {claims, summary: summaryOf(claims)};
}

function summaryOf(claims: readonly FamilyClaim[]): ClaimsIndex["summary"] {
  const counted = from([...claims])
    .groupby("family")
    .pivot("verdict", {n: op.count()}, {sort: false})
    .objects() as Record<string, unknown>[];
  const found = [...new Set(claims.map(({verdict}) => verdict))];
  const verdicts = [...VERDICT_ORDER, ...found.filter((verdict) => !VERDICT_ORDER.includes(verdict))];
  return counted.map(({family, ...counts}) => ({
    family: String(family),
    counts: Object.fromEntries(verdicts.map((verdict) => [verdict, Number(counts[verdict] ?? 0)])),
  }));
}
