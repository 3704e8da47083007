import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {layerSensitivity} from "../../../lib/experiments/models/layer-sensitivity.js";
import {largest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {ALL} from "../../plots/row-names.js";

type LayerRow = Row<(typeof layerSensitivity)["columns"]>;

/** Layers down, matrices across: how far each alone moves the predictions, in millinats. */
export function layerGrid(rows: readonly LayerRow[]): HTMLElement {
  const layers = [...new Set(rows.map(({layer}) => layer))];
  const matrices = [...new Set(rows.map(({matrix}) => matrix))];
  const at = new Map(rows.map((row) => [`${row.layer} ${row.matrix}`, row]));
  const single = rows.filter(({matrix}) => matrix !== ALL);
  const most = largest(single.map(({klMean}) => klMean));
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Damage by layer and matrix"><table class="heat">
    <thead><tr><th scope="col">layer</th>${matrices.map((matrix) => html`<th scope="col">${matrix.replace("_proj", "")}</th>`)}</tr></thead>
    <tbody>${layers.map((layer) => html`<tr><th scope="row">${layer}</th>${matrices.map((matrix) => cell(at.get(`${layer} ${matrix}`), most))}</tr>`)}</tbody>
  </table></div>`;
  return captioned("Which matrix is most sensitive?", gridFinding(single), table);
}

function cell(row: LayerRow | undefined, most: number): HTMLElement {
  if (row === undefined) return html`<td></td>`;
  const {klMean, klLow, klHigh} = row;
  const within =
    klLow === null || klHigh === null
      ? ""
      : `${numberText(1000 * klLow, 2)} to ${numberText(1000 * klHigh, 2)}`;
  const share = Math.round(100 * Math.min(1, most === 0 ? 0 : klMean / most));
  return html`<td class="shaded" style=${`--share: ${share}%`}>${numberText(1000 * klMean, 2)} <span class="muted beside">${within}</span></td>`;
}

function gridFinding(rows: readonly LayerRow[]): string {
  const [worst, second] = rows.toSorted((a, b) => b.klMean - a.klMean);
  const dense = rows.toSorted((a, b) => b.klMean / b.weights - a.klMean / a.weights)[0];
  if (worst === undefined || second === undefined || dense === undefined)
    return "There is nothing to compare.";
  const name = ({layer, matrix}: LayerRow) => `${matrix.replace("_proj", "")} of layer ${layer}`;
  return `Mean KL divergence in millinats (thousandths of a nat) with only that matrix in ${worst.format}, then its 95 % interval over ${worst.documents} documents. ${name(worst)} costs most, then ${name(second)}; for its size, ${name(dense)}.`;
}
