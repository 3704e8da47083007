import {html} from "htl";
import type {Dataflow} from "../../../lib/accel/systolic/layer.js";
import type {Matrix} from "../../../lib/accel/systolic/simulate.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {randomStream} from "../../../lib/tensor/random.js";
import {captioned} from "../../kit/text/captioned.js";
import {allFrames, matrixTable, systolicFrame} from "./systolic-frame.js";

/** Elements along each side of the grid, and the terms and columns of the product. */
const SIDE = 3;

export const smallProductParams = {
  cycle: {kind: "integer", label: "Cycle", min: 1, max: 40, default: 4},
  dataflow: {
    kind: "choice",
    label: "Dataflow",
    help: "Which operand stays in its element: os the output, ws the weights B, is the input A.",
    options: ["os", "ws", "is"],
    default: "os",
  },
  rows: {kind: "integer", label: "Rows of A", min: 1, max: 6, default: 3},
  seed: {kind: "integer", label: "Seed of the numbers", min: 0, max: 99, default: 1, advanced: true},
} as const satisfies Params;

type State = ParamValues<typeof smallProductParams>;

/** Two matrices of small integers, every cycle of their product on the grid, and the product. */
export function smallProduct({dataflow, rows, seed}: Pick<State, "dataflow" | "rows" | "seed">) {
  const stream = randomStream(seed, "systolic");
  const matrix = (count: number): Matrix => ({
    rows: count,
    columns: SIDE,
    data: Int8Array.from({length: count * SIDE}, () => Math.floor(stream.uniform() * 7) - 3),
  });
  const [A, B] = [matrix(rows), matrix(SIDE)];
  return {A, B, ...allFrames(A, B, dataflow as Dataflow, [SIDE, SIDE])};
}

/** How busy the product keeps the grid, in a sentence. */
export function smallProductFinding({frames}: ReturnType<typeof smallProduct>): string {
  const busy = frames.reduce((sum, {active}) => sum + active, 0);
  const places = SIDE * SIDE * frames.length;
  return `This product takes ${frames.length} cycles: ${busy} multiplications in ${places} places keep the grid ${((100 * busy) / places).toFixed(1)} % busy; the rest is filling and draining.`;
}

/** One cycle of the product: the matrices, and beside them the grid. */
export function smallProductView({cycle, ...values}: State): HTMLElement {
  const product = smallProduct(values);
  const {A, B, frames} = product;
  const shown = frames[Math.min(cycle, frames.length) - 1];
  const drawn = html`<div class="small-product"><div class="matrices">${matrixTable("A", A)}${matrixTable("B", B)}${matrixTable("A B", product.product)}</div>
    ${systolicFrame(shown, values.dataflow as Dataflow, [SIDE, SIDE])}</div>`;
  return captioned("Which elements multiply in this cycle?", smallProductFinding(product), drawn);
}
