import {html} from "htl";
import type {Format} from "../../../lib/formats/format.js";
import {largest} from "../../../lib/stats/extent.js";
import {exactText, numberText} from "../../kit/text/number-text.js";
import type {BlockCell, BlockView} from "./block-view.js";

/** A block of values as cells: every number of its quantization can be recomputed by hand. */
export function blockCells(
  {title, family, convention}: Pick<Format, "title" | "family" | "convention">,
  {scale, cells, squaredError, bitsPerElement, bitsOnce}: BlockView,
  story: Node,
): HTMLElement {
  const most = Math.max(largest(cells.map(({x}) => Math.abs(x))), 1e-30);
  return html`<section class="block" style=${`--colour: var(--family-${family})`} aria-label=${title}>
    <h3>${title} <span>${convention}</span></h3>
    <p class="block-facts"><span>scale ${numberText(scale, 3)}</span><span>squared error ${numberText(squaredError, 3)}</span><span>${numberText(bitsPerElement)} bits per element${bitsOnce > 0 ? `, and ${bitsOnce} bits once for the whole tensor` : ""}</span></p>
    <ol class="cells">${cells.map((cell, i) => cellElement(cell, i, most))}</ol>
    <details><summary>How the scale is found</summary>${story}</details>
  </section>`;
}

function cellElement(
  {x, bits, element, decoded, error, special}: BlockCell,
  index: number,
  most: number,
): HTMLElement {
  const share = Math.min(1, (8 * Math.abs(error)) / most);
  return html`<li class=${special ? "cell cell-special" : "cell"} style=${`--error: ${Math.round(share * 100)}%`}>
    <span class="cell-index">${index}</span>
    <span class="cell-x">${numberText(x, Math.abs(x) < 0.1 ? 2 : 3)}</span>
    <code>${bits}</code>
    <span class="cell-element">${special ? "special " : null}${exactText(element)}</span>
    <span class="cell-decoded">${numberText(decoded, 3)}</span>
  </li>`;
}
