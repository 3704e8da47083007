import type {Provenance} from "../../../lib/experiment/provenance.js";
import type {Look} from "../palette.js";

export interface Axis {
  readonly label: string;
  readonly unit?: string;
  readonly log?: boolean;
  /** The values to name on the axis, where round ones would say nothing. */
  readonly ticks?: readonly number[];
}

/** One mark; points of one `key` are the same thing in every figure of a page. */
export interface Point {
  readonly key: string;
  /** Name of the point beside its mark and in the list of points. */
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** The ends of an interval around y, drawn as a line through the mark. */
  readonly interval?: readonly [low: number, high: number];
}

/** Points of one colour and one provenance; by that, points of different provenance are never joined. */
export interface Series extends Look {
  readonly name: string;
  readonly provenance: Provenance;
  readonly points: readonly Point[];
  /**
   * How the points are joined: `line` is named at its end; `front` draws the steps of a Pareto front and `guide` a
   * named line to compare with, both without marks.
   */
  readonly join?: "line" | "front" | "guide";
  /** Marks that stand beside others of the same keys, which bear the names. */
  readonly unnamed?: boolean;
}

/** A figure as data: what it asks, what it finds, what it shows. How it is drawn is said elsewhere, once for all. */
export interface ChartSpec {
  readonly question: string;
  /** The finding in a sentence. */
  readonly finding: string;
  readonly x: Axis;
  readonly y: Axis;
  /** The corner where cheap meets good. */
  readonly better?: "top left" | "bottom left";
  /** Both merits of that corner in words. */
  readonly merits?: string;
  readonly series: readonly Series[];
  /** Keys whose labels stand beside their marks where there is room, the first ones first. */
  readonly labelled?: ReadonlySet<string>;
}

/** `label (unit)`, and that it is logarithmic if it is. */
export function axisTitle({label, unit, log}: Axis): string {
  return `${label}${unit ? ` (${unit})` : ""}${log ? ", logarithmic" : ""}`;
}

/** The title of an axis and its arrow in a room of `width` pixels: without the word on its scale, or set closer, if it must. */
export function fittedTitle(
  axis: Axis,
  width: number,
): {readonly text: string; readonly length: number | null} {
  const widthOf = (text: string) => (text.length + 2) * 6.2;
  const whole = axisTitle(axis);
  if (widthOf(whole) <= width) return {text: whole, length: null};
  const text = axisTitle({...axis, log: false});
  return {text, length: widthOf(text) <= width ? null : width};
}

/** The words on the better corner; its arrow and no merits where the chart is narrow. */
export function betterText({better, merits}: ChartSpec, width: number): string {
  return `${better === "top left" ? "↖" : "↙"} better${merits && width > 480 ? `: ${merits}` : ""}`;
}

/** The provenances in a figure, each once: what a legend lists. */
export function provenancesOf(spec: ChartSpec): Provenance[] {
  return [...new Set(spec.series.map(({provenance}) => provenance))];
}

/** True if a series has marks of its own, which can be touched. */
export function isMarked({join}: Series): boolean {
  return join === undefined || join === "line";
}

/** The labels a series shows: the marks that are to be labelled, and its own name at the end of a line. */
export function labelsOf(
  {join, name, points, unnamed = false}: Series,
  labelled: ReadonlySet<string> = new Set(),
): {readonly point: Point; readonly text: string}[] {
  if (join === "front" || unnamed) return [];
  if (join === "line" || join === "guide") {
    const [first, ...rest] = points;
    if (first === undefined) return [];
    return [{point: rest.reduce((end, point) => (point.x > end.x ? point : end), first), text: name}];
  }
  return points.filter(({key}) => labelled.has(key)).map((point) => ({point, text: point.label}));
}
