import {largest, smallest} from "../../../lib/stats/extent.js";
import {type ChartSpec, isMarked, type Point, type Series} from "../chart/chart-spec.js";
import {makeScale, type Scale} from "./scale.js";
import {type Box, crosses, joinSegments, whiskerSegments} from "./segments.js";

/** A part of a chart, drawn once more and larger. */
export interface Inset {
  /** The part: its marks, and joins that cross it. */
  readonly spec: ChartSpec;
  /** Where the part stands in the chart. */
  readonly from: Box;
  /** Where it is drawn larger. */
  readonly to: Box;
  readonly x: Scale;
  readonly y: Scale;
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

/** Marks that stand in a part of a chart this wide and high, as shares of the plot, crowd from this number on. */
const CROWD = {width: 0.16, height: 0.36, marks: 6} as const;
/** The size of the inset, as shares of the plot. */
const SIZE = {width: 0.38, height: 0.5} as const;
const PAD = 8;
/** Marks of an inset that there is room to name. */
const FEW = 12;
const inside = ({left, right, top, bottom}: Box, x: number, y: number) =>
  x >= left && x <= right && y >= top && y <= bottom;

/**
 * An inset for the marks of a chart that crowd, in a corner where it covers neither marks, their intervals nor joins; none
 * where no marks crowd, where lines already tell them apart, or where no corner is free. `plot` is the area between the
 * axes.
 */
export function insetOf(spec: ChartSpec, {x, y}: Scales, plot: Box): Inset | undefined {
  if (spec.series.some(({join}) => join === "line")) return undefined;
  const points = spec.series.filter(isMarked).flatMap((series) => series.points);
  const places = points.map((point) => ({x: x(point.x), y: y(point.y)}));
  const crowd = densest(places, plot);
  if (crowd === undefined) return undefined;
  const to = freeCorner(spec, {x, y}, places, plot);
  if (to === undefined) return undefined;
  const inner = {left: to.left + 40, right: to.right - 12, top: to.top + 14, bottom: to.bottom - 24};
  const within = (point: Point) => inside(crowd, x(point.x), y(point.y));
  const series = spec.series
    .filter(isMarked)
    .map((each): Series => ({...each, points: each.points.filter(within)}))
    .filter((each) => each.points.length > 0);
  const shown = series.flatMap((each) => each.points);
  return {
    spec: {...spec, series, labelled: namesIn(spec, shown)},
    from: crowd,
    to,
    x: scaleOf(
      shown.map((point) => point.x),
      [inner.left, inner.right],
      spec.x.log,
    ),
    y: scaleOf(
      shown.map((point) => point.y),
      [inner.bottom, inner.top],
      spec.y.log,
    ),
  };
}

/** Two lines from the crowd to its larger drawing, between the sides that face each other. */
export function insetLeaders(from: Box, to: Box): string {
  if (to.left > from.right || to.right < from.left) {
    const [start, end] = to.left > from.right ? [from.right, to.left] : [from.left, to.right];
    return `M${start},${from.top}L${end},${to.top}M${start},${from.bottom}L${end},${to.bottom}`;
  }
  const [start, end] = to.top > from.top ? [from.bottom, to.top] : [from.top, to.bottom];
  return `M${from.left},${start}L${to.left},${end}M${from.right},${start}L${to.right},${end}`;
}

/** What an inset names: what the chart wants named first, and all of its marks if they are few. */
function namesIn({labelled = new Set()}: ChartSpec, shown: readonly Point[]): ReadonlySet<string> {
  return new Set([...labelled, ...(shown.length <= FEW ? shown.map(({key}) => key) : [])]);
}

function scaleOf(values: readonly number[], range: readonly [number, number], log = false): Scale {
  const [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const pad = log ? (high / low) ** 0.12 : 0.12 * (high - low);
  return makeScale(log ? [low / pad, high * pad] : [low - pad, high + pad], range, {log, count: 3});
}

/** The smallest frame around the largest crowd. */
function densest(places: readonly {readonly x: number; readonly y: number}[], plot: Box): Box | undefined {
  const width = CROWD.width * (plot.right - plot.left);
  const height = CROWD.height * (plot.bottom - plot.top);
  let most: readonly {readonly x: number; readonly y: number}[] = [];
  for (const {x: left} of places) {
    const column = places.filter(({x}) => x >= left && x <= left + width);
    for (const {y: top} of column) {
      const own = column.filter(({y}) => y >= top && y <= top + height);
      if (own.length > most.length) most = own;
    }
  }
  const distinct = new Set(most.map(({x, y}) => `${Math.round(x)},${Math.round(y)}`));
  if (distinct.size < CROWD.marks || most.length > 0.8 * places.length) return undefined;
  const [xs, ys] = [most.map(({x}) => x), most.map(({y}) => y)];
  return {
    left: smallest(xs) - PAD,
    right: largest(xs) + PAD,
    top: smallest(ys) - PAD,
    bottom: largest(ys) + PAD,
  };
}

/** The first corner of the plot that has room, none of them where a mark, an interval or a join would be covered. */
function freeCorner(
  spec: ChartSpec,
  {x, y}: Scales,
  places: readonly {readonly x: number; readonly y: number}[],
  plot: Box,
): Box | undefined {
  const width = SIZE.width * (plot.right - plot.left);
  const height = SIZE.height * (plot.bottom - plot.top);
  const bottom = {top: plot.bottom - height - PAD, bottom: plot.bottom - PAD};
  const top = {top: plot.top + PAD, bottom: plot.top + PAD + height};
  const right = {left: plot.right - width, right: plot.right};
  const left = {left: plot.left + PAD, right: plot.left + PAD + width};
  const corners = [
    {...right, ...bottom},
    {...right, ...top},
    {...left, ...bottom},
    {...left, ...top},
  ];
  // The words on the better corner give way only where no other corner is free.
  if (spec.better === "bottom left") corners.push(corners.splice(2, 1)[0]);
  const lines = [...joinSegments(spec, x, y), ...whiskerSegments(spec, x, y)];
  return corners.find((corner) => {
    const room = {
      left: corner.left - PAD,
      right: corner.right + PAD,
      top: corner.top - PAD,
      bottom: corner.bottom + PAD,
    };
    const isFree = !places.some((each) => inside(room, each.x, each.y));
    return isFree && !lines.some((line) => crosses(room, line));
  });
}
