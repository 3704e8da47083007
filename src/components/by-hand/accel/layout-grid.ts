import {html} from "htl";
import {elementsOf, type Layout} from "../../../lib/accel/tilus/layout.js";
import {KNOWN_LAYOUTS, layoutOf} from "../../../lib/accel/tilus/layout-text.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {captioned} from "../../kit/text/captioned.js";

const NAMES = Object.keys(KNOWN_LAYOUTS) as (keyof typeof KNOWN_LAYOUTS)[];

export const layoutGridParams = {
  layout: {kind: "choice", label: "Layout", options: NAMES, default: "accumulator of m16n8k8"},
  thread: {kind: "integer", label: "Thread", min: 0, max: 31, default: 1},
  bits: {kind: "integer", label: "Bits of a weight", min: 1, max: 8, default: 6},
} as const satisfies Params;

type State = ParamValues<typeof layoutGridParams>;

/** Elements of a thread and their bytes, in a sentence. */
export function layoutGridFinding({layout: name, thread, bits}: State): string {
  const layout = layoutOf(KNOWN_LAYOUTS[name]);
  const places = placesOf(layout, thread).map(([row, column]) => `(${row}, ${column})`);
  const shown =
    places.length <= 4 ? places.join(", ") : `${places.slice(0, 3).join(", ")} and ${places.length - 3} more`;
  const all = layout.locals * bits;
  const bytes =
    all % 8 === 0
      ? `${all} bits, which are ${all / 8} whole bytes`
      : `${all} bits, which end within a byte: this tile cannot be seen as bytes`;
  return `${layout.text}: thread ${thread} holds ${shown}. Together they have ${bytes}.`;
}

const placesOf = (layout: Layout, thread: number) =>
  Array.from({length: layout.locals}, (_, local) => layout.place(thread, local));

/** The tile as cells: in each the thread that holds it and under which number; those of the chosen thread stand out. */
export function layoutGridView(state: State): HTMLElement {
  const layout = layoutOf(KNOWN_LAYOUTS[state.layout]);
  const [rows, columns] = layout.shape;
  const held = new Map(
    Array.from(elementsOf(layout), ({thread, local, place: [row, column]}) => [
      row * columns + column,
      {thread, local},
    ]),
  );
  const cell = (at: number) => {
    const {thread, local} = held.get(at)!;
    const name = `thread ${thread}, its number ${local}`;
    return html`<td class=${thread === state.thread ? "chosen" : ""} title=${name}>${thread}<sub>${local}</sub></td>`;
  };
  const lines = Array.from({length: rows}, (_, row) => {
    const cells = Array.from({length: columns}, (_, column) => cell(row * columns + column));
    return html`<tr><th scope="row">${row}</th>${cells}</tr>`;
  });
  const heads = Array.from({length: columns}, (_, column) => html`<th scope="col">${column}</th>`);
  const drawn = html`<div>
    <p class="step-name">in each cell the thread, and small beside it the number under which the thread holds this weight</p>
    <div class="table-scroll" tabindex="0" role="group" aria-label="Tile of weights by row and column">
      <table class="layout-grid" style="--colour: var(--family-machine)"><thead><tr><td></td>${heads}</tr></thead><tbody>${lines}</tbody></table>
    </div>
  </div>`;
  return captioned("Which thread holds which weights of a tile?", layoutGridFinding(state), drawn);
}
