import {html, svg} from "htl";
import {THRESHOLD} from "../../../lib/formats/llm-int8/decompose.js";
import {largest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/** Largest magnitude of a column of a layer's input. */
interface ColumnRow {
  readonly layer: number;
  readonly column: number;
  readonly largest: number;
}

const [WIDTH, HEIGHT] = [640, 90];
/** Names on the scale nearer than this cover each other, of its height. */
const NEAR = 0.16;

/** The columns of a layer's input as bars as high as their largest magnitude, those that are outliers filled. */
function layerBars(rows: readonly ColumnRow[], most: number): HTMLElement {
  const step = WIDTH / Math.max(rows.length, 1);
  const y = (value: number) => HEIGHT - (HEIGHT * value) / most;
  const outliers = rows.filter((row) => row.largest >= THRESHOLD).length;
  const bars = svg`<svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${`Largest magnitudes of ${rows.length} columns, ${outliers} of them at least ${THRESHOLD}`}>
    ${rows.map((row, i) => {
      const isOutlier = row.largest >= THRESHOLD;
      const top = y(row.largest);
      return svg`<rect x=${i * step + 0.5} y=${top} width=${Math.max(step - 1, 0.5)} height=${HEIGHT - top} fill=${isOutlier ? "var(--accent)" : "var(--line-strong)"}></rect>`;
    })}
    <line x1="0" x2=${WIDTH} y1=${y(THRESHOLD)} y2=${y(THRESHOLD)} stroke="var(--ink)" stroke-dasharray="4 3" vector-effect="non-scaling-stroke"></line>
  </svg>`;
  const named = 1 - THRESHOLD / most < NEAR ? [0, THRESHOLD] : [0, THRESHOLD, most];
  return html`<div class="column-bars">
    <div class="scale" aria-hidden="true">${named.map((value) => html`<span style=${`top: ${(100 * y(value)) / HEIGHT}%`}>${numberText(value, 2)}</span>`)}</div>
    ${bars}
    <p aria-hidden="true"><span>column 1</span><span>column ${rows.length}</span></p>
  </div>`;
}

/** The columns of an input, layer by layer, over the threshold of LLM.int8(). */
export function inputColumns(rows: readonly ColumnRow[]): HTMLElement {
  const most = Math.max(largest(rows.map((row) => row.largest)), THRESHOLD);
  const layers = [...new Set(rows.map(({layer}) => layer))];
  const drawn = html`<div>${layers.map((layer) => {
    const own = rows.filter((row) => row.layer === layer);
    return html`<p>Layer ${layer + 1}, largest magnitudes, up to ${numberText(largest(own.map((row) => row.largest)), 3)}</p>${layerBars(own, most)}`;
  })}</div>`;
  const outliers = rows.filter((row) => row.largest >= THRESHOLD).length;
  return captioned(
    `Which columns reach ${THRESHOLD}?`,
    `${outliers} of ${rows.length} columns hold a magnitude of ${THRESHOLD} or more (dashed) and stay in 16 bits; the others are 8-bit integers.`,
    drawn,
  );
}
