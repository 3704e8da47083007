import {html} from "htl";
import {decodeValues} from "../../../lib/formats/cast.js";
import {e3m3, e4m3fn} from "../../../lib/formats/element.js";
import type {Packed} from "../../../lib/formats/format.js";
import {razerBlock} from "../../../lib/formats/razer/razer.js";
import {unpackTensorScale} from "../../../lib/formats/tensor-scale.js";
import {largest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";

/** Steps by which the scale of a block is found. */
export interface ScaleStory {
  /** The steps from the block's values to its scale, each with its numbers and stored bits. */
  readonly lines: readonly string[];
  /** Candidates, where a block chooses among several codebooks: [what, scale, squared error, whether chosen]. */
  readonly tried?: readonly (readonly [special: string, scale: string, error: number, chosen: boolean])[];
}

/** Tells the scale of a tensor of one block from what was packed. */
export type TellScale = (packed: Packed, values: readonly number[]) => ScaleStory;

const bitsOf = (byte: number, length = 8) => byte.toString(2).padStart(length, "0");
const largestOf = (values: readonly number[]) => largest(values.map((value) => Math.abs(Math.fround(value))));
const short = (value: number) => numberText(value, 3);

/** MXFP4 with the floor rule: the power of two of the largest magnitude over that of E2M1's largest value, 4. */
export const mxfp4Scale: TellScale = ({parts}, values) => {
  const byte = parts.scales[0];
  const power = byte - 127;
  return {
    lines: [
      `largest magnitude ${short(largestOf(values))}, at least 2^${power + 2}; 6, the largest code, is at least 2^2`,
      `scale = 2^(${power + 2} − 2) = ${short(2 ** power)}`,
      `stored as E8M0: ${bitsOf(byte)} = ${byte}, for 2^(${byte} − 127)`,
    ],
  };
};

/** NVFP4: a scale for the tensor, then one for the block in its units. */
export const nvfp4Scale: TellScale = ({parts}, values) => {
  const [byte] = parts.scales;
  const g = unpackTensorScale(parts.tensorScale);
  const largest = largestOf(values);
  const [scale] = decodeValues(e4m3fn, parts.scales);
  return {
    lines: [
      `tensor scale g = ${short(largest)} / (6 × 448) = ${short(g)}, a float32; here the block is the whole tensor`,
      `block scale = ${short(largest)} / (6 g) = ${short(largest / (6 * g))}, to the nearest E4M3: ${bitsOf(byte)} = ${short(scale)}`,
      `scale = ${short(scale)} × g = ${short(scale * g)}`,
    ],
  };
};

/** RaZeR: every special value is tried with the scale that suits it, and the least squared error wins. */
export const razerScale: TellScale = ({parts}, values) => {
  const byte = parts.scales[0];
  const g = unpackTensorScale(parts.tensorScale);
  const divisor = g === 0 ? Number.POSITIVE_INFINITY : g;
  const candidates = razerBlock(Float32Array.from(values, (value) => Math.fround(value) / divisor));
  const scale = e3m3.values[byte & 63];
  return {
    lines: [
      `tensor scale g = ${short(largestOf(values))} / (6 × 28) = ${short(g)}, a float32; here the block is the whole tensor`,
      `block scale from the special value chosen below, as E3M3: ${bitsOf(byte & 63, 6)} = ${short(scale)}`,
      `stored with the choice: ${bitsOf(byte >> 6, 2)} ${bitsOf(byte & 63, 6)}`,
      `scale = ${short(scale)} × g = ${short(scale * g)}`,
    ],
    tried: candidates.map((candidate) => [
      short(candidate.special!),
      short(candidate.scale),
      candidate.error * values.length * g * g,
      candidate.chosen,
    ]),
  };
};

/** The story as text, and as a small table what was tried. */
export function scaleStory({lines, tried}: ScaleStory): Node {
  return html`<div class="scale-story">
    <ol>${lines.map((line) => html`<li>${line}</li>`)}</ol>
    ${
      tried &&
      html`<table><thead><tr><th scope="col">special value</th><th scope="col">block scale</th><th scope="col">squared error</th></tr></thead>
      <tbody>${tried.map(([special, scale, error, chosen]) => html`<tr class=${chosen ? "chosen" : null}><th scope="row">${special}${chosen ? ", chosen" : ""}</th><td>${scale}</td><td>${numberText(error, 3)}</td></tr>`)}</tbody></table>`
    }
  </div>`;
}
