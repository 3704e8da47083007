import {html} from "htl";
import {e3m2} from "../../../lib/formats/element.js";
import {placedBits, SHIFTED_VALUES} from "../../../lib/formats/fp6/bit-shift.js";
import {FP6_SPLITS, type Fp6Split, splitCodes} from "../../../lib/formats/fp6/split.js";
import {captioned} from "../../kit/text/captioned.js";
import {exactText} from "../../kit/text/number-text.js";
import {bitFields} from "./bit-fields.js";

/** Controls of a code by hand. */
export const fp6PlacesParams = {
  code: {kind: "integer", label: "Code of six bits", min: 0, max: 63, default: 27},
  split: {kind: "choice", label: "Streams", options: FP6_SPLITS, default: "4+2"},
} as const;

interface CodeState {
  readonly code: number;
  readonly split: Fp6Split;
}

const FIELDS = bitFields(e3m2);

/** Bits from the top down, each in the colour of its field; bits that are always 0 have none. */
function bitRow(name: string, bits: string, fields: readonly (string | null)[]): HTMLElement {
  const cells = [...bits].map(
    (bit, i) => html`<span class=${fields[i] === null ? "bit" : `bit bit-${fields[i]}`}>${bit}</span>`,
  );
  return html`<p>${name}</p><div class="bits shown" role="img" aria-label=${`${name}: ${bits}`}>${cells}</div>`;
}

/** Where the bits of a code go, and its value by a shift. */
export function fp6PlacesFinding({code, split}: CodeState): string {
  const {upper, lower} = splitCodes(Uint8Array.of(code), split);
  return `Code ${code} leaves ${upper[0]} in one stream and ${lower[0]} in the other. Placed in a half it is ${exactText(SHIFTED_VALUES[code] / 4096)}; times 4096, which the scale takes up, ${exactText(SHIFTED_VALUES[code])}.`;
}

/** A code of six bits, its two streams, and the half in which it is placed. */
export function fp6PlacesDrawing(state: CodeState): HTMLElement {
  const {code, split} = state;
  const bits = code.toString(2).padStart(6, "0");
  const upper = split === "4+2" ? 4 : 2;
  const half = placedBits(code).toString(2).padStart(16, "0");
  // Sign, two more exponent bits that stay 0, the code's own, and mantissa bits that it does not have.
  const placed = ["sign", null, null, ...FIELDS.slice(1), ...Array<null>(8).fill(null)];
  const drawn = html`<div>
    ${bitRow("The code: sign, exponent, mantissa", bits, FIELDS)}
    ${bitRow(`The stream of ${upper} bits`, bits.slice(0, upper), FIELDS.slice(0, upper))}
    ${bitRow(`The stream of ${6 - upper} bits`, bits.slice(upper), FIELDS.slice(upper))}
    ${bitRow("Its place in half precision", half, placed)}
    <ul class="bit-legend">${["sign", "exponent", "mantissa"].map((field) => html`<li class=${`bit-${field}`}>${field}</li>`)}</ul>
  </div>`;
  return captioned("Where do the six bits go?", fp6PlacesFinding(state), drawn);
}
