import {html, svg} from "htl";
import {largest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {
  chooseKeys,
  PAGE_KEYS,
  type Pair,
  type ScoredKey,
  type ScoredPage,
  SIX_KEYS,
  SIX_VALUES,
  scorePages,
} from "./six-keys.js";

/** Half the side of the picture, in the units of keys. */
const REACH = 2.6;
const SIDE = 320;

const number = (value: number) => numberText(Math.round(value * 1000) / 1000 + 0, 3);
const pair = ([x, y]: Pair) => `(${number(x)}, ${number(y)})`;
const listed = (indices: readonly number[]) => indices.map((j) => j + 1).join(", ");

/** Scores, softmax, the largest few, and what changes if only those are read. */
export function keptByHand(q: Pair, keep: number): HTMLElement {
  const {scored, keptWeight, outputOfAll, outputOfKept} = chooseKeys(q, keep);
  const kept = scored.flatMap(({amongKept}, j) => (amongKept === null ? [] : [j]));
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Scores of the six keys"><table class="narrow">
    <thead><tr><th scope="col">key</th><th scope="col">k</th><th scope="col">q·k</th><th scope="col">q·k / √2</th><th scope="col">softmax</th><th scope="col">of the kept</th><th scope="col">value</th></tr></thead>
    <tbody>${scored.map(keyLine)}</tbody>
    <tfoot><tr><th scope="row" colspan="4">Σ weight × value</th><td>${number(outputOfAll)}</td><td>${number(outputOfKept)}</td><td></td></tr></tfoot>
  </table></div>`;
  const finding = `Keys ${listed(kept)} hold ${numberText(100 * keptWeight, 3)} % of the attention; reading no others moves the output from ${number(outputOfAll)} to ${number(outputOfKept)}. A stronger colour is more weight; ringed keys are read.`;
  const drawing = html`<div class="six-keys">${plane(q, scored, kept, [])}${table}</div>`;
  return captioned("Which keys does this query need?", finding, drawing);
}

function keyLine({product, logit, weight, amongKept}: ScoredKey, j: number): HTMLElement {
  return html`<tr class=${amongKept === null ? null : "chosen"}><th scope="row">${j + 1}</th><td>${pair(SIX_KEYS[j])}</td><td>${number(product)}</td><td>${number(logit)}</td><td>${number(weight)}</td><td>${amongKept === null ? "–" : number(amongKept)}</td><td>${SIX_VALUES[j]}</td></tr>`;
}

/** For each page the bound that Quest takes from its box, the score of the released variant, and the truth. */
export function pagesByHand(q: Pair): HTMLElement {
  const pages = scorePages(q);
  const {scored} = chooseKeys(q, 1);
  const chosen = {
    truth: largestOf(pages, "truth"),
    bound: largestOf(pages, "bound"),
    released: largestOf(pages, "released"),
  };
  const cell = (column: keyof typeof chosen, page: number) => {
    const text = number(pages[page][column]);
    return html`<td>${chosen[column] === page ? html`<strong>${text}</strong>` : text}</td>`;
  };
  const line = ({highest, lowest}: ScoredPage, page: number) =>
    html`<tr><th scope="row">${page + 1}: keys ${listed(keysOfPage(page))}</th><td>${pair(highest)}</td><td>${pair(lowest)}</td>${cell("truth", page)}${cell("bound", page)}${cell("released", page)}</tr>`;
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Scores of the three pages"><table class="narrow">
    <thead><tr><th scope="col">page</th><th scope="col">largest</th><th scope="col">smallest</th><th scope="col">best q·k inside</th><th scope="col">Quest's bound</th><th scope="col">as released with TokenButler</th></tr></thead>
    <tbody>${pages.map(line)}</tbody>
  </table></div>`;
  const drawing = html`<div class="six-keys" style="--colour: var(--family-tokens)">${plane(q, scored, keysOfPage(chosen.bound), pages)}${table}</div>`;
  return captioned("Which page may hold the key that matters?", pageFinding(pages, chosen), drawing);
}

const keysOfPage = (page: number) => Array.from({length: PAGE_KEYS}, (_, j) => PAGE_KEYS * page + j);

function largestOf(pages: readonly ScoredPage[], column: "truth" | "bound" | "released"): number {
  return pages.reduce((best, page, at) => (page[column] > pages[best][column] ? at : best), 0);
}

function pageFinding(
  pages: readonly ScoredPage[],
  {truth, bound, released}: Readonly<Record<"truth" | "bound" | "released", number>>,
): string {
  const slack = pages.map((page) => number(page.bound - page.truth)).join(", ");
  const verdict =
    released === truth
      ? "Here the released score picks the same page."
      : `The released score picks page ${released + 1}: it takes |q| times the largest numbers, whichever way q points.`;
  return `The best key is in page ${truth + 1}, and Quest picks page ${bound + 1}. Its bounds are above the best q·k of their pages by ${slack}, never below: a cross marks the corner of each box that lies furthest along q. ${verdict}`;
}

/** The plane of the two numbers: the query as an arrow, keys as dots, pages as boxes. */
function plane(
  q: Pair,
  scored: readonly ScoredKey[],
  kept: readonly number[],
  boxes: readonly ScoredPage[],
): SVGElement {
  const most = largest(scored.map(({weight}) => weight));
  return svg`<svg class="plane" viewBox="0 0 ${SIDE} ${SIDE}" role="img" aria-label=${`The query ${pair(q)} and the six keys; read: ${listed(kept)}`}>
    <path class="plane-axis" d=${`M0,${SIDE / 2}H${SIDE}M${SIDE / 2},0V${SIDE}`} />
    ${boxes.map(boxShape)}
    <path class="plane-query" d=${arrow(q)} /><text class="label" x=${x(q[0]) + 8} y=${y(q[1]) - 8}>q</text>
    ${scored.map(({weight}, j) => {
      const [kx, ky] = SIX_KEYS[j];
      return svg`<g><circle class=${kept.includes(j) ? "plane-key kept" : "plane-key"} style=${`--share: ${Math.round((100 * weight) / most)}%`} cx=${x(kx)} cy=${y(ky)} r="8" /><text class="label" x=${x(kx) + 12} y=${y(ky) + 4}>${j + 1}</text></g>`;
    })}
  </svg>`;
}

const x = (value: number) => SIDE / 2 + (value / REACH) * (SIDE / 2);
const y = (value: number) => x(-value);

function boxShape({highest, lowest, corner}: ScoredPage): SVGElement {
  const [left, top, right, bottom] = [x(lowest[0]), y(highest[1]), x(highest[0]), y(lowest[1])];
  const [cx, cy] = [x(corner[0]), y(corner[1])];
  return svg`<g><rect class="plane-page" x=${left} y=${top} width=${right - left} height=${bottom - top} /><path class="plane-corner" d=${`M${cx - 13},${cy - 13}l26,26m0,-26l-26,26`} /></g>`;
}

/** From the origin to q, with a tip of two short lines. */
function arrow(q: Pair): string {
  const length = Math.hypot(...q);
  const shaft = `M${x(0)},${y(0)}L${x(q[0])},${y(q[1])}`;
  if (length === 0) return shaft;
  const [dx, dy] = [(9 * q[0]) / length, (-9 * q[1]) / length];
  const side = (turn: number) => `M${x(q[0])},${y(q[1])}l${-dx - turn * dy * 0.5},${-dy + turn * dx * 0.5}`;
  return shaft + side(1) + side(-1);
}
