import {html} from "htl";
import type {TableRows} from "../../../lib/experiment/columns.js";
import type {oneText} from "../../../lib/experiments/diffusion/one-text.js";
import {largest} from "../../../lib/stats/extent.js";
import {mean} from "../../../lib/stats/moments.js";
import {player} from "../../kit/player.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {grouped} from "../../plots/series.js";
import type {TextRow} from "./unmasking-view.js";

export type DriftRow = TableRows<(typeof oneText)["columns"], (typeof oneText)["tables"]>["drift"][number];

const percent = (share: number) => numberText(100 * share, 2);

/** Change of the keys of every word and layer, pass by pass: a drawing for a run that keeps its place when rows change. */
export function driftView(): (rows: readonly TextRow[], drift: readonly DriftRow[]) => HTMLElement {
  let step = 1;
  return (rows, drift) => {
    const last = largest(drift.map((row) => row.step));
    step = Math.min(step, last);
    const place = html`<div></div>`;
    const draw = () => place.replaceChildren(stepView(rows, drift, step));
    const go = (to: number) => {
      step = to;
      draw();
    };
    const controls = player({label: "passes", first: 1, last: () => last, at: () => step, go});
    draw();
    return html`<div>${controls}${place}</div>`;
  };
}

function stepView(rows: readonly TextRow[], drift: readonly DriftRow[], step: number): HTMLElement {
  const own = drift.filter((row) => row.step === step);
  const layers = grouped(own, ({layer}) => String(layer));
  const before = rows.filter((row) => row.step === step - 1).toSorted((a, b) => a.position - b.position);
  const most = largest(own.map(({keyChange}) => keyChange));
  const cell = ({keyChange}: DriftRow) =>
    html`<td class="shaded" style=${`--share: ${Math.round((100 * keyChange) / most)}%`}>${percent(keyChange)}</td>`;
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Change of keys by layer and word"><table class="heat">
    <thead><tr><th scope="col">layer</th>${before.map(({word}) => html`<th scope="col">${word}</th>`)}</tr></thead>
    <tbody>${Array.from(layers, ([layer, cells]) => html`<tr><th scope="row">${layer}</th>${cells.toSorted((a, b) => a.position - b.position).map(cell)}</tr>`)}</tbody>
  </table></div>`;
  return captioned(
    `From pass ${step} to pass ${step + 1}: how much does each key change?`,
    `Length of the change over the length of the key, in per cent. ${driftFinding(own)}`,
    table,
  );
}

/** Mean change by what stands there. */
function driftFinding(rows: readonly DriftRow[]): string {
  const of = (state: string) => {
    const own = rows.filter((row) => row.state === state && row.layer > 0).map(({keyChange}) => keyChange);
    return own.length === 0 ? [] : [`${NAMES[state]} by ${percent(mean(own))} %`];
  };
  return `Above layer 0, whose keys know only a word and its place, keys change on average: ${["prompt", "written", "mask"].flatMap(of).join(", ")}.`;
}

const NAMES: Readonly<Record<string, string>> = {
  prompt: "those of the prompt",
  written: "of words written before",
  mask: "of masks",
};
