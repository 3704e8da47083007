import {html} from "htl";
import type {ElementFormat} from "../../../lib/formats/element.js";
import {exactText} from "../../kit/text/number-text.js";
import {bitFields, codeFormula} from "./bit-fields.js";

/** The bits of one code as switches, with what they add up to. `toggle` gets the code with one bit turned. */
export function bitCells(element: ElementFormat, code: number, toggle: (code: number) => void): HTMLElement {
  const fields = bitFields(element);
  const cells = fields.map((field, place) => {
    const bit = 2 ** (fields.length - 1 - place);
    const on = (code & bit) !== 0;
    const button = html`<button type="button" class=${`bit bit-${field}`} aria-pressed=${String(on)}
      aria-label=${`${field} bit ${fields.length - 1 - place} is ${on ? 1 : 0}`} data-focus=${`bit-${place}`}>${on ? "1" : "0"}</button>`;
    button.onclick = () => toggle(code ^ bit);
    return button;
  });
  return html`<div class="bit-cells">
    <div class="bits" role="group" aria-label="Bits of the code, from the top">${cells}</div>
    <ul class="bit-legend">${[...new Set(fields)].map((field) => html`<li class=${`bit-${field}`}>${field}</li>`)}</ul>
    <p class="code-value"><output>${exactText(element.values[code])}</output>
      <span>code ${code} = 0x${code
        .toString(16)
        .toUpperCase()
        .padStart(Math.ceil(element.bits / 4), "0")}</span></p>
    <p class="formula">${codeFormula(element, code)}</p>
  </div>`;
}
