import {smallest} from "../../../lib/stats/extent.js";
import {type ChartSpec, labelsOf, type Point, type Series} from "../chart/chart-spec.js";
import {distance, joinSegments, type ToPixel} from "./segments.js";

/** Nearer than this to another line, an end does not show which of the two a name belongs to, in pixels. */
const APART = 13;

/** Points of a line at which its name may stand, the best first. */
export interface NamePoints {
  /** Those at which no other line is so near that a name beside them could be its own. */
  readonly apart: readonly Point[];
  readonly all: readonly Point[];
}

/**
 * The points of a line at which its name may stand: its end, unless another line ends or passes there; then its points from
 * the farthest from all others to the nearest.
 */
export function namePoints(line: Series, spec: ChartSpec, x: ToPixel, y: ToPixel): NamePoints {
  const others = {...spec, series: spec.series.filter((each) => each !== line && isNamed(each))};
  const joins = joinSegments(others, x, y);
  const room = ({x: px, y: py}: Point) =>
    smallest([...joins.map((join) => distance(x(px), y(py), join)), Number.MAX_VALUE]);
  const ends = labelsOf(line).map(({point}) => point);
  const byRoom = line.points
    .map((point) => ({point, room: room(point)}))
    .sort((a, b) => b.room - a.room)
    .map(({point}) => point);
  // Lines that lie on one another all along are named at their ends.
  const isHidden = byRoom.every((point) => room(point) < APART / 2);
  const isTold = isHidden || ends.every((end) => room(end) >= APART);
  const all = isTold ? [...ends, ...byRoom] : [...byRoom, ...ends];
  return {all, apart: isHidden ? all : all.filter((point) => room(point) >= APART)};
}

const isNamed = ({join}: Series): boolean => join === "line" || join === "guide";
