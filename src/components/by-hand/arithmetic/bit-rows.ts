import {html} from "htl";

/** A line of a sum by hand: a name, bits or a number, and what it is worth. */
export interface BitRow {
  readonly name: string;
  /** Digits in the order in which they are read; a space parts the fields. */
  readonly digits: string;
  readonly worth: string;
  /** The line is a result: a rule stands above it. */
  readonly isSum?: boolean;
}

/** Lines of a sum under each other, digits in columns. */
export const bitRows = (label: string, rows: readonly BitRow[]): HTMLElement =>
  html`<div class="table-scroll" tabindex="0" role="group" aria-label=${label}><table class="bit-rows">
    <tbody>${rows.map(({name, digits, worth, isSum}) => html`<tr class=${isSum ? "sum" : ""}><th scope="row">${name}</th><td class="digits">${digits}</td><td>${worth}</td></tr>`)}</tbody>
  </table></div>`;

/** The lowest bits of an integer, highest first. */
export const bitsText = (value: number, bits: number): string =>
  (value >>> 0).toString(2).padStart(bits, "0").slice(-bits);
