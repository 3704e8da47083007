import {html} from "htl";
import type {Columns, Row} from "../../../lib/experiment/columns.js";
import {provenanceMark} from "../../plots/chart/legend.js";
import {actionButton} from "../copy-button.js";
import {numberText} from "../text/number-text.js";

const shownRows = 400;
/** Rows in view at first: a longer table would need a scroll bar of its own. */
const FIRST = 20;
/** Characters of a cell from which on it is a text, whose column is wider. */
const TEXT = 24;

/** Rows as a table: the first few, and at a touch at most the first 400. */
export function rowsList(columns: Columns, rows: readonly Row[], label = "Rows"): HTMLElement {
  const names = Object.keys(columns);
  const shown = rows.slice(0, shownRows);
  const body = html`<tbody>${shown.slice(0, FIRST).map((row) => tableRow(names, row))}</tbody>`;
  const more = actionButton(`Show all ${shown.length}`, () => {
    body.append(...shown.slice(FIRST).map((row) => tableRow(names, row)));
    more.remove();
  });
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label=${label}><table>
    <thead><tr>${names.map((name) => html`<th scope="col">${columns[name].label}${columns[name].unit && ` (${columns[name].unit})`}</th>`)}<th scope="col">provenance</th></tr></thead>
    ${body}
  </table></div>`;
  return html`<div>${table}${shown.length > FIRST ? more : null}</div>`;
}

/** The rows behind a figure, under a disclosure: every number that is drawn can be read. `name` is that of a further table. */
export function rowsTable(columns: Columns, rows: readonly Row[], name?: string): HTMLElement {
  const details =
    html`<details class="rows"><summary>The ${rows.length} ${rows.length === 1 ? "row" : "rows"} ${name === undefined ? "behind this" : `of ${name}`}${rows.length > shownRows ? ` (the first ${shownRows} here, all in the download)` : null}</summary></details>` as HTMLDetailsElement;
  // Filled when opened: a table costs more to lay out than the figure it stands behind.
  const fill = () =>
    details.childElementCount === 1 &&
    details.append(rowsList(columns, rows, name === undefined ? "Rows" : `Rows: ${name}`));
  details.addEventListener("toggle", fill);
  addEventListener("beforeprint", unfoldRows);
  return details;
}

/** Unfolds all rows on the page. One listener for all: a table is made anew with every move of a control. */
function unfoldRows(): void {
  for (const details of document.querySelectorAll<HTMLDetailsElement>("details.rows")) {
    // Paper does not wait for the browser's own event.
    details.dispatchEvent(new Event("toggle"));
    details.open = true;
  }
}

function tableRow(names: readonly string[], row: Row): HTMLElement {
  return html`<tr>${names.map((name, i) => cellOf(cellText(row[name]), i))}<td>${provenanceMark(row.provenance)} ${row.provenance}</td></tr>`;
}

function cellOf(text: string, column: number): HTMLElement {
  const names = [...(column === 0 ? ["row-name"] : []), ...(text.length > TEXT ? ["text"] : [])];
  return html`<td class=${names.join(" ") || null}>${text}</td>`;
}

/** A cell as text: numbers shortened for reading (a download holds them whole), nothing as a dash. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return listText(value);
  return typeof value === "number" ? numberText(value, 5) : String(value);
}

/** The first items of a list, and how many there are if that is more. */
function listText(items: readonly unknown[]): string {
  const shown = items.slice(0, 4).map(cellText).join(", ");
  return items.length > 4 ? `${shown}, … (${items.length})` : shown;
}
