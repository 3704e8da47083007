import {type Markup, markup} from "../kit/text/markup.js";
import {drawChart} from "../plots/chart/chart-markup.js";
import type {ChartSpec} from "../plots/chart/chart-spec.js";
import {legendEntries} from "../plots/chart/legend-entries.js";

/** Two sizes of one chart: a page without a script cannot draw for the width that it finds, but its style can choose. */
const SIZES = {wide: [760, 400], narrow: [340, 320]} as const;

/** A chart with its question, its key and its finding, for a page that runs no script. */
export function reportFigure(spec: ChartSpec): Markup {
  if (spec.series.every(({points}) => points.length === 0))
    return markup`<p class="help">There is nothing to draw.</p>`;
  const entries = legendEntries(spec).map(
    ({text, path, look, colour}) =>
      markup`<li><svg width="20" height="14" viewBox="-10 -7 20 14" aria-hidden="true"><path class=${look} d=${path} style=${`--colour: ${colour}; ${look === "join" ? `stroke: ${colour}` : ""}`} /></svg>${text}</li>`,
  );
  const drawings = Object.entries(SIZES).map(
    ([size, [width, height]]) =>
      markup`<div class=${`report-chart ${size}`}>${drawChart(spec, width, height, {tips: true}).drawing}</div>`,
  );
  return markup`<figure><p class="question">${spec.question}</p>${drawings}<ul class="legend">${entries}</ul>${spec.finding === "" ? null : markup`<figcaption>${spec.finding}</figcaption>`}</figure>`;
}
