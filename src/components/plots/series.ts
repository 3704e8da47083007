import type {Provenance} from "../../lib/experiment/provenance.js";
import {FAMILIES} from "../../lib/technique/families.js";
import type {Point, Series} from "./chart-spec.js";
import {isFamily, type Look, looksOf} from "./palette.js";

/** Items grouped by a name, in the order in which the names come. */
export function grouped<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

/** The series of a family as a whole, in its own hue. */
export function ofFamily(id: string): Look & {readonly name: string} {
  const family = isFamily(id) ? id : "baseline";
  return {name: FAMILIES[family], family, shade: 0};
}

/** Standard errors on each side of a 95 % interval. */
export const Z95 = 1.96;

/** The 95 % interval of a standard error around a value; its end stays above zero, which a logarithmic axis lacks. */
export function intervalAround(value: number, error: number | null): readonly [low: number, high: number] {
  const half = Z95 * (error ?? 0);
  return [Math.max(value - half, value / 10), value + half];
}

/** A line between marks to compare with, grey unless it belongs to a technique. */
export function guide(
  name: string,
  provenance: Provenance,
  ends: readonly {readonly x: number; readonly y: number}[],
  look: Look = {family: "baseline"},
): Series {
  const points = ends.map(({x, y}): Point => ({key: `${name} at ${x}`, label: name, x, y}));
  return {name, ...look, provenance, join: "guide", points};
}

/** A level line over all points; none where there are none. */
export function level(
  name: string,
  provenance: Provenance,
  y: number | undefined,
  points: readonly {readonly x: number}[],
): Series[] {
  if (y === undefined || points.length === 0) return [];
  const xs = points.map(({x}) => x);
  return [
    guide(
      name,
      provenance,
      [Math.min(...xs), Math.max(...xs)].map((x) => ({x, y})),
    ),
  ];
}

/** The steps of a Pareto front. */
export function frontSeries(points: readonly Point[], provenance: Provenance): Series {
  return {name: "Pareto front", family: "baseline", provenance, join: "front", points};
}

/** One colour for each name of a figure: those of one family take its shades in turn. */
export function shaded(series: readonly Series[]): Series[] {
  const open = series.filter(({join, shade}) => join !== "front" && shade === undefined);
  const looks = looksOf(
    open,
    ({name}) => name,
    ({family}) => family,
  );
  return series.map((each) => (open.includes(each) ? {...each, ...looks.get(each.name)} : each));
}
