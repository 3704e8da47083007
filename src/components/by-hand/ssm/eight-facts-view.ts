import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {factsInState, KEYS, SIZE, VALUES} from "./eight-facts.js";

/** Facts as rows: what was written, what the state gives back, what a cache has. */
export function eightFacts(facts: number, kept: number): HTMLElement {
  const {state, read} = factsInState(facts, kept);
  const wrong = read.filter((value, i) => Math.abs(value - VALUES[i]) > 0.5).length;
  const row = (value: number, i: number) => {
    const bad = Math.abs(value - VALUES[i]) > 0.5;
    return html`<tr><th scope="row">${i + 1}</th><td>${KEYS[i].map((sign) => (sign > 0 ? "+" : "−")).join(" ")}</td><td>${numberText(VALUES[i])}</td>
      <td class=${bad ? "no-number" : null}>${numberText(value, 3)}</td><td>${numberText(VALUES[i])}</td></tr>`;
  };
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Facts read back"><table class="numbers narrow">
    <thead><tr><th scope="col">fact</th><th scope="col">key</th><th scope="col">value</th><th scope="col">back from the state</th><th scope="col">back from a cache</th></tr></thead>
    <tbody>${read.map(row)}</tbody>
    <tfoot><tr><th scope="row" colspan="3">numbers kept</th><td>${SIZE}: ${state.map((n) => numberText(n, 3)).join(", ")}</td><td>${facts * (SIZE + 1)}</td></tr></tfoot>
  </table></div>`;
  const finding =
    wrong === 0
      ? `All ${facts} values come back from the state within a half.`
      : `${wrong} of ${facts} values come back wrong by more than a half. The cache returns them all and keeps ${numberText((facts * (SIZE + 1)) / SIZE, 3)} times as many numbers.`;
  return captioned("How many facts do four numbers hold?", finding, table);
}
