import {html, svg} from "htl";
import {
  type Deal,
  dealTime,
  decodeWork,
  evenShares,
  fillingSplits,
  fixedSplits,
  wholeOutputs,
} from "../../../lib/reductions/deal/deal.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

const DEALS = {
  "a worker a head": wholeOutputs,
  "equal pieces": (work: Parameters<typeof wholeOutputs>[0]) => fixedSplits(work, fillingSplits(work)),
  "equal shares": evenShares,
} as const;

const DEAL_NAMES = Object.keys(DEALS) as (keyof typeof DEALS)[];

/** The controls of the drawing. */
export const dealtParams = {
  deal: {kind: "choice", label: "Tiles are dealt as", options: DEAL_NAMES, default: "equal shares"},
  heads: {kind: "integer", label: "Heads", min: 1, max: 8, default: 3},
  tiles: {kind: "integer", label: "Tiles of a head", min: 1, max: 16, default: 9},
  workers: {kind: "integer", label: "Workers", min: 1, max: 8, default: 5},
} as const;

/** A small decode step and a way to deal its tiles. */
export interface DealtSetting {
  readonly deal: keyof typeof DEALS;
  readonly heads: number;
  readonly tiles: number;
  readonly workers: number;
}

/** Tiles of the first to the last worker. */
export function dealtTiles({deal, heads, tiles, workers}: DealtSetting): Deal {
  return DEALS[deal](decodeWork({contexts: [tiles], heads, tile: 1, workers}));
}

/** The state in words. */
export function dealtSays(setting: DealtSetting): string {
  const {makespan, occupancy, partials} = dealTime(dealtTiles(setting), 0);
  const merged = partials - setting.heads;
  const taken =
    merged === 0
      ? "No result is taken over."
      : `${merged} partial result${merged === 1 ? " is" : "s are"} taken over.`;
  return `The busiest of ${setting.workers} workers does ${makespan} tiles, and ${numberText(100 * occupancy, 3)} % of their time is used. ${taken}`;
}

/** Rows are workers, boxes tiles; a number tells the head. */
export function dealtDrawing(setting: DealtSetting): HTMLElement {
  const deal = dealtTiles(setting);
  const {makespan} = dealTime(deal, 0);
  const boxes = deal.flatMap((pieces, worker) => {
    let at = 0;
    return pieces.flatMap(({output, first, tiles}) =>
      Array.from({length: tiles}, (_, i) => tileBox({output, isFirst: first + i === 0, x: at++, y: worker})),
    );
  });
  const label = `Tiles of ${setting.workers} workers, each with the number of its head`;
  const drawing = svg`<svg class="dealt-tiles" preserveAspectRatio="xMinYMin" viewBox=${`-0.1 -0.1 ${Math.max(makespan, 12) + 0.2} ${setting.workers + 0.2}`} role="img" aria-label=${label}>${boxes}</svg>`;
  return captioned(
    "Who does which tiles?",
    dealtSays(setting),
    html`<div><p class="step-name">time in tiles →; a line is a worker, a number a head, a frame a head's first tile</p>${drawing}</div>`,
  );
}

interface TileBox {
  readonly output: number;
  readonly isFirst: boolean;
  readonly x: number;
  readonly y: number;
}

/** Neighbouring heads differ in strength: colours tell families. */
const tileBox = ({output, isFirst, x, y}: TileBox) =>
  svg`<g class=${isFirst ? "host" : ""}><rect x=${x + 0.04} y=${y + 0.08} width="0.92" height="0.84" fill-opacity=${output % 2 === 0 ? 0.6 : 0.25} /><text x=${x + 0.5} y=${y + 0.65} text-anchor="middle">${output + 1}</text></g>`;
