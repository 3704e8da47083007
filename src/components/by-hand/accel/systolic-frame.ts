import {html} from "htl";
import type {Dataflow} from "../../../lib/accel/systolic/layer.js";
import {type Frame, type Matrix, systolicFrames} from "../../../lib/accel/systolic/simulate.js";
import {numberText} from "../../kit/text/number-text.js";
import {dataflowLook} from "../../plots/accel/systolic.js";
import {colourOf} from "../../plots/palette.js";

/** Names of the three numbers of an element, by dataflow. */
const PARTS: Readonly<Record<Dataflow, readonly [left: string, top: string, held: string]>> = {
  os: ["from the left, A", "from above, B", "its own sum"],
  ws: ["from the left, A", "sum coming down", "stays, B"],
  is: ["from the left, B", "sum coming down", "stays, A"],
};

/** All frames of a product on an array, and the product itself. */
export function allFrames(
  A: Matrix,
  B: Matrix,
  dataflow: Dataflow,
  array: readonly [number, number],
): {readonly frames: readonly Frame[]; readonly product: Matrix} {
  const running = systolicFrames(A, B, dataflow, array);
  const frames: Frame[] = [];
  for (;;) {
    const {done, value} = running.next();
    if (done) return {frames, product: value};
    frames.push(value);
  }
}

/** The array after one cycle: every element with what reached it; those that multiplied are framed. */
export function systolicFrame(
  frame: Frame,
  dataflow: Dataflow,
  [rows, columns]: readonly [number, number],
): HTMLElement {
  const [left, top, held] = PARTS[dataflow];
  const cell = (i: number) => {
    const active =
      frame.fromLeft[i] != null && (dataflow === "os" ? frame.fromTop[i] != null : frame.held[i] != null);
    const number = (value: number | null | undefined) => (value == null ? "·" : numberText(value));
    return html`<td class=${active ? "busy" : null}>
      <span>${number(frame.fromLeft[i])}</span><span>${number(frame.fromTop[i])}</span><strong>${number(frame.held[i])}</strong>
    </td>`;
  };
  return html`<div class="systolic" style=${`--colour: ${colourOf(dataflowLook(dataflow))}`}>
    <p class="block-facts"><span>cycle ${frame.cycle + 1}</span><span>${frame.phase === "load" ? "loading what stays" : "computing"}</span><span>${frame.active} of ${rows * columns} elements multiply</span></p>
    <div class="table-scroll" tabindex="0" role="group" aria-label="The array"><table class="array"><tbody>
      ${Array.from({length: rows}, (_, r) => html`<tr>${Array.from({length: columns}, (_, c) => cell(r * columns + c))}</tr>`)}
    </tbody></table></div>
    <p class="help">In each element, top to bottom: ${left}; ${top}; in bold ${held}. A frame: it multiplied in this cycle.</p>
  </div>`;
}

/** A small matrix as a table with its name. */
export function matrixTable(name: string, {rows, columns, data}: Matrix): HTMLElement {
  return html`<table class="matrix"><caption>${name}</caption><tbody>
    ${Array.from({length: rows}, (_, r) => html`<tr>${Array.from({length: columns}, (_, c) => html`<td>${numberText(data[r * columns + c])}</td>`)}</tr>`)}
  </tbody></table>`;
}
