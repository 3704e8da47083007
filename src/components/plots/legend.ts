import {html, svg} from "htl";
import type {Provenance} from "../../lib/experiment/provenance.js";
import {type ChartSpec, isMarked, provenancesOf} from "./chart-spec.js";
import {type Family, familyName} from "./palette.js";
import {MARK_PATHS} from "./sketch.js";

const PROVENANCE_TEXT: Readonly<Record<Provenance, string>> = {
  measured: "measured: run here",
  modelled: "modelled: a cost model says so",
  reported: "reported: the paper says so",
};

/** The key of a chart: colour is the family, mark is how the number came to be. */
export function legend(spec: ChartSpec): HTMLElement {
  const drawn = spec.series.filter(isMarked);
  const hasFront = spec.series.some(({join}) => join === "front");
  const families = [...new Set(drawn.map(({family}) => family))];
  // One line alone in its colour is that colour's name; marks and several lines share that of their family.
  const nameOf = (family: Family) => {
    const [first, ...others] = drawn.filter((series) => series.family === family);
    return first?.join === "line" && others.length === 0 ? first.name : familyName(family);
  };
  return html`<ul class="legend">
    ${families.map((family) => html`<li>${swatch(family)}${nameOf(family)}</li>`)}
    ${provenancesOf(spec).map((provenance) => html`<li>${provenanceMark(provenance)}${PROVENANCE_TEXT[provenance]}</li>`)}
    ${hasFront ? html`<li>${stepMark()}Pareto front</li>` : null}
  </ul>`;
}

function stepMark(): SVGElement {
  return svg`<svg width="20" height="14" aria-hidden="true"><path class="join" d="M1,12H8V6H14V2H19" style="stroke: var(--family-baseline)" /></svg>`;
}

function swatch(family: Family): SVGElement {
  return svg`<svg width="14" height="14" aria-hidden="true"><rect width="12" height="12" x="1" y="1" rx="2" style=${`fill: var(--family-${family})`} /></svg>`;
}

/** The mark of a provenance, for legends and tables. */
export function provenanceMark(provenance: Provenance): SVGElement {
  return svg`<svg width="16" height="14" viewBox="-8 -7 16 14" aria-hidden="true"><path class=${`mark mark-${provenance}`} d=${MARK_PATHS[provenance]} style="--colour: var(--ink-soft)" /></svg>`;
}
