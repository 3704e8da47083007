import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {activations} from "../../../lib/experiments/models/activations.js";
import {largest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {SITE_NAMES} from "../../plots/models/inside.js";
import {grouped} from "../../plots/series.js";

type OutlierRow = Row<(typeof activations)["columns"]>;

/** Sites down, layers across, a table a model: how far the largest magnitude stands out. */
export function outlierGrid(rows: readonly OutlierRow[]): HTMLElement {
  const most = largest(rows.map(({absMaxOverRms}) => absMaxOverRms));
  const models = grouped(rows, ({model}) => model);
  const tables = html`<div>${Array.from(models, ([model, members]) => modelTable(model, members, most))}</div>`;
  return captioned("How far does the largest value stand out?", outlierFinding(models), tables);
}

function modelTable(model: string, rows: readonly OutlierRow[], most: number): HTMLElement {
  const layers = [...new Set(rows.map(({layer}) => layer))];
  const sites = grouped(rows, ({site}) => site);
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${`Outliers of ${model}`}><table class="heat">
    <caption>${model}</caption>
    <thead><tr><th scope="col">largest magnitude / rms, in layer</th>${layers.map((layer) => html`<th scope="col">${layer}</th>`)}</tr></thead>
    <tbody>${Array.from(sites, ([site, members]) => html`<tr><th scope="row">${SITE_NAMES[site as keyof typeof SITE_NAMES] ?? site}</th>${members.map((row) => outlierCell(row, most))}</tr>`)}</tbody>
  </table></div>`;
}

function outlierCell({absMaxOverRms, rank, channels}: OutlierRow, most: number): HTMLElement {
  const directions = rank === null ? null : html` <span class="muted beside">${rank} of ${channels}</span>`;
  return html`<td class="shaded" style=${`--share: ${Math.round((100 * absMaxOverRms) / most)}%`}>${numberText(absMaxOverRms, 3)}${directions}</td>`;
}

function outlierFinding(models: ReadonlyMap<string, readonly OutlierRow[]>): string {
  const told = Array.from(models, ([model, rows]) => {
    const worst = rows.toSorted((a, b) => b.absMaxOverRms - a.absMaxOverRms)[0];
    const input = rows
      .filter(({site}) => site === "attention.input")
      .reduce((most, row) => Math.max(most, row.absMaxOverRms), 0);
    return `${model}: up to ${numberText(worst.absMaxOverRms, 3)} (${SITE_NAMES[worst.site as keyof typeof SITE_NAMES]}, layer ${worst.layer}), ${numberText(input, 3)} at the input of q, k, v`;
  });
  return `${told.join("; ")}. For keys and values, the second number counts the directions that hold 95 % of their squared length.`;
}
