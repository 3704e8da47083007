import {html} from "htl";
import type {claimColumns} from "../../../lib/experiments/claims/claim.js";
import {type ClaimRow, claimLines} from "../../../lib/experiments/claims/claim-lines.js";
import type {Params} from "../../../lib/technique/params.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {workbench} from "../../kit/workbench.js";
import {claimEntry} from "./claim-entry.js";

/** The claims of one ledger, a line each, from rows that are at hand. */
export function ledger(rows: readonly ClaimRow[]): HTMLElement {
  return html`<div class="ledger">${claimLines(rows).map((line) =>
    claimEntry(line, async () => rows.filter(({claim}) => claim === line.claim)),
  )}</div>`;
}

/** Fetches the table of a ledger. */
type Fetch = () => Promise<ArrayBuffer>;

/** The rows of a ledger's table. */
export const ledgerRowsIn = async (table: Fetch): Promise<readonly ClaimRow[]> =>
  readShippedTable(await table()) as unknown as ClaimRow[];

/**
 * The workbench of a ledger under a disclosure, fetched and made when it is first opened, or at once where the address holds
 * one of its parameters.
 */
export function ledgerBench(title: string, table: Fetch, prefix: string): HTMLElement {
  const bench =
    html`<details class="ledger-bench"><summary>${title}</summary></details>` as HTMLDetailsElement;
  const fill = async () => {
    const options = {prefix, figures: [], drawing: ledger, timeLimit: 600_000};
    bench.append(workbench<Params, typeof claimColumns, string>(await table(), options));
  };
  bench.addEventListener("toggle", fill, {once: true});
  bench.open = [...new URLSearchParams(location.search).keys()].some((name) => name.startsWith(prefix));
  return bench;
}
