import {html} from "htl";
import {largest} from "../../../lib/stats/extent.js";
import {spearman} from "../../../lib/stats/rank.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {MatrixRow} from "../../plots/formats/switches.js";

/** The estimate beside what was measured, and the matrices with most and fewest bits, in a sentence. */
export function dealtBitsFinding(rows: readonly MatrixRow[]): string {
  if (rows.length < 2) return "There is nothing to compare.";
  const order = spearman(
    Float64Array.from(rows, ({estimate}) => estimate),
    Float64Array.from(rows, ({alone}) => alone),
  );
  const most = rows.toSorted((a, b) => b.curvature - a.curvature)[0];
  return `Of all matrices ${most.matrix.replace("_proj", "")} of layer ${most.layer} has the largest mean eigenvalue. The estimate orders the matrices nearly as their measured divergence does: their rank correlation is ${numberText(order, 2)}.`;
}

function cell(row: MatrixRow | undefined, most: number): HTMLElement {
  if (row === undefined) return html`<td></td>`;
  const share = Math.round(100 * Math.sqrt(row.curvature / most));
  const note = `estimated ${numberText(1000 * row.estimate, 2)}, alone ${numberText(1000 * row.alone, 2)}`;
  return html`<td class="shaded" style=${`--share: ${share}%`} title=${`${note} millinats`}>${row.bits} <span class="muted beside">${numberText(1000 * row.estimate, 2)}, ${numberText(1000 * row.alone, 2)}</span></td>`;
}

/** Layers down, matrices across: bits of the exact choice; shaded by curvature; what few bits do alone, estimated and measured. */
export function dealtBits(rows: readonly MatrixRow[]): HTMLElement {
  const layers = [...new Set(rows.map(({layer}) => layer))];
  const matrices = [...new Set(rows.map(({matrix}) => matrix))];
  const most = largest(rows.map(({curvature}) => curvature));
  const at = (layer: number, matrix: string) =>
    rows.find((row) => row.layer === layer && row.matrix === matrix);
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Bits of each matrix"><table class="heat">
    <thead><tr><th scope="col">layer</th>${matrices.map((matrix) => html`<th scope="col">${matrix.replace("_proj", "")}</th>`)}</tr></thead>
    <tbody>${layers.map((layer) => html`<tr><th scope="row">${layer}</th>${matrices.map((matrix) => cell(at(layer, matrix), most))}</tr>`)}</tbody>
  </table></div>`;
  return captioned("Which matrices get the bits?", dealtBitsFinding(rows), table);
}
