import {html} from "htl";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {numberText} from "../../kit/text/number-text.js";
import {matrixTable} from "../accel/systolic-frame.js";
import {type SharedBasis, sharedBasis, TOKENS, WIDTH} from "./shared-basis.js";

export const sharedBasisParams = {
  turned: {
    kind: "integer",
    label: "Second layer's tokens rotated by",
    unit: "degrees",
    min: 0,
    max: 90,
    step: 5,
    default: 0,
  },
  rank: {kind: "integer", label: "Rank", min: 1, max: 2, default: 1},
  how: {kind: "choice", label: "Layers", options: ["together", "each alone"], default: "together"},
} as const satisfies Params;

type SharedBasisState = ParamValues<typeof sharedBasisParams>;

/** Both layers, what is stored of them, and what comes back. */
export function sharedBasisView({turned, rank, how}: SharedBasisState): HTMLElement {
  const found = sharedBasis(turned, rank, how === "together");
  const {layers, groups, kept, stored, lost, cosine} = found;
  const plain = 2 * TOKENS * WIDTH;
  return html`<div class="shared-basis">
    <p class="step-name">What the layers compute, tokens down and channels across,</p>
    <div class="matrices">${layers.map((layer, i) => matrix(`layer ${i}`, layer, WIDTH))}</div>
    <p class="step-name">is kept as</p>
    <div class="matrices">${groups.map((group, i) => factors(group, groups.length > 1 ? ` of layer ${i}` : ""))}</div>
    <p class="step-name">and multiplied back gives</p>
    <div class="matrices">${kept.map((layer, i) => matrix(`layer ${i}`, layer, WIDTH))}</div>
    <p class="block-facts">
      <span>a token's rows in both layers: cosine ${numberText(round(cosine), 2)}</span>
      <span>${stored} numbers kept for ${plain}</span>
      <span>${lost < 1e-10 ? "nothing lost" : `${numberText(100 * lost, 3)} % of the squared length lost`}</span>
    </p>
  </div>`;
}

function factors(
  {basis, factors: each, rank, width}: SharedBasis["groups"][number],
  of: string,
): HTMLElement {
  return html`<div class="matrices">${matrix(`basis${of}`, basis, rank)}${each.map((factor, i) =>
    matrix(each.length > 1 ? `factor of layer ${i}` : `factor${of}`, factor, width),
  )}</div>`;
}

function matrix(name: string, data: Float32Array, columns: number): HTMLElement {
  return matrixTable(name, {rows: data.length / columns, columns, data: Array.from(data, round)});
}

/** Two decimals, and no minus before a zero. */
const round = (x: number) => Math.round(100 * x) / 100 + 0;

/** The state in words. */
export function sharedBasisSays({turned, rank, how}: SharedBasisState): string {
  const {stored, lost} = sharedBasis(turned, rank, how === "together");
  return `${stored} numbers kept, ${numberText(100 * lost, 2)} % lost.`;
}
