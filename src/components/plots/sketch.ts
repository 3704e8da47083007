import {svg} from "htl";
import {numberText} from "../kit/number-text.js";
import {type Axis, axisTitle, type ChartSpec, isMarked, type Point, type Series} from "./chart-spec.js";
import {labelOffset, placeLabels} from "./label-places.js";
import {colourOf, type Look} from "./palette.js";
import {makeScale, paddedExtent, type Scale} from "./scale.js";
import {markPath} from "./symbols.js";

/** The room around the plot that both ways of drawing leave, in pixels. */
export const margin = {top: 26, bottom: 44, left: 58};

/**
 * A chart drawn as plain SVG: what a reader sees at once, before the 1.5 MB of the plotting library have come
 * (or instead of them, where nothing needs to be touched). Colours come from the style sheet.
 */
export function sketch(spec: ChartSpec, width: number, height: number): SVGElement {
  const {x, y} = chartScales(spec, width, height);
  return svg`<svg class="sketch" width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-label=${`${spec.question} ${spec.finding}`}>
    ${axes(spec, x, y, width, height)}
    ${spec.series.filter(({join}) => join !== undefined).map((series) => path(series, x, y))}
    ${spec.series.filter(isMarked).flatMap((series) => marks(series, x, y))}
    ${labels(spec, x, y, width)}
    ${spec.better && corner(spec.better, width, height)}
  </svg>`;
}

/** The places of a chart of this size, in pixels. */
export function chartScales(spec: ChartSpec, width: number, height: number) {
  const points: Point[] = spec.series.flatMap((series) => series.points);
  const xs = paddedExtent(
    points.map((point) => point.x),
    0.08,
    spec.x.log,
  );
  const ys = paddedExtent(
    points.flatMap(({y, interval}) => (interval ? [y, ...interval] : [y])),
    0.08,
    spec.y.log,
  );
  return {
    x: makeScale(xs, [margin.left, width - rightMargin(width)], {
      ...axisOptions(spec.x),
      count: width < 480 ? 4 : 7,
    }),
    y: makeScale(ys, [height - margin.bottom, margin.top], {...axisOptions(spec.y), count: 5}),
  };
}

const axisOptions = ({log = false, ticks}: Axis) => ({log, ...(ticks && {ticks})});

/** Room for labels beside the last marks. */
export function rightMargin(width: number): number {
  return width < 480 ? 36 : 72;
}

function axes(spec: ChartSpec, x: Scale, y: Scale, width: number, height: number): SVGElement[] {
  const base = height - margin.bottom;
  return [
    ...y.ticks.map(
      (
        tick,
      ) => svg`<g class="tick"><line x1=${margin.left} x2=${width - rightMargin(width)} y1=${y(tick)} y2=${y(tick)} />
        <text x=${margin.left - 8} y=${y(tick)} dy="0.32em" text-anchor="end">${numberText(tick)}</text></g>`,
    ),
    ...x.ticks.map(
      (tick) => svg`<g class="tick"><line x1=${x(tick)} x2=${x(tick)} y1=${base} y2=${base + 5} />
        <text x=${x(tick)} y=${base + 18} text-anchor="middle">${numberText(tick)}</text></g>`,
    ),
    // On a narrow screen a long title needs all the width there is.
    svg`<text class="axis" x=${width < 480 ? width - 2 : width - rightMargin(width)} y=${height - 6} text-anchor="end">${axisTitle(spec.x)} →</text>`,
    svg`<text class="axis" x="4" y="14">↑ ${axisTitle(spec.y)}</text>`,
  ];
}

function path(series: Series, x: Scale, y: Scale): SVGElement {
  const {points, join, provenance} = series;
  const steps = points.map((point, i) =>
    i === 0
      ? `M${x(point.x)},${y(point.y)}`
      : join === "front"
        ? `H${x(point.x)}V${y(point.y)}`
        : `L${x(point.x)},${y(point.y)}`,
  );
  return svg`<path class="join" d=${steps.join("")} style=${`stroke: ${colourOf(series)}`} stroke-dasharray=${provenance === "modelled" ? "5 4" : null} />`;
}

function marks(series: Series, x: Scale, y: Scale): SVGElement[] {
  const {points, provenance, shade} = series;
  return points.map(
    (point) =>
      svg`${point.interval && whisker(point.interval, x(point.x), y, series)}<path class="mark mark-${provenance}" data-key=${point.key} transform="translate(${x(point.x)},${y(point.y)})" d=${markPath(provenance, shade)} style=${`--colour: ${colourOf(series)}`} />`,
  );
}

function whisker([low, high]: readonly [number, number], x: number, y: Scale, look: Look): SVGElement {
  return svg`<path class="whisker" d=${`M${x - 3},${y(low)}h6m-3,0V${y(high)}m-3,0h6`} style=${`stroke: ${colourOf(look)}`} />`;
}

function labels(spec: ChartSpec, x: Scale, y: Scale, width: number): SVGElement[] {
  return placeLabels(spec, x, y, {left: margin.left, right: width}).map(({point, text, place}) => {
    const {dx, dy} = labelOffset(place);
    return svg`<text class="label" x=${x(point.x) + dx} y=${y(point.y) + dy} dy="0.32em" text-anchor=${dx > 0 ? "start" : "end"}>${text}</text>`;
  });
}

function corner(better: NonNullable<ChartSpec["better"]>, width: number, height: number): SVGElement {
  const top = better === "top left";
  return svg`<text class="corner" x=${margin.left + 6} y=${top ? margin.top + 12 : height - margin.bottom - 10}>${top ? "↖" : "↙"} better${width > 480 ? ": cheaper and closer" : ""}</text>`;
}
