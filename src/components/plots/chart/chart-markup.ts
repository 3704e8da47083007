import {type Markup, markup} from "../../kit/text/markup.js";
import {colourOf, type Look} from "../palette.js";
import {type Inset, insetLeaders, insetOf} from "../places/inset.js";
import {type LabelRoom, placeLabels} from "../places/label-places.js";
import {type MarkPlace, markPlaces} from "../places/mark-places.js";
import {isBinary, isCount, makeScale, paddedExtent, type Scale} from "../places/scale.js";
import type {Box} from "../places/segments.js";
import {
  type Axis,
  betterText,
  type ChartSpec,
  fittedTitle,
  isMarked,
  type Point,
  type Series,
} from "./chart-spec.js";
import {type PointText, pointSentence, pointText} from "./point-text.js";
import {markPath} from "./symbols.js";

/** The room around the plot that a page's drawing and the explored figure leave, in pixels. */
export const margin = {top: 26, bottom: 44, left: 58};

/** Marks that are named on a narrow screen; more names would hide the marks. */
const MOST_NAMES = 18;

/** A chart as the text of an SVG, and its marks in the order of their elements. */
export interface DrawnChart {
  readonly drawing: Markup;
  readonly marks: readonly MarkPlace[];
}

/**
 * Draws a chart of a size in pixels. Colours come from the style sheet; the marks bear their keys and their words.
 * @param tips words of each mark in a strip below, which the style shows while the mark is pointed at: for a page without a script
 */
export function drawChart(
  spec: ChartSpec,
  width: number,
  height: number,
  {tips = false}: {readonly tips?: boolean} = {},
): DrawnChart {
  const scales = chartScales(spec, width, height);
  const {x, y} = scales;
  const plot = {
    left: margin.left,
    right: width - rightMargin(width),
    top: margin.top,
    bottom: height - margin.bottom,
  };
  // On a narrow screen there is no room for one.
  const inset = width < 560 ? undefined : insetOf(spec, scales, plot);
  const words = spec.better && cornerBox(spec, scales, width, height, inset?.to);
  const without = [inset && grown(inset.to, 6), words].filter((box) => box !== undefined);
  const named = width < 480 ? firstNames(spec) : spec;
  const strip = tips ? tipStrip(spec, width, height) : undefined;
  const whole = height + (strip?.height ?? 0);
  const drawing = markup`<svg class="svg-chart" width=${width} height=${whole} viewBox="0 0 ${width} ${whole}" role="group" aria-label=${`${spec.question} ${spec.finding}`}>
    <g aria-hidden="true">${axes(x, y, width, height)}
    ${spec.series.filter(({join}) => join !== undefined).map((series) => path(series, x, y))}
    ${labels(inset ? withoutLabels(named, inset) : named, x, y, {left: margin.left + 6, right: width, top: margin.top - 8, bottom: height - margin.bottom, without})}
    ${spec.better && words ? corner(spec, width, height) : null}</g>
    ${axisTitles(spec, width, height)}
    ${strip?.hint}
    ${spec.series.filter(isMarked).flatMap((series) => marks(spec, series, {x, y, strip}))}
    ${inset && insetFrame(inset)}
    ${inset?.spec.series.flatMap((series) => marks(spec, series, {x: inset.x, y: inset.y, strip}))}
  </svg>`;
  return {drawing, marks: [...markPlaces(spec, scales), ...(inset ? markPlaces(inset.spec, inset) : [])]};
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
      binary: isBinary(points.map((point) => point.x)),
      whole: isCount(points.map((point) => point.x)),
      count: width < 480 ? 4 : 7,
      room: width < 480 ? 34 : 40,
    }),
    y: makeScale(ys, [height - margin.bottom, margin.top], {
      ...axisOptions(spec.y),
      count: 5,
      room: 26,
    }),
  };
}

const axisOptions = ({log = false, ticks}: Axis) => ({log, ...(ticks && {ticks})});

/** Room for labels beside the last marks. */
export function rightMargin(width: number): number {
  return width < 480 ? 36 : 72;
}

function axes(x: Scale, y: Scale, width: number, height: number): Markup[] {
  const base = height - margin.bottom;
  return [
    ...y.ticks.map(
      (
        tick,
      ) => markup`<g class="tick"><line x1=${margin.left} x2=${width - rightMargin(width)} y1=${y(tick)} y2=${y(tick)} />
        <text x=${margin.left - 8} y=${y(tick)} dy="0.32em" text-anchor="end">${y.tickText(tick)}</text></g>`,
    ),
    ...x.ticks.map(
      (tick) => markup`<g class="tick"><line x1=${x(tick)} x2=${x(tick)} y1=${base} y2=${base + 5} />
        <text x=${x(tick)} y=${base + 18} text-anchor="middle">${x.tickText(tick)}</text></g>`,
    ),
  ];
}

/** The titles of both axes, apart from the drawing: their words may have definitions. */
function axisTitles(spec: ChartSpec, width: number, height: number): Markup[] {
  // On a narrow screen a long title needs all the width there is.
  const right = width < 480 ? width - 2 : width - rightMargin(width);
  const [across, up] = [fittedTitle(spec.x, right - 4), fittedTitle(spec.y, width - 8)];
  return [
    markup`<text class="axis" x=${right} y=${height - 6} text-anchor="end" textLength=${across.length} lengthAdjust="spacingAndGlyphs">${across.text} →</text>`,
    markup`<text class="axis" x="4" y="14" textLength=${up.length} lengthAdjust="spacingAndGlyphs">↑ ${up.text}</text>`,
  ];
}

function path(series: Series, x: Scale, y: Scale): Markup {
  const {points, join, provenance} = series;
  const steps = points.map((point, i) =>
    i === 0
      ? `M${x(point.x)},${y(point.y)}`
      : join === "front"
        ? `H${x(point.x)}V${y(point.y)}`
        : `L${x(point.x)},${y(point.y)}`,
  );
  return markup`<path class="join" d=${steps.join("")} style=${`stroke: ${colourOf(series)}`} stroke-dasharray=${provenance === "modelled" ? "5 4" : null} />`;
}

/** Where marks stand, and the strip for their words. */
interface MarkOptions {
  readonly x: Scale;
  readonly y: Scale;
  readonly strip?: TipStrip | undefined;
}

function marks(spec: ChartSpec, series: Series, {x, y, strip}: MarkOptions): Markup[] {
  const {points, provenance, shade} = series;
  return points.map((point) => {
    const words = pointText(spec, point, provenance);
    const title = strip && markup`<title>${pointSentence(words)}</title>`;
    return markup`${point.interval && whisker(point.interval, x(point.x), y, series)}<path class="mark mark-${provenance}" data-key=${point.key} tabindex=${strip?.tabindex ?? "-1"} role="img" aria-label=${pointSentence(words)} transform="translate(${x(point.x)},${y(point.y)})" d=${markPath(provenance, shade)} style=${`--colour: ${colourOf(series)}`}>${title}</path>${strip?.tip(words)}`;
  });
}

/** Room below a chart for the words of the mark that is pointed at. */
interface TipStrip {
  readonly height: number;
  readonly hint: Markup;
  /** Marks are reached by the keyboard as long as they are few: all numbers stand in a table too. */
  readonly tabindex: "0" | "-1";
  tip(words: PointText): Markup;
}

/** Most marks that a keyboard is led through, one by one. */
const MOST_STOPS = 24;
/** Pixels between two lines of words. */
const TIP_LINE = 15;

function tipStrip(spec: ChartSpec, width: number, height: number): TipStrip {
  const isNarrow = width < 480;
  const [x, y] = [4, height + 14];
  const line = (text: string, i: number) =>
    markup`<tspan x=${x} dy=${i === 0 ? 0 : TIP_LINE}>${text}</tspan>`;
  const stops = spec.series.filter(isMarked).reduce((sum, {points}) => sum + points.length, 0);
  return {
    height: TIP_LINE * (isNarrow ? 4 : 2) + 6,
    hint: markup`<text class="tip-hint" x=${x} y=${y} aria-hidden="true">Point at a mark, or touch it, for its numbers.</text>`,
    tabindex: stops <= MOST_STOPS ? "0" : "-1",
    tip({title, provenance, lines}) {
      const own = isNarrow ? lines : [lines.join("; ")];
      return markup`<text class="tip" x=${x} y=${y} aria-hidden="true">${[`${title}, ${provenance}`, ...own].map(line)}</text>`;
    },
  };
}

function whisker([low, high]: readonly [number, number], x: number, y: Scale, look: Look): Markup {
  return markup`<path class="whisker" d=${`M${x - 3},${y(low)}h6m-3,0V${y(high)}m-3,0h6`} style=${`stroke: ${colourOf(look)}`} />`;
}

/** The chart with as many names as a narrow screen has room for, the first ones first. */
const firstNames = (spec: ChartSpec): ChartSpec => ({
  ...spec,
  labelled: new Set([...(spec.labelled ?? [])].slice(0, MOST_NAMES)),
});

/** The chart without the names that its inset shows. */
function withoutLabels(spec: ChartSpec, inset: Inset): ChartSpec {
  const shown = new Set(inset.spec.series.flatMap(({points}) => points.map(({key}) => key)));
  return {...spec, labelled: new Set([...(spec.labelled ?? [])].filter((key) => !shown.has(key)))};
}

/** The ground of an inset: a frame around the crowd, one around its larger drawing, and axes of its own. */
function insetFrame({spec, from, to, x, y}: Inset): Markup {
  const frame = ({left, right, top, bottom}: Box) => ({
    left,
    top,
    width: right - left,
    height: bottom - top,
  });
  const [small, large] = [frame(from), frame(to)];
  return markup`<g class="inset" aria-hidden="true">
    <path d=${insetLeaders(from, to)} />
    <rect x=${small.left} y=${small.top} width=${small.width} height=${small.height} fill="none" />
    <rect class="ground" x=${large.left} y=${large.top} width=${large.width} height=${large.height} />
    ${x.ticks.map((tick) => markup`<text x=${x(tick)} y=${to.bottom - 8} text-anchor="middle">${x.tickText(tick)}</text>`)}
    ${y.ticks.map((tick) => markup`<text x=${to.left + 5} y=${y(tick)} dy="0.32em">${y.tickText(tick)}</text>`)}
    ${labels(spec, x, y, {left: to.left + 34, right: to.right - 2, top: to.top, bottom: to.bottom - 18})}</g>`;
}

function labels(spec: ChartSpec, x: Scale, y: Scale, room: LabelRoom): Markup[] {
  return placeLabels(spec, x, y, room).map(({point, text, place, dx, dy}) => {
    const [cx, cy] = [x(point.x), y(point.y)];
    const leader =
      place === "away" && markup`<path class="leader" d=${`M${cx},${cy}L${cx + dx},${cy + dy}`} />`;
    return markup`${leader || null}<text class="label" x=${cx + dx} y=${cy + dy} dy="0.32em" text-anchor=${dx > 0 ? "start" : "end"}>${text}</text>`;
  });
}

/** The words on the better corner, and where they begin. */
function cornerText(spec: ChartSpec, width: number, height: number) {
  const top = spec.better === "top left";
  return {
    text: betterText(spec, width),
    x: margin.left + 6,
    y: top ? margin.top + 12 : height - margin.bottom - 10,
  };
}

/** The place of the words on the better corner; none where a mark or an inset stands on it: that is what must be read. */
function cornerBox(
  spec: ChartSpec,
  scales: ReturnType<typeof chartScales>,
  width: number,
  height: number,
  inset: Box | undefined,
): Box | undefined {
  if (spec.better === undefined) return undefined;
  const {text, x, y} = cornerText(spec, width, height);
  const right = x + 7 * text.length + 6;
  if (inset && inset.left < right && inset.top < y && inset.bottom > y - 12) return undefined;
  const isTaken = spec.series
    .filter(isMarked)
    .flatMap(({points}) => points)
    .some((point) => {
      const [cx, cy] = [scales.x(point.x), scales.y(point.y)];
      return cx > x - 6 && cx < right && cy > y - 17 && cy < y + 9;
    });
  return isTaken ? undefined : {left: x, right, top: y - 11, bottom: y + 3};
}

/** A rectangle with some room around it. */
const grown = ({left, right, top, bottom}: Box, by: number): Box => ({
  left: left - by,
  right: right + by,
  top: top - by,
  bottom: bottom + by,
});

function corner(spec: ChartSpec, width: number, height: number): Markup {
  const {text, x, y} = cornerText(spec, width, height);
  return markup`<text class="corner" x=${x} y=${y}>${text}</text>`;
}
