import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {formulaLines} from "../../kit/text/formula-lines.js";
import {quantityText} from "../../kit/text/number-text.js";
import {oneProduct, oneProductFinding, oneProductLines, type ProductState} from "./one-product.js";

/** Both times of a product as bars, the longer one over the whole width, and how they come about. */
export function oneProductView(state: ProductState): HTMLElement {
  const {computeSeconds, memorySeconds, seconds} = oneProduct(state).priced;
  const bar = (name: string, time: number) =>
    html`<li style=${`--share: ${(100 * time) / seconds}%`}><span>${name}</span> <strong>${quantityText(time, "s")}</strong></li>`;
  const drawn = html`<div>
    <ul class="time-bars">${bar("memory", memorySeconds)}${bar("arithmetic", computeSeconds)}</ul>
    ${formulaLines(oneProductLines(state))}
  </div>`;
  return captioned("What does this product wait for?", oneProductFinding(state), drawn);
}
