import {html} from "htl";
import {decodeValues, encodeValues} from "../../../lib/formats/cast.js";
import {bf16} from "../../../lib/formats/element.js";
import {packBitmap} from "../../../lib/sparse/bitmap/bitmap.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {randomStream} from "../../../lib/tensor/random.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/** Outputs of a tile and inputs of one of its rows, in bfloat16. */
const SIZES = {outputs: 16, inputs: 2, interleave: 2, threads: 1} as const;
const ENTRIES = SIZES.outputs * SIZES.inputs;

export const tileRowParams = {
  density: {kind: "integer", label: "Weights that are not zero", unit: "%", min: 0, max: 100, default: 50},
  seed: {kind: "integer", label: "Seed of the weights", min: 0, max: 999, default: 1},
} as const satisfies Params;

type State = ParamValues<typeof tileRowParams>;

/** One row of a tile in the order of its places: weights, the word of its bits, and the values that are stored. */
export function tileRow({density, seed}: State) {
  const stream = randomStream(seed, "tile row");
  const draw = () => (stream.uniform() * 100 < density ? Math.round(stream.normal() * 100) / 100 : 0);
  const codes = encodeValues(bf16, Float32Array.from({length: ENTRIES}, draw)) as Uint16Array;
  const {bitmap, values} = packBitmap(codes, SIZES);
  const bytes = bitmap.BYTES_PER_ELEMENT + values.byteLength;
  // Output by output with its two inputs: in a matrix of two inputs this is the order of the tile.
  return {
    weights: decodeValues(bf16, codes),
    word: bitmap[0],
    stored: decodeValues(bf16, values),
    bytes,
    whole: codes.byteLength,
  };
}

/** Bytes of the row in both forms, in a sentence. */
export function tileRowFinding(state: State): string {
  const {stored, bytes, whole} = tileRow(state);
  const change =
    bytes === whole
      ? "as many as without a bitmap"
      : bytes < whole
        ? `${numberText(whole / bytes, 3)} times fewer than the ${whole} of the whole row`
        : `more than the ${whole} of the whole row`;
  return `${stored.length} of ${ENTRIES} weights are stored, after four bytes of bits: ${bytes} bytes, ${change}.`;
}

/** The row as cells, each with its bit; below them what is stored. */
export function tileRowView(state: State): HTMLElement {
  const {weights, word, stored} = tileRow(state);
  let next = 0;
  const cells = Array.from(weights, (weight, place) => {
    const isSet = ((word >>> place) & 1) === 1;
    const from = isSet ? `value ${next++}` : "zero";
    return html`<li class=${isSet ? "cell cell-special" : "cell"}>
      <span class="cell-index">output ${place >> 1}, input ${place & 1}</span>
      <span class="cell-x">${numberText(weight, 2)}</span>
      <span class="cell-decoded">bit ${isSet ? 1 : 0}</span>
      <span class="cell-decoded">${from}</span>
    </li>`;
  });
  const drawn = html`<div class="tile-row" style="--colour: var(--family-sparse)">
    <ol class="cells">${cells}</ol>
    <p class="block-facts"><span>bits, from the last place to the first: ${word
      .toString(2)
      .padStart(ENTRIES, "0")
      .replace(
        /(.{8})(?=.)/g,
        "$1 ",
      )}</span><span>stored: ${stored.length === 0 ? "no values" : Array.from(stored, (value) => numberText(value, 2)).join(", ")}</span></p>
  </div>`;
  return captioned("What is stored of one row of a tile?", tileRowFinding(state), drawn);
}
