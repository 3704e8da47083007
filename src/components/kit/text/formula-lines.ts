import {html} from "htl";
import type {Explanation} from "../../../lib/accel/explain.js";
import {numberText, quantityText} from "./number-text.js";

/** A line of a calculation; a unit of its own takes a prefix: `33.6 MB`. */
export interface FormulaLine extends Explanation {
  /** Words after the result. */
  readonly note?: string;
}

/** Units whose sizes are told by a prefix. */
const PREFIXED = new Set(["B", "B/s", "FLOP", "FLOP/s", "s"]);

/** Numbers with the formulas they come from and the values put in, a line each: a reader can check every one. */
export function formulaLines(lines: readonly FormulaLine[]): HTMLElement {
  return html`<dl class="formula-lines">${lines.map(
    (line) => html`<div><dt>${line.symbol}</dt><dd>
      <code>${signs(line.formula)}</code>
      <code>= ${filledIn(line)}</code>
      <strong>= ${resultText(line)}</strong>${line.note ? html` <span>${line.note}</span>` : null}</dd></div>`,
  )}</dl>`;
}

/** The formula with its values in place of its names, to three significant digits; counts below a million whole. */
export function filledIn({formula, values}: Pick<Explanation, "formula" | "values">): string {
  return signs(
    formula.replace(/[A-Za-z]\w*/g, (name) => (name in values ? numberText(values[name], 3) : name)),
  );
}

/** The result of a line: a quantity with its prefix, or a number and what it counts. */
export function resultText({result, unit}: Pick<Explanation, "result" | "unit">): string {
  return PREFIXED.has(unit) ? quantityText(result, unit) : `${numberText(result, 3)} ${unit}`;
}

/** Names are words, a product is a cross. */
const signs = (formula: string): string =>
  formula.replaceAll("*", "×").replaceAll("_", " ").replace(/ - /g, " − ");
