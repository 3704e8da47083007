import {largest, smallest} from "../../../lib/stats/extent.js";
import type {ChartSpec} from "../chart/chart-spec.js";

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The place of a value in pixels. */
export type ToPixel = (value: number) => number;

/** A straight piece of a line, in pixels. */
export type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

/** The straight pieces of the joins of a chart, in pixels. */
export function joinSegments({series}: ChartSpec, x: ToPixel, y: ToPixel) {
  return series.flatMap(({join, points}) =>
    join === undefined
      ? []
      : points.slice(1).flatMap((to, i): Segment[] => {
          const [x1, y1, x2, y2] = [x(points[i].x), y(points[i].y), x(to.x), y(to.y)];
          return join === "front"
            ? [
                [x1, y1, x2, y1],
                [x2, y1, x2, y2],
              ]
            : [[x1, y1, x2, y2]];
        }),
  );
}

/** The vertical lines of the intervals of a chart, in pixels. */
export const whiskerSegments = ({series}: ChartSpec, x: ToPixel, y: ToPixel): Segment[] =>
  series.flatMap(({points}) =>
    points.flatMap(({x: px, interval}): Segment[] =>
      interval ? [[x(px), y(interval[0]), x(px), y(interval[1])]] : [],
    ),
  );

/** True if a segment enters a box: it is cut to the box's width, then to its height (Liang and Barsky). */
export function crosses(box: Box, [x1, y1, x2, y2]: Segment): boolean {
  let [from, to] = [0, 1];
  for (const [start, step, low, high] of [
    [x1, x2 - x1, box.left, box.right],
    [y1, y2 - y1, box.top, box.bottom],
  ] as const) {
    if (step === 0) {
      if (start <= low || start >= high) return false;
      continue;
    }
    const ends = [(low - start) / step, (high - start) / step];
    from = Math.max(from, smallest(ends));
    to = Math.min(to, largest(ends));
  }
  return from < to;
}

/** Distance of a place from a segment. */
export function distance(x: number, y: number, [x1, y1, x2, y2]: Segment): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = dx === 0 && dy === 0 ? 0 : ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy);
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(x - x1 - share * dx, y - y1 - share * dy);
}
