import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {attambaExperiment} from "../../../lib/experiments/mixers/attamba.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {readingName} from "../../plots/mixers/chunks.js";
import {grouped} from "../../plots/series.js";

type DistanceRow = Row<(typeof attambaExperiment)["tables"]["distances"]>;

/** Shares of facts found again by the tokens after them, one row for each way of reading. */
export function foundAgain(bytes: ArrayBuffer): HTMLElement {
  return foundAgainTable(readShippedTable(bytes) as unknown as readonly DistanceRow[]);
}

/** The same of rows at hand. */
export function foundAgainTable(rows: readonly DistanceRow[]): HTMLElement {
  const distances = [...new Set(rows.map(({distance}) => distance))].toSorted((a, b) => a - b);
  const cell = (own: readonly DistanceRow[], distance: number) => {
    const row = own.find((each) => each.distance === distance);
    return html`<td>${row === undefined ? "" : `${numberText(100 * row.right, 2)} %`}</td>`;
  };
  const line = (own: readonly DistanceRow[]) =>
    html`<tr><th scope="row">${readingName(own[0])}</th>${distances.map((distance) => cell(own, distance))}</tr>`;
  const groups = [...grouped(rows, readingName).values()];
  const table = html`<div class="table-scroll found-again" tabindex="0" role="group" aria-label="Facts found again by distance"><table class="numbers">
    <thead><tr><th scope="col">reader</th>${distances.map((distance) => html`<th scope="col">${distance} tokens</th>`)}</tr></thead>
    <tbody>${groups.map(line)}</tbody>
  </table></div>`;
  return captioned("How far back is a fact still found?", findingOf(rows, distances), table);
}

function findingOf(rows: readonly DistanceRow[], distances: readonly number[]): string {
  const furthest = distances.at(-1);
  const best = rows.filter(({distance}) => distance === furthest).toSorted((a, b) => b.right - a.right)[0];
  if (best === undefined) return "";
  return `With ${furthest} tokens of other facts between, the best reader here finds ${numberText(100 * best.right, 2)} % again (${readingName(best)}). Each cell is of ${best.documents} texts.`;
}
