import {html, svg} from "htl";
import type {Provenance} from "../../lib/experiment/provenance.js";
import {type ChartSpec, isMarked, provenancesOf} from "./chart-spec.js";
import {colourOf, type Look} from "./palette.js";
import {markPath} from "./symbols.js";

const PROVENANCE_TEXT: Readonly<Record<Provenance, string>> = {
  measured: "measured: run here",
  modelled: "modelled: a cost model says so",
  reported: "reported: the paper says so",
};

/** The key of a chart: colour and shape are the series, filling is how its numbers came to be. */
export function legend(spec: ChartSpec): HTMLElement {
  const drawn = new Map(spec.series.filter(isMarked).map((series) => [colourOf(series), series]));
  const hasFront = spec.series.some(({join}) => join === "front");
  return html`<ul class="legend">
    ${Array.from(drawn.values(), (series) => html`<li>${swatch(series)}${series.name}</li>`)}
    ${provenancesOf(spec).map((provenance) => html`<li>${provenanceMark(provenance)}${PROVENANCE_TEXT[provenance]}</li>`)}
    ${hasFront ? html`<li>${stepMark()}Pareto front</li>` : null}
  </ul>`;
}

function stepMark(): SVGElement {
  return svg`<svg width="20" height="14" aria-hidden="true"><path class="join" d="M1,12H8V6H14V2H19" style="stroke: var(--family-baseline)" /></svg>`;
}

/** The mark of a series, filled: its provenance has an entry of its own. */
function swatch(look: Look): SVGElement {
  return svg`<svg width="16" height="14" viewBox="-8 -7 16 14" aria-hidden="true"><path class="mark mark-measured" d=${markPath("measured", look.shade)} style=${`--colour: ${colourOf(look)}`} /></svg>`;
}

/** The mark of a provenance, for legends and tables. */
export function provenanceMark(provenance: Provenance): SVGElement {
  return svg`<svg width="16" height="14" viewBox="-8 -7 16 14" aria-hidden="true"><path class=${`mark mark-${provenance}`} d=${markPath(provenance)} style="--colour: var(--ink-soft)" /></svg>`;
}
