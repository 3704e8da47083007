import {html} from "htl";
import {decodeNm, encodeNm, storedBits} from "../../../lib/accel/sst/encode.js";
import {numberText} from "../../kit/text/number-text.js";

/** A row of weights and what N:M pruning keeps of it: the values, where they stood, and the bits both take. */
export function sparseRow(
  weights: Float32Array,
  x: Float32Array,
  n: number,
  m: number,
  valueBits: number,
): HTMLElement {
  const sparse = encodeNm(weights, weights.length, n, m);
  const kept = decodeNm(sparse);
  const sum = (of: ArrayLike<number>) => x.reduce((total, value, i) => total + value * of[i], 0);
  const perWeight = storedBits(sparse, valueBits) / weights.length;
  return html`<div style="--colour: var(--family-machine)">
    <ol class="cells">${Array.from(weights, (weight, i) => {
      const isKept = kept[i] !== 0;
      return html`<li class=${isKept ? "cell cell-special" : "cell"}>
        <span class="cell-index">${i % m}</span>
        <span class="cell-x">${numberText(weight, 2)}</span>
        <span class="cell-decoded">${isKept ? "kept" : "dropped"}</span>
        <span class="cell-decoded">× ${numberText(x[i], 2)}</span>
      </li>`;
    })}</ol>
    <p class="block-facts"><span>stored: ${Array.from(sparse.values, (value, i) => `${numberText(value, 2)} at ${sparse.indices[i]}`).join(", ")}</span></p>
    <p class="block-facts"><span>${numberText(perWeight)} bits per weight, ${valueBits} dense</span><span>${sparse.values.length} products for ${weights.length} weights</span><span>sum ${numberText(sum(kept))}, dense ${numberText(sum(weights))}</span></p>
  </div>`;
}
