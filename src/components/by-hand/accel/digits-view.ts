import {html} from "htl";
import {DIGIT_ENCODINGS} from "../../../lib/accel/bit-weight/digits.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {captioned} from "../../kit/text/captioned.js";

export const digitsParams = {
  value: {kind: "integer", label: "Operand that is taken apart", min: -128, max: 127, default: 63},
  other: {kind: "integer", label: "Other factor", min: -128, max: 127, default: 25},
} as const satisfies Params;

type State = ParamValues<typeof digitsParams>;

const nonzero = (digits: readonly number[]) => digits.filter((digit) => digit !== 0).length;

/** Terms of the product in each way of writing, in a sentence. */
export function digitsFinding({value, other}: State): string {
  const terms = DIGIT_ENCODINGS.map(({label, digits}) => `${nonzero(digits(value))} as ${label}`);
  return `${value} · ${other} = ${value * other}. Terms to add: ${terms.join(", ")}.`;
}

const signed = (value: number) => (value < 0 ? `−${-value}` : String(value));

/** The operand in each way of writing, highest digit first, and the terms that it adds. */
export function digitsView(state: State): HTMLElement {
  const rows = DIGIT_ENCODINGS.map(({label, radix, digits}) => {
    const own = digits(state.value);
    const terms = own
      .map((digit, place) => ({digit, place}))
      .filter(({digit}) => digit !== 0)
      .map(({digit, place}) => signed(digit * state.other * radix ** place));
    return html`<tr><th scope="row">${label}</th><td>${radix}</td><td>${own.toReversed().map(signed).join(" ")}</td><td>${terms.length}</td><td>${terms.length === 0 ? "nothing" : terms.join(" + ").replaceAll("+ −", "− ")}</td></tr>`;
  });
  const drawn = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Digits of the operand"><table class="numbers">
    <thead><tr><th scope="col">written as</th><th scope="col">base</th><th scope="col">digits</th><th scope="col">not zero</th><th scope="col">terms of the product</th></tr></thead>
    <tbody>${rows}</tbody>
  </table></div>`;
  return captioned("What does a product add up?", digitsFinding(state), drawn);
}
