import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";

/** A table of numbers in words: the first cell of a row is its name. */
export interface NumberTable {
  readonly question: string;
  readonly finding: string;
  /** Name for those who do not see it. */
  readonly label: string;
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
}

/** The table as a figure that scrolls sideways. */
export function numberTable({question, finding, label, head, body}: NumberTable): HTMLElement {
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label=${label}><table class="numbers">
    <thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
    <tbody>${body.map(([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((text) => html`<td>${text}</td>`)}</tr>`)}</tbody>
  </table></div>`;
  return captioned(question, finding, table);
}
