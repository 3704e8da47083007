import {html} from "htl";
import type {ClaimLine, ClaimRow} from "../../../lib/experiments/claims/claim-lines.js";
import {numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";

/** The numbers of a claim, fetched when a reader opens it. */
export type EvidenceOf = () => Promise<readonly ClaimRow[]>;

/** The id of a claim's place on the page. */
export const anchorOf = (claim: string): string => `claim-${claim}`;

/** One claim in a line that opens: its verdict, its statement, where it was printed; inside, all numbers and why they differ. */
export function claimEntry(line: ClaimLine, evidence: EvidenceOf, anchor?: string): HTMLDetailsElement {
  const {claim, verdict, statement, printed} = line;
  const entry = html`<details class="claim" id=${anchor ?? null} data-claim=${claim}>
    <summary><span class="verdict" data-verdict=${verdict}>${verdict}</span> <span class="statement">${statement}</span> <span class="paper">${printed.name}</span></summary>
  </details>` as HTMLDetailsElement;
  // Filled when opened: the numbers of all claims are many times what a reader looks at.
  entry.addEventListener("toggle", () => fill(entry, line, evidence, anchor), {once: true});
  return entry;
}

async function fill(
  entry: HTMLDetailsElement,
  {statement, why, place, printed: {name, id, href}}: ClaimLine,
  evidence: EvidenceOf,
  anchor?: string,
): Promise<void> {
  const body = html`<div><p class="cite">Loading the numbers …</p></div>`;
  entry.append(body);
  const paper = href ? html`<a href=${href}>${name === id ? id : `${name}, ${id}`}</a>` : id;
  const link = anchor === undefined ? null : html` · <a href=${`#${anchor}`}>link to this claim</a>`;
  body.replaceChildren(
    html`<p class="cite">${paper}; ${place}${link}</p>`,
    html`<p>${why}</p>`,
    evidenceTable(statement, await evidence()),
  );
}

function evidenceTable(statement: string, rows: readonly ClaimRow[]): HTMLElement {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${`Evidence: ${statement}`}><table>
    <thead><tr><th scope="col">evidence</th><th scope="col">quantity</th><th scope="col">on</th><th scope="col">value</th></tr></thead>
    <tbody>${rows.map(evidenceRow)}</tbody>
  </table></div>`;
}

function evidenceRow({provenance, quantity, subject, value, unit, ...interval}: ClaimRow): HTMLElement {
  const text = value === null ? "no number" : `${numberText(value)} ${unit}${intervalText(interval)}`;
  return html`<tr><td>${provenanceMark(provenance)} ${provenance}</td><td>${quantity}</td><td>${subject}</td><td>${text}</td></tr>`;
}

/** Both ends of an interval, its method and its documents; nothing where there is none. */
export function intervalText({
  low,
  high,
  method,
  documents,
}: Pick<ClaimRow, "low" | "high" | "method" | "documents">): string {
  if (low === null || high === null) return "";
  const count = documents === null ? "" : `, ${documents} documents`;
  return ` (${numberText(low)} to ${numberText(high)}; ${method}${count})`;
}
