import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {oneToken} from "../../../lib/experiments/kv/one-token.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {kindLook} from "../../plots/kv/kinds.js";
import {colourOf} from "../../plots/palette.js";
import {grouped} from "../../plots/series.js";

type TokenRow = Row<(typeof oneToken)["columns"]>;

/** A head of one token as the model computed it, and a line for each cache: every number as it comes back. */
export function oneTokenView(rows: readonly TokenRow[]): HTMLElement {
  const techniques = Array.from(grouped(rows, ({technique}) => technique).values());
  const [first = []] = techniques;
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="One token in every cache"><table class="one-token">
    <thead><tr><th scope="col">kept as</th><th scope="col">error</th>${first.map(({channel}) => html`<th scope="col">${channel}</th>`)}</tr></thead>
    <tbody>
      <tr class="computed"><th scope="row">computed</th><td></td>${first.map(({value}) => html`<td>${value.toFixed(2).replace("-", "−")}</td>`)}</tr>
      ${techniques.map((cells) => line(cells))}
    </tbody>
  </table></div>`;
  const ways = techniques.map(
    ([{label, comesBack}]) => html`<li><strong>${label}</strong>: ${comesBack}</li>`,
  );
  const drawing = html`<div>${table}<details><summary>How each cache returns a number</summary><ul class="ways">${ways}</ul></details></div>`;
  return captioned("What does each cache return for one token?", finding(techniques), drawing);
}

function line(cells: readonly TokenRow[]): HTMLElement {
  const {label, family, error} = cells[0];
  return html`<tr style=${`--colour: ${colourOf(kindLook(family))}`}>
    <th scope="row">${label}</th>
    <td>${error === null ? "gone" : `${numberText(100 * error, 2)} %`}</td>
    ${cells.map((cell) => number(cell, cells))}
  </tr>`;
}

/** Shaded by how far a number has moved, as a share of the mean size of the head's numbers. */
function number({value, back, level}: TokenRow, cells: readonly TokenRow[]): HTMLElement {
  if (back === null) return html`<td class="gone">–</td>`;
  const size = Math.sqrt(cells.reduce((sum, cell) => sum + cell.value ** 2, 0) / cells.length);
  const share = Math.round(100 * Math.min(1, Math.abs(back - value) / size));
  const how = level === null || level === 0 ? "" : `${numberText(level, 3)} · ${numberText(back / level, 4)}`;
  return html`<td class="shaded" style=${`--share: ${share}%`} title=${how}>${back.toFixed(2).replace("-", "−")}${level === null ? null : html`<span class="level">${numberText(level, 3)}</span>`}</td>`;
}

function finding(techniques: readonly (readonly TokenRow[])[]): string {
  const kept = techniques.map(([cell]) => cell).filter(({error}) => error !== null);
  const gone = techniques.length - kept.length;
  const worst = kept.toSorted((a, b) => b.error! - a.error!)[0];
  if (worst === undefined) return "No cache here still holds this token.";
  const lost =
    gone === 0
      ? ""
      : ` ${gone === 1 ? "One cache has" : `${gone} caches have`} let this token go in this head.`;
  return `${worst.label} moves these numbers most: its error is ${numberText(100 * worst.error!, 2)} % of their size.${lost} Shading: how far a number has moved. In small print: the level of its code, which is multiplied by the scale.`;
}
