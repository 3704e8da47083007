import {type ChartSpec, labelsOf, type Point} from "./chart-spec.js";

/** A label that found room: beside its mark, on this side. */
export interface PlacedLabel {
  readonly point: Point;
  readonly text: string;
  readonly side: "right" | "left";
}

const characterWidth = 6.8;
const lineHeight = 13;
const gap = 9;

/**
 * The labels of a chart that do not cover one another, the first ones first: what finds no room is left to the
 * list of points. `x` and `y` give places in pixels.
 */
export function placeLabels(
  spec: ChartSpec,
  x: (value: number) => number,
  y: (value: number) => number,
  width: number,
): PlacedLabel[] {
  const taken: {left: number; right: number; y: number}[] = [];
  const placed: PlacedLabel[] = [];
  for (const {point, text} of spec.series.flatMap((series) => labelsOf(series, spec.labelled))) {
    const size = text.length * characterWidth;
    const right = {side: "right" as const, left: x(point.x) + gap, y: y(point.y)};
    const left = {side: "left" as const, left: x(point.x) - gap - size, y: y(point.y)};
    const found = [right, left].find(
      (place) =>
        place.left >= 0 &&
        place.left + size <= width &&
        !taken.some(
          (other) =>
            Math.abs(other.y - place.y) < lineHeight &&
            other.left < place.left + size &&
            place.left < other.right,
        ),
    );
    if (found === undefined) continue;
    taken.push({left: found.left, right: found.left + size, y: found.y});
    placed.push({point, text, side: found.side});
  }
  return placed;
}
