import {html, svg} from "htl";
import {isVisible} from "../../../lib/engine/attamba/attamba-cache.js";
import {cyclicEnds} from "../../../lib/engine/attamba/chunk-ends.js";
import {captioned} from "../../kit/text/captioned.js";

/** Tokens of the text that is cut into chunks. */
const TOKENS = 16;
const LAYERS = 4;

/** The controls of the drawing. */
export const chunkGridParams = {
  tokenChunk: {kind: "integer", label: "Tokens of a chunk", min: 1, max: 8, default: 4},
  leading: {kind: "integer", label: "Last tokens seen one by one", min: 0, max: 8, default: 2},
  layer: {
    kind: "integer",
    label: "Layer",
    help: "Chunks end at other places in each.",
    min: 0,
    max: LAYERS - 1,
    default: 0,
  },
} as const;

/** The rule of one layer: where chunks end, and which keys a query sees. */
interface GridSetting {
  readonly tokenChunk: number;
  readonly leading: number;
  readonly layer: number;
}

/** Keys that each query sees: ends of chunks, last tokens, or none. */
export function seenKeys({tokenChunk, leading, layer}: GridSetting): ("end" | "last" | null)[][] {
  const ends = cyclicEnds({tokenChunk, layers: LAYERS});
  return Array.from({length: TOKENS}, (_, query) =>
    Array.from({length: TOKENS}, (_, key) => {
      if (!isVisible({ends, leading}, layer, query, key)) return null;
      return query - key <= leading ? "last" : "end";
    }),
  );
}

/** Rows are queries, columns keys; what a query sees is filled. */
export function chunkGrid(setting: GridSetting): HTMLElement {
  const seen = seenKeys(setting);
  const last = seen[TOKENS - 1];
  const count = last.filter((cell) => cell !== null).length;
  const cells = seen.flatMap((row, i) =>
    row.map((cell, j) =>
      cell === null
        ? null
        : svg`<rect class=${cell === "end" ? "chunk-carried" : "chunk-own"} x=${j + 0.04} y=${i + 0.04} width="0.92" height="0.92" />`,
    ),
  );
  const label = `Keys that ${TOKENS} queries see with chunks of ${setting.tokenChunk}: the last one sees ${count}`;
  const size = TOKENS + 0.2;
  const drawing = svg`<svg class="chunk-matrix" viewBox=${`-0.1 -0.1 ${size} ${size}`} role="img" aria-label=${label}>
    <path class="chunk-ground" d=${`M0,0V${TOKENS}H${TOKENS}Z`} />${cells}</svg>`;
  return captioned(
    "Which keys does a token see?",
    `The last of ${TOKENS} tokens sees ${count} keys instead of ${TOKENS}. A key at the end of a chunk holds what was read since the chunk began.`,
    html`<div><p class="step-name">keys, from the first to the last →; queries downwards ↓</p>${drawing}<ul class="chunk-legend"><li style="--colour: var(--accent)">the end of an earlier chunk</li><li style="--colour: var(--family-state-space)">one of the last tokens, or the query's own</li><li style="--colour: var(--panel)">an earlier token that is not seen</li></ul></div>`,
  );
}
