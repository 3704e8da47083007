import type {DataSets, Work} from "../../experiment/experiment.js";
import type {Claim} from "./claim.js";

/** The rows of a ledger: for each claim the printed evidence, then ours, all with the verdict from both. */
export async function ledgerRows(
  claims: readonly Claim[],
  data: Pick<DataSets, "get">,
  progress: Work["progress"],
) {
  const rows = [];
  for (const [n, {id, statement, paper, place, reported, ours, judge, why}] of claims.entries()) {
    await progress(n / claims.length, id);
    const found = ours(data);
    const shared = {claim: id, statement, paper, place, verdict: judge(reported, found), why};
    rows.push(...[...reported, ...found].map((evidence) => ({...shared, ...evidence})));
  }
  return rows;
}
