import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {alignment} from "../../../lib/experiments/kv/alignment.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

type AlignmentRow = Row<(typeof alignment)["columns"]>;
type Measure = "cosine" | "overlap" | "cka";

const MEASURES: readonly {readonly measure: Measure; readonly name: string}[] = [
  {measure: "cosine", name: "mean cosine of rows"},
  {measure: "overlap", name: "overlap of directions"},
  {measure: "cka", name: "linear CKA"},
];

/** A square a measure: above the diagonal keys of two layers, below it values. */
export function alignmentGrids(rows: readonly AlignmentRow[]): HTMLElement {
  const layers = largest(rows.map(({other}) => other)) + 1;
  const grids = html`<div class="grids">${MEASURES.map(({measure, name}) => grid(rows, layers, measure, name))}</div>`;
  return captioned("Are two layers alike?", finding(rows), grids);
}

function grid(rows: readonly AlignmentRow[], layers: number, measure: Measure, name: string): HTMLElement {
  const at = new Map(rows.map((row) => [`${row.side} ${row.layer} ${row.other}`, row]));
  const of = (down: number, across: number) =>
    down < across ? at.get(`keys ${down} ${across}`) : at.get(`values ${across} ${down}`);
  const all = Array.from({length: layers}, (_, layer) => layer);
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${name}><table class="heat square">
    <caption>${name}</caption>
    <thead><tr><th scope="col">layer</th>${all.map((layer) => html`<th scope="col">${layer}</th>`)}</tr></thead>
    <tbody>${all.map(
      (down) =>
        html`<tr><th scope="row">${down}</th>${all.map((across) => cell(of(down, across)?.[measure]))}</tr>`,
    )}</tbody>
  </table></div>`;
}

function cell(value: number | undefined): HTMLElement {
  if (value === undefined) return html`<td class="muted">·</td>`;
  const share = Math.round(100 * Math.min(1, Math.abs(value)));
  return html`<td class="shaded" style=${`--share: ${share}%`}>${value.toFixed(2).replace("-", "−")}</td>`;
}

function finding(rows: readonly AlignmentRow[]): string {
  const next = rows.filter(({layer, other}) => other === layer + 1);
  const range = (measure: Measure) => {
    const values = next.map((row) => row[measure]);
    return `${numberText(smallest(values), 2)} to ${numberText(largest(values), 2)}`;
  };
  const chance = rows[0]?.chance ?? 0;
  return `Above the diagonal keys before rotary, below it values. Neighbouring layers: rows have cosines of ${range("cosine")}, nothing to merge; their strongest directions overlap by ${range("overlap")} where chance gives ${numberText(chance, 2)}; linear CKA is ${range("cka")}.`;
}
