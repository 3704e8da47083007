import {html} from "htl";
import {decodeNm, encodeNm, storedBits} from "../../../lib/accel/sst/encode.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {randomStream} from "../../../lib/tensor/random.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/** Weights of the row, and the bits of each. */
const LENGTH = 12;
const VALUE_BITS = 8;

export const sparseRowParams = {
  pattern: {kind: "choice", label: "Weights kept", options: ["2:4", "1:3", "1:4"], default: "2:4"},
  seed: {kind: "integer", label: "Seed of the weights", min: 0, max: 999, default: 1},
} as const satisfies Params;

type State = ParamValues<typeof sparseRowParams>;

/** A row of weights with its activations, and what N:M pruning keeps of it: the values, where they stood, and the bits both take. */
export function sparseRow({pattern, seed}: State) {
  const stream = randomStream(seed, "sparse row");
  const values = () => Float32Array.from({length: LENGTH}, () => Math.round(stream.normal() * 20) / 10);
  const [n, m] = pattern.split(":").map(Number) as [number, number];
  const [weights, x] = [values(), values()];
  const sparse = encodeNm(weights, LENGTH, n, m);
  const kept = decodeNm(sparse);
  const sum = (of: ArrayLike<number>) => x.reduce((total, value, i) => total + value * of[i], 0);
  return {
    weights,
    x,
    m,
    sparse,
    kept,
    sum: sum(kept),
    dense: sum(weights),
    bitsPerWeight: storedBits(sparse, VALUE_BITS) / LENGTH,
  };
}

/** What pruning saves in this row and what it changes, in a sentence. */
export function sparseRowFinding(state: State): string {
  const {sparse, sum, dense, bitsPerWeight} = sparseRow(state);
  return `${sparse.values.length} products are left of ${LENGTH}, and ${numberText(bitsPerWeight)} bits per weight of ${VALUE_BITS}. The sum of the row is ${numberText(sum, 3)} in place of ${numberText(dense, 3)}: training must make up for what was dropped.`;
}

/** The row as cells; those that are kept are framed. */
export function sparseRowView(state: State): HTMLElement {
  const {weights, x, m, sparse, kept} = sparseRow(state);
  const drawn = html`<div style="--colour: var(--family-machine)">
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
  </div>`;
  return captioned("Which products of a row are left?", sparseRowFinding(state), drawn);
}
