import {html, svg} from "htl";
import type {Provenance} from "../../../lib/experiment/provenance.js";
import type {ChartSpec} from "./chart-spec.js";
import {type LegendEntry, legendEntries, provenanceLook} from "./legend-entries.js";

/** The key of a chart as a list. */
export function legend(spec: ChartSpec): HTMLElement {
  return html`<ul class="legend">
    ${legendEntries(spec).map((entry) => html`<li>${swatch(entry)}${entry.text}</li>`)}
  </ul>`;
}

/** The small path of an entry, around its centre. */
export function swatchPath({path, look, colour}: Omit<LegendEntry, "text">): SVGElement {
  return svg`<path class=${look} d=${path} style=${`--colour: ${colour}; ${look === "join" ? `stroke: ${colour}` : ""}`} />`;
}

const swatch = (entry: Omit<LegendEntry, "text">): SVGElement =>
  svg`<svg width="20" height="14" viewBox="-10 -7 20 14" aria-hidden="true">${swatchPath(entry)}</svg>`;

/** The mark of a provenance, for legends and tables. */
export const provenanceMark = (provenance: Provenance): SVGElement => swatch(provenanceLook(provenance));
