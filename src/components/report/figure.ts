import {type Markup, markup} from "../kit/text/markup.js";
import {drawChart} from "../plots/chart/chart-markup.js";
import type {ChartSpec} from "../plots/chart/chart-spec.js";
import {legendEntries} from "../plots/chart/legend-entries.js";

const WIDTH = 760;
const HEIGHT = 400;

/** A chart with its question, its key and its finding, for a page that runs no script. */
export function reportFigure(spec: ChartSpec): Markup {
  if (spec.series.every(({points}) => points.length === 0))
    return markup`<p class="help">There is nothing to draw.</p>`;
  const entries = legendEntries(spec).map(
    ({text, path, look, colour}) =>
      markup`<li><svg width="20" height="14" viewBox="-10 -7 20 14" aria-hidden="true"><path class=${look} d=${path} style=${`--colour: ${colour}; ${look === "join" ? `stroke: ${colour}` : ""}`} /></svg>${text}</li>`,
  );
  return markup`<figure><p class="question">${spec.question}</p><div class="report-chart">${drawChart(spec, WIDTH, HEIGHT).drawing}</div><ul class="legend">${entries}</ul><figcaption>${spec.finding}</figcaption></figure>`;
}
