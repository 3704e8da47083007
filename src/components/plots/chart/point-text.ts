import type {Provenance} from "../../../lib/experiment/provenance.js";
import {numberText} from "../../kit/text/number-text.js";
import type {Axis, ChartSpec, Point} from "./chart-spec.js";

/** A point in words: what a tooltip, a screen reader and the explored figure give of it. */
export interface PointText {
  readonly title: string;
  readonly provenance: Provenance;
  /** Quantities with their units, a line each. */
  readonly lines: readonly string[];
}

/** Words of a point: its name, where it comes from, both quantities to three significant digits, its interval. */
export function pointText({x, y}: ChartSpec, point: Point, provenance: Provenance): PointText {
  const line = ({label, unit}: Axis, value: number) =>
    `${label}: ${numberText(value, 3)}${unit ? ` ${unit}` : ""}`;
  const within = point.interval && `95 %: ${point.interval.map((end) => numberText(end, 3)).join(" to ")}`;
  return {
    title: point.label,
    provenance,
    lines: [line(x, point.x), line(y, point.y), ...(within ? [within] : [])],
  };
}

/** The same in one sentence. */
export const pointSentence = ({title, provenance, lines}: PointText): string =>
  `${title}, ${provenance}: ${lines.join("; ")}`;
