/** Data loader of the page on claims: every claim in a line, and the count of verdicts by family. */
import type {ClaimRow} from "../lib/experiments/claims/claim-lines.js";
import {loadExperiment} from "../lib/experiments/registry.js";
import {claimsIndex, LEDGERS} from "./claims.js";
import {sweepRuns} from "./sweep/table.js";

async function rowsOf(id: string): Promise<ClaimRow[]> {
  const {runs} = await sweepRuns(await loadExperiment(id));
  return runs.flatMap(({tables}) => tables.rows) as unknown as ClaimRow[];
}

const ledgers = [];
// One after the other: a ledger that is not kept runs on all cores.
for (const {id, title} of LEDGERS) ledgers.push({title, rows: await rowsOf(id)});
process.stdout.write(JSON.stringify(claimsIndex(ledgers)));
