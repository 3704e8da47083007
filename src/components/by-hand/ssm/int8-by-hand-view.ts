import {html} from "htl";
import {fold} from "../../kit/openings/fold.js";
import {sized} from "../../kit/sized.js";
import {numberText} from "../../kit/text/number-text.js";
import {numberLine} from "../../plots/number-line.js";
import {clipByHand, hadamardByHand, type Int8Row, ORDINARY, THREE} from "./int8-by-hand.js";

/** The part of the number line that ordinary values live on. */
const REACH = 1.25;

const HEADS = ["code", "stands for", "off by"] as const;

/** Two grids for the same values: steps made for the largest, and steps made for the rest. */
export function clipView({largest, alpha}: {largest: number; alpha: number}): HTMLElement {
  const {values, whole, clipped} = clipByHand(largest, alpha);
  return html`<div>
    ${sized((width) =>
      numberLine(
        [
          {name: `steps of ${numberText(whole.step, 3)}, for the largest`, ...gridRow(whole)},
          {name: `steps of ${numberText(clipped.step, 3)}, clipped`, ...gridRow(clipped)},
        ],
        width,
        "marks: codes; triangles: values",
      ),
    )}
    ${fold(
      "Nine values, number by number",
      html`<div class="table-scroll" tabindex="0" role="group" aria-label="Nine values in int8"><table class="int8-table">
      <thead><tr><th scope="col" rowspan="2">value</th><th scope="colgroup" colspan="3">steps for the largest</th><th scope="colgroup" colspan="3">steps clipped</th></tr>
      <tr>${[...HEADS, ...HEADS].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
      <tbody>${values.map((value, i) => html`<tr><th scope="row">${numberText(value)}</th>${cells(value, whole, i)}${cells(value, clipped, i)}</tr>`)}</tbody>
    </table></div>`,
    )}
    <p>${clipText({largest, alpha})}</p>
  </div>`;
}

/** Difference of the two grids, in a sentence. */
export function clipText({largest, alpha}: {largest: number; alpha: number}): string {
  const {values, whole, clipped} = clipByHand(largest, alpha);
  const ordinary = (row: Int8Row) => meanError(values, row.left, ORDINARY.length);
  const lost = Math.abs(largest - clipped.left.at(-1)!);
  return `With steps for the largest value, ordinary values are off by ${numberText(ordinary(whole), 2)} on average; with clipped steps by ${numberText(ordinary(clipped), 2)}, and the largest value loses ${numberText(lost, 3)}.`;
}

function gridRow({step}: Int8Row) {
  const count = Math.min(127, Math.floor(REACH / step));
  const values = Array.from({length: 2 * count + 1}, (_, i) => (i - count) * step);
  // The ends of the line, so that both rows have one scale.
  return {family: "int" as const, values: [...values, -REACH, REACH], marked: [...ORDINARY]};
}

function cells(value: number, {codes, left}: Int8Row, i: number): HTMLElement[] {
  return [
    html`<td>${numberText(codes[i])}</td>`,
    html`<td>${numberText(left[i], 3)}</td>`,
    html`<td>${numberText(Math.abs(value - left[i]), 2)}</td>`,
  ];
}

/** Four values as they are and in Hadamard space, where the large one is shared out among all four. */
export function hadamardView({largest}: {largest: number}): HTMLElement {
  const {values, plain, turned, rotated, back} = hadamardByHand(largest);
  const signs = ["+ + + +", "+ − + −", "+ + − −", "+ − − +"];
  return html`<div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="Four values in int8, as they are and in Hadamard space"><table class="int8-table">
      <thead><tr><th scope="colgroup" colspan="3">as they are, steps of ${numberText(plain.step, 3)}</th><th scope="colgroup" colspan="3">in Hadamard space, steps of ${numberText(rotated.step, 3)}</th><th scope="colgroup" colspan="2">transformed back</th></tr>
      <tr><th scope="col">value</th><th scope="col">stands for</th><th scope="col">off by</th><th scope="col">signs, over 2</th><th scope="col">sum</th><th scope="col">stands for</th><th scope="col">value</th><th scope="col">off by</th></tr></thead>
      <tbody>${values.map(
        (
          value,
          i,
        ) => html`<tr><th scope="row">${numberText(value)}</th><td>${numberText(plain.left[i], 3)}</td><td>${numberText(Math.abs(value - plain.left[i]), 2)}</td>
        <td>${signs[i]}</td><td>${numberText(turned[i], 4)}</td><td>${numberText(rotated.left[i], 4)}</td><td>${numberText(back[i], 3)}</td><td>${numberText(Math.abs(value - back[i]), 2)}</td></tr>`,
      )}</tbody>
    </table></div>
    <p>${hadamardText({largest})}</p>
  </div>`;
}

/** Effect of the transform, in a sentence. */
export function hadamardText({largest}: {largest: number}): string {
  const {values, plain, rotated, back} = hadamardByHand(largest);
  const small = (left: readonly number[]) => meanError(values, left, THREE.length);
  return `Every sum holds half of the large value, so the steps are ${numberText(plain.step / rotated.step, 3)} times finer: the three small values are off by ${numberText(small(back), 2)} on average instead of ${numberText(small(plain.left), 2)}.`;
}

function meanError(values: readonly number[], left: readonly number[], count: number): number {
  return values.slice(0, count).reduce((sum, value, i) => sum + Math.abs(value - left[i]), 0) / count;
}
