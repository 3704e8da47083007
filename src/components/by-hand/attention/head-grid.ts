import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {HeadRow} from "../../plots/attention/heads.js";

/** Layers down, heads across: how much each head looks answers up, and how well its keys are predicted. */
export function headGrid(rows: readonly HeadRow[]): HTMLElement {
  const predicted = rows.filter(({policy}) => policy === "token-butler");
  const layers = [...new Set(predicted.map(({layer}) => layer))];
  const heads = [...new Set(predicted.map(({head}) => head))];
  const at = new Map(predicted.map((row) => [`${row.layer} ${row.head}`, row]));
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Look-up and hit accuracy by layer and head"><table class="heat">
    <thead><tr><th scope="col">layer</th>${heads.map((head) => html`<th scope="col">head ${head}</th>`)}</tr></thead>
    <tbody>${layers.map((layer) => html`<tr><th scope="row">${layer}</th>${heads.map((head) => cell(at.get(`${layer} ${head}`)))}</tr>`)}</tbody>
  </table></div>`;
  return captioned(
    "Which heads look facts up, and how well are they predicted?",
    gridFinding(predicted),
    table,
  );
}

function cell(row: HeadRow | undefined): HTMLElement {
  if (row === undefined) return html`<td></td>`;
  const share = Math.round(100 * (row.retrieval ?? 0));
  return html`<td class="shaded" style=${`--share: ${share}%`}>${share} % <span class="muted">hits ${numberText(100 * row.hits, 2)} %</span></td>`;
}

function gridFinding(rows: readonly HeadRow[]): string {
  const [best, worst] = [
    rows.toSorted((a, b) => b.hits - a.hits)[0],
    rows.toSorted((a, b) => a.hits - b.hits)[0],
  ];
  if (best === undefined || worst === undefined) return "There is nothing to compare.";
  const name = ({layer, head, hits}: HeadRow) =>
    `head ${head} of layer ${layer} (${numberText(100 * hits, 3)} %)`;
  return `Shaded by the attention that a head gives to earlier places of an answer, at the word before it; beside it TokenButler's hit accuracy for that head. Best predicted: ${name(best)}; worst: ${name(worst)}. Layer 0 keeps everything and is left out.`;
}
