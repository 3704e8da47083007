import {html} from "htl";
import {type Explanation, substituted} from "../../../lib/accel/explain.js";
import {numberText} from "./number-text.js";

/** Numbers with the formulas they come from and the values put in, a line each: a reader can check every one. */
export function formulaLines(lines: readonly Explanation[]): HTMLElement {
  return html`<dl class="formula-lines">${lines.map(
    (line) => html`<div><dt>${line.symbol}</dt><dd>
      <code>${line.formula}</code>
      <code>= ${substituted(line)}</code>
      <strong>= ${numberText(line.result, 5)} ${line.unit}</strong></dd></div>`,
  )}</dl>`;
}
