import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {tensorErrors} from "../../../lib/experiments/ssm/tensor-errors.js";
import type {MambaTensor} from "../../../lib/ssm/quantize/mamba-tensors.js";
import {smallest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {colourOf} from "../../plots/palette.js";
import {grouped} from "../../plots/series.js";
import {methodGroup} from "../../plots/ssm/quantization.js";
import {TENSOR_NAMES} from "./channel-strips.js";

type ErrorRow = Row<(typeof tensorErrors)["columns"]>;

const TENSORS = Object.keys(TENSOR_NAMES) as readonly MambaTensor[];

/** Decibels that a bar of full length stands for. */
const FULL_DB = 50;
/** A change of so many decibels is worth a mark. */
const NOTABLE_DB = 1;

/** The worst layer of a tensor under a method. */
interface Cell {
  readonly method: string;
  readonly tensor: MambaTensor;
  readonly all: number;
  readonly ordinary: number;
}

/** Methods down, tensors across: how clean each tensor stays in its worst layer, and the ordinary numbers in it. */
export function repairBars(rows: readonly ErrorRow[]): HTMLElement {
  const cells = worstCells(rows);
  const methods = [...new Set(cells.map(({method}) => method))];
  const at = (method: string, tensor: MambaTensor) =>
    cells.find((cell) => cell.method === method && cell.tensor === tensor);
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Signal to noise of every tensor under every method"><table class="repairs">
    <thead><tr><th scope="col">method</th>${TENSORS.map((tensor) => html`<th scope="col">${TENSOR_NAMES[tensor]}</th>`)}</tr></thead>
    <tbody>${methods.map(
      (method) =>
        html`<tr style=${`--colour: ${colourOf(methodGroup(method))}`}><th scope="row">${method}</th>${TENSORS.map(
          (tensor) => bars(at(method, tensor), at("static", tensor)),
        )}</tr>`,
    )}</tbody>
  </table></div>`;
  return captioned("What does each repair improve?", repairFinding(cells), table);
}

function worstCells(rows: readonly ErrorRow[]): Cell[] {
  const groups = grouped(rows, ({method, tensor}) => `${method} ${tensor}`);
  return Array.from(groups.values(), (layers) => ({
    method: layers[0].method,
    tensor: layers[0].tensor as MambaTensor,
    all: smallest(layers.map(({sqnrDb}) => sqnrDb)),
    ordinary: smallest(layers.map(({ordinarySqnrDb}) => ordinarySqnrDb)),
  }));
}

function bars(cell: Cell | undefined, plain: Cell | undefined): HTMLElement {
  if (cell === undefined) return html`<td>–</td>`;
  const line = (name: string, value: number, before: number | undefined) =>
    html`<span class=${`repair-bar ${name}`} style=${`--share: ${Math.min(100, Math.max(0, (100 * value) / FULL_DB))}%`}>${numberText(value, 3)}${change(value, before)}</span>`;
  return html`<td>${line("all", cell.all, plain?.all)}${line("ordinary", cell.ordinary, plain?.ordinary)}</td>`;
}

function change(value: number, before: number | undefined): string {
  if (before === undefined || Math.abs(value - before) < NOTABLE_DB) return "";
  return value > before ? " ▲" : " ▼";
}

function repairFinding(cells: readonly Cell[]): string {
  const ofStatic = cells
    .filter(({method}) => method === "static")
    .toSorted((a, b) => a.ordinary - b.ordinary);
  const worst = ofStatic
    .slice(0, 3)
    .map(({tensor, ordinary}) => `${TENSOR_NAMES[tensor]} (${numberText(ordinary, 3)} dB)`);
  const hurt =
    worst.length > 0
      ? `Static int8 causes the largest errors of ordinary values in: ${worst.join(", ")}. `
      : "";
  return `${hurt}Signal to noise in decibels, worst layer: upper bar of all numbers, lower bar of the 99 % that are smallest. ▲ and ▼: at least ${NOTABLE_DB} dB better or worse than static.`;
}
