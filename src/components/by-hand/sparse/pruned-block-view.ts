import {html, svg} from "htl";
import {largest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {
  COLUMNS,
  type PrunedBlock,
  type PrunedBlockState,
  type PrunedBlocks,
  prunedBlocks,
  ROWS,
} from "./pruned-block.js";

/** One small layer as every method leaves it: weights that stay are filled by their magnitude. */
export function prunedBlockView(state: PrunedBlockState): HTMLElement {
  const found = prunedBlocks(state);
  const drawn = html`<div class="pruned-blocks">${found.blocks.map((block) => blockElement(block, found))}</div>`;
  return captioned("Which of these weights go?", prunedBlockSays(state), drawn);
}

/** The state in words. */
export function prunedBlockSays(state: PrunedBlockState): string {
  const errors = prunedBlocks(state).blocks.map(
    ({method, error}) => `${method.label} ${numberText(error, 2)}`,
  );
  return `Mean squared error of the ${ROWS} outputs: ${errors.join(", ")}. SparseGPT also changes the weights that stay.`;
}

function blockElement({method, weight, error}: PrunedBlock, found: PrunedBlocks): HTMLElement {
  return html`<div>
    <p class="block-facts"><strong>${method.label}</strong> <span>error ${numberText(error, 2)}</span></p>
    ${cells(weight.data, found, `${method.label}: ${ROWS} outputs downwards, ${COLUMNS} inputs to the right`)}
  </div>`;
}

function cells(data: Float32Array, {weight, sizes}: PrunedBlocks, label: string): SVGElement {
  const most = largest([...weight.data, ...data].map(Math.abs));
  const widest = largest(sizes);
  const bars = sizes.map(
    (size, j) =>
      svg`<rect class="size" x=${j + 0.2} y=${-0.15 - 0.7 * (size / widest)} width="0.6" height=${0.7 * (size / widest)} />`,
  );
  const all = Array.from(data, (value, k) =>
    cell(value, weight.data[k], most, k % COLUMNS, Math.floor(k / COLUMNS)),
  );
  return svg`<svg class="pruned-cells" viewBox=${`-0.1 -1 ${COLUMNS + 0.2} ${ROWS + 1.1}`} role="img" aria-label=${label}>${bars}${all}</svg>`;
}

function cell(value: number, before: number, most: number, column: number, row: number): SVGElement {
  const middle = {x: column + 0.5, y: row + 0.6};
  // A small negative weight would round to −0.
  const text = Math.round(100 * (value === 0 ? before : value)) / 100 || 0;
  const kind = value === 0 ? "gone" : value === before ? "stays" : "stays changed";
  return svg`<g class=${kind}><rect x=${column + 0.05} y=${row + 0.05} width="0.9" height="0.9" fill-opacity=${value === 0 ? 0 : 0.15 + (0.5 * Math.abs(value)) / most} />
    <text x=${middle.x} y=${middle.y} text-anchor="middle">${numberText(text, 2)}</text></g>`;
}
