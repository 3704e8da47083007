import type {Provenance} from "../../../lib/experiment/provenance.js";
import {type ChartSpec, isMarked, type Point} from "../chart/chart-spec.js";
import type {Scale} from "./scale.js";

/** A mark of a drawing: its point and its centre in pixels. */
export interface MarkPlace {
  readonly point: Point;
  readonly provenance: Provenance;
  readonly x: number;
  readonly y: number;
}

/** The marks of a chart in the order in which they are drawn. */
export function markPlaces(spec: ChartSpec, {x, y}: {readonly x: Scale; readonly y: Scale}): MarkPlace[] {
  return spec.series
    .filter(isMarked)
    .flatMap(({points, provenance}) =>
      points.map((point) => ({point, provenance, x: x(point.x), y: y(point.y)})),
    );
}

/** The place in the list of the mark nearest to a pixel and at most `reach` pixels away; -1 for none. */
export function nearestMark(
  marks: readonly {readonly x: number; readonly y: number}[],
  at: {readonly x: number; readonly y: number},
  reach: number,
): number {
  let [best, least] = [-1, reach];
  marks.forEach((mark, i) => {
    const distance = Math.hypot(mark.x - at.x, mark.y - at.y);
    // Of marks on one place the one drawn last is on top.
    if (distance <= least) [best, least] = [i, distance];
  });
  return best;
}

/** Keys that go from mark to mark: along which axis, and which way. */
const MOVES: Readonly<Record<string, readonly [axis: "x" | "y", step: 1 | -1]>> = {
  ArrowRight: ["x", 1],
  ArrowLeft: ["x", -1],
  ArrowUp: ["y", -1],
  ArrowDown: ["y", 1],
};

/**
 * The mark that a key leads to: an arrow to the next one in its direction, Home and End to the leftmost and rightmost;
 * at an end it stays. Undefined for any other key.
 */
export function markAfter(
  marks: readonly {readonly x: number; readonly y: number}[],
  from: number,
  key: string,
): number | undefined {
  const move = MOVES[key];
  const axis = move?.[0] ?? "x";
  const order = marks.map((_, i) => i).sort((a, b) => marks[a][axis] - marks[b][axis] || a - b);
  if (key === "Home") return order[0];
  if (key === "End") return order.at(-1);
  return move && (order[order.indexOf(from) + move[1]] ?? from);
}
