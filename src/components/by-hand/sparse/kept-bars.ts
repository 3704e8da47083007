import {html, svg} from "htl";
import type {structured} from "../../../lib/experiments/sparse/structured.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/** Share of a part's units that stays in a layer. */
type KeptRow = Readonly<Record<keyof typeof structured.tables.layers, string | number | boolean | null>>;

/** Parts of a layer, as a reader calls their units. */
const UNITS = {attention: "heads", network: "channels"} as const;

/** Units that stay in every layer, by the first of the chosen methods that spreads them unevenly, else the first. */
export function keptBars(
  rows: readonly {readonly method: string; readonly label: string}[],
  _: unknown,
  {layers = []}: {readonly layers?: readonly KeptRow[]},
): HTMLElement {
  const first = layers.filter(({calibrationSeed}) => calibrationSeed === null || calibrationSeed === 0);
  const methods = [...new Set(first.map(({method}) => String(method)))];
  const method = methods.find((id) => id === "flap") ?? methods[0];
  const label = rows.find((row) => row.method === method)?.label ?? "";
  const own = first.filter((row) => row.method === method);
  const ratios = [...new Set(own.map(({ratio}) => Number(ratio)))];
  const drawn = html`<div>${legend()}<div class="kept-layers">${ratios.map((ratio) => {
    const at = own.filter((row) => row.ratio === ratio);
    return html`<div><p class="block-facts"><strong>${numberText(100 * ratio, 2)} % asked to go</strong></p>${bars(at)}</div>`;
  })}</div></div>`;
  return captioned("Which layers give up most?", saysKept(label, own), drawn);
}

/** The layer that is left with least, in words. */
function saysKept(label: string, rows: readonly KeptRow[]): string {
  const least = rows.toSorted((a, b) => Number(a.stays) - Number(b.stays))[0];
  if (least === undefined) return "No layers are among these rows.";
  const units = UNITS[least.part as keyof typeof UNITS];
  return `Heads and channels that stay in each layer, by ${label}; a full bar is all of them. At the largest cut layer ${Number(least.layer) + 1} keeps ${numberText(100 * Number(least.stays), 2)} % of its ${units}.`;
}

function legend(): HTMLElement {
  return html`<ul class="chunk-legend"><li style="--colour: var(--family-sparse)">heads that stay</li><li style="--colour: var(--family-sparse-1)">channels that stay</li></ul>`;
}

/** Bars of a cut, two for each layer; below them the layers' numbers, equally large however many there are. */
function bars(rows: readonly KeptRow[]): SVGElement {
  const layers = new Set(rows.map(({layer}) => layer)).size;
  const drawn = rows.map(({layer, part, stays}) => {
    const x = Number(layer) + (part === "attention" ? 0.08 : 0.52);
    return svg`<g><rect class="whole" x=${x} y="0" width="0.4" height="2" /><rect class=${part} x=${x} y=${2 - 2 * Number(stays)} width="0.4" height=${2 * Number(stays)} /></g>`;
  });
  const size = 0.045 * layers;
  const names = Array.from(
    {length: layers},
    (_, layer) =>
      svg`<text class="layer-name" x=${layer + 0.5} y=${2 + 1.2 * size} font-size=${size} text-anchor="middle">${layer === 0 ? "layer 1" : layer + 1}</text>`,
  );
  return svg`<svg class="kept-bars" viewBox=${`0 0 ${layers} ${2 + 1.5 * size}`} role="img" aria-label="Share of heads and of channels that stays in each layer">${drawn}${names}</svg>`;
}
