import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {numberFormatClaims} from "../../../lib/experiments/claims/number-formats.js";
import {grouped} from "../../plots/series.js";
import {provenanceMark} from "../../plots/legend.js";
import {numberText} from "../../kit/number-text.js";

type ClaimRow = Row<(typeof numberFormatClaims)["columns"]>;

/** Claims as a ledger: what was printed, what we find, how the two stand to one another, and why. */
export function ledger(rows: readonly ClaimRow[]): HTMLElement {
  const claims = grouped(rows, ({claim}) => claim);
  return html`<div class="ledger">${Array.from(claims.values(), claimEntry)}</div>`;
}

function claimEntry(rows: readonly ClaimRow[]): HTMLElement {
  const {claim, statement, paper, place, verdict, why} = rows[0];
  return html`<article class="claim" id=${`claim-${claim}`}>
    <h3>${statement}</h3>
    <p class="cite">${paper}, ${place}</p>
    <p class="verdict" data-verdict=${verdict}><strong>${verdict}</strong></p>
    ${evidenceTable(rows)}
    <p>${why}</p>
  </article>`;
}

/** More evidence than this is folded: a ledger is read by its verdicts. */
const shownRows = 8;

function evidenceTable(rows: readonly ClaimRow[]): HTMLElement {
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label=${`Evidence: ${rows[0].statement}`}><table>
    <thead><tr><th scope="col">how we know</th><th scope="col">quantity</th><th scope="col">on</th><th scope="col">value</th></tr></thead>
    <tbody>${rows.map(evidenceRow)}</tbody>
  </table></div>`;
  return rows.length <= shownRows
    ? table
    : html`<details><summary>All ${rows.length} numbers</summary>${table}</details>`;
}

function evidenceRow({provenance, quantity, subject, value, unit}: ClaimRow): HTMLElement {
  const text = value === null ? "no number" : `${numberText(value)} ${unit}`;
  return html`<tr><td>${provenanceMark(provenance)} ${provenance}</td><td>${quantity}</td><td>${subject}</td><td>${text}</td></tr>`;
}
