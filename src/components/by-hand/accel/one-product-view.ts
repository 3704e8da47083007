import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {formulaLines} from "../../kit/text/formula-lines.js";
import {quantityText} from "../../kit/text/number-text.js";
import {shareBars} from "../../plots/share-bars.js";
import {oneProduct, oneProductFinding, oneProductLines, type ProductState} from "./one-product.js";

/** Both times of a product as bars, the longer one over the whole width, and how they come about. */
export function oneProductView(state: ProductState): HTMLElement {
  const {computeSeconds, memorySeconds} = oneProduct(state).priced;
  const bar = (name: string, value: number) => ({name, value, text: quantityText(value, "s")});
  const drawn = html`<div>
    ${shareBars([bar("memory", memorySeconds), bar("arithmetic", computeSeconds)])}
    ${formulaLines(oneProductLines(state))}
  </div>`;
  return captioned("What does this product wait for?", oneProductFinding(state), drawn);
}
