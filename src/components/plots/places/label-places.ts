import {type ChartSpec, isMarked, labelsOf, type Point, type Series} from "../chart/chart-spec.js";
import {namePoints} from "./name-points.js";
import {type Box, crosses, joinSegments, type Segment, type ToPixel, whiskerSegments} from "./segments.js";

/** Place of a label around its mark, in the words that Plotly uses too. */
export type LabelPlace = `${"top" | "middle" | "bottom"} ${"left" | "right"}`;

/** A label that found room. */
export interface PlacedLabel {
  readonly point: Point;
  readonly text: string;
  /** Beside its mark, or away from it at the end of a leader line. */
  readonly place: LabelPlace | "away";
  /** From the mark's centre to the side of the label that faces it, in pixels. */
  readonly dx: number;
  readonly dy: number;
}

/** The room that labels may take, in pixels. */
export interface LabelRoom {
  readonly left: number;
  readonly right: number;
  readonly top?: number;
  readonly bottom?: number;
  /** Parts that labels leave free. */
  readonly without?: readonly Box[];
}

const characterWidth = 6.8;
const lineHeight = 13;
/** From a mark's centre to a label beside it, and the rise of a label above or below. */
const gap = {x: 9, y: 13};
const markRadius = 6;
/** From a name at the end of a leader line to a mark that it must not seem to name. */
const AWAY_CLEARANCE = 14;
/** The corners before the sides: a front leaves its points to the right and comes from below. */
const places: readonly LabelPlace[] = [
  "middle right",
  "top left",
  "bottom right",
  "top right",
  "middle left",
  "bottom left",
];

/** Offsets of labels at the end of a leader line, the nearest first. */
const AWAY: readonly Offset[] = [26, 40, 56, 74, 96, 120].flatMap((radius) =>
  Array.from({length: 16}, (_, i) => {
    const angle = ((i + 0.5) * Math.PI) / 8;
    return {place: "away", dx: radius * Math.cos(angle), dy: radius * Math.sin(angle)} as const;
  }),
);

type Offset = Pick<PlacedLabel, "place" | "dx" | "dy">;

/**
 * The labels of a chart that cover neither one another nor another mark, the first ones first: what finds no room beside
 * its mark stands at the end of a leader line, and what finds none there is left to the list of points. A join or an
 * interval is crossed only where every other place is taken. `x` and `y` give places in pixels.
 */
export function placeLabels(
  spec: ChartSpec,
  x: ToPixel,
  y: ToPixel,
  {left, right, top = Number.NEGATIVE_INFINITY, bottom = Number.POSITIVE_INFINITY, without = []}: LabelRoom,
): PlacedLabel[] {
  const marks = spec.series.filter(isMarked).flatMap(({points}) => points);
  const joins = [...joinSegments(spec, x, y), ...whiskerSegments(spec, x, y)];
  const near = places.map((place): Offset => ({place, ...labelOffset(place)}));
  const taken: Box[] = [...without];
  const leaders: Segment[] = [];
  const placed: PlacedLabel[] = [];

  /** Places that a label finds at a point, with more and more freedom to cross joins. */
  function placesAt(point: Point, text: string) {
    const [cx, cy] = [x(point.x), y(point.y)];
    const isFree = ({dx, dy, place}: Offset, clearance = markRadius) => {
      const box = labelBox({dx, dy}, text, cx, cy);
      const inside = box.left >= left && box.right <= right && box.top >= top && box.bottom <= bottom;
      return (
        inside &&
        !taken.some((other) => overlap(box, other)) &&
        !leaders.some((leader) => crosses(box, leader)) &&
        !marks.some((mark) => covers(box, x(mark.x), y(mark.y), clearance) && !samePlace(mark, point)) &&
        !(place === "away" && taken.some((other) => crosses(other, [cx, cy, cx + dx, cy + dy])))
      );
    };
    const clear = (offset: Offset) => {
      const box = labelBox(offset, text, cx, cy);
      return !joins.some((join) => crosses(box, join));
    };
    const label = (found: Offset | undefined): PlacedLabel | undefined => found && {point, text, ...found};
    return {
      beside: () => label(near.find((offset) => isFree(offset) && clear(offset))),
      away: () => label(AWAY.find((offset) => isFree(offset, AWAY_CLEARANCE) && clear(offset))),
      onJoin: () => label(near.find((offset) => isFree(offset))),
      anywhere: () => label(AWAY.find((offset) => isFree(offset))),
    };
  }

  function placeMark(point: Point, text: string): PlacedLabel | undefined {
    const {beside, onJoin, away} = placesAt(point, text);
    return beside() ?? onJoin() ?? away();
  }

  /** A name on no join is worth another place along its line; a line without its name says nothing. */
  function placeLine(line: Series, text: string): PlacedLabel | undefined {
    const {apart, all} = namePoints(line, spec, x, y);
    return (
      firstOf(apart, (point) => placesAt(point, text).beside()) ??
      firstOf(all, (point) => placesAt(point, text).away()) ??
      firstOf(all, (point) => placesAt(point, text).onJoin()) ??
      firstOf(all, (point) => placesAt(point, text).anywhere())
    );
  }

  for (const {line, point, text} of orderedLabels(spec)) {
    const found = line === undefined ? placeMark(point, text) : placeLine(line, text);
    if (found === undefined) continue;
    const {dx, dy, place} = found;
    const [cx, cy] = [x(found.point.x), y(found.point.y)];
    taken.push(labelBox(found, text, cx, cy));
    if (place === "away") leaders.push([cx, cy, cx + dx, cy + dy]);
    placed.push(found);
  }
  return placed;
}

/** The first result that there is. */
function firstOf<T, R>(items: readonly T[], result: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = result(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names of lines first, then marks in the order in which the chart wants them labelled. */
function orderedLabels({series, labelled = new Set()}: ChartSpec) {
  const order = new Map([...labelled].map((key, i) => [key, i]));
  return series
    .flatMap((each) =>
      labelsOf(each, labelled).map((label) => ({...label, ...(each.join !== undefined && {line: each})})),
    )
    .sort(
      (a, b) =>
        Number(b.line !== undefined) - Number(a.line !== undefined) ||
        (order.get(a.point.key) ?? 0) - (order.get(b.point.key) ?? 0),
    );
}

/** The place of a label's text relative to its mark: offsets in pixels. */
function labelOffset(place: LabelPlace): {readonly dx: number; readonly dy: number} {
  const side = place.endsWith("right") ? 1 : -1;
  if (place.startsWith("middle")) return {dx: side * gap.x, dy: 0};
  return {dx: (side * gap.x) / 2, dy: place.startsWith("top") ? -gap.y : gap.y};
}

function labelBox({dx, dy}: Pick<Offset, "dx" | "dy">, text: string, x: number, y: number): Box {
  const width = text.length * characterWidth;
  const left = dx > 0 ? x + dx : x + dx - width;
  return {left, right: left + width, top: y + dy - lineHeight / 2, bottom: y + dy + lineHeight / 2};
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const covers = (box: Box, x: number, y: number, radius: number): boolean =>
  overlap(box, {left: x - radius, right: x + radius, top: y - radius, bottom: y + radius});

const samePlace = (a: Point, b: Point): boolean => a.x === b.x && a.y === b.y;
