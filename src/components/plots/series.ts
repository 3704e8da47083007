import type {FormatFamily} from "../../lib/formats/format.js";
import type {Point, Series} from "./chart-spec.js";

/** Points grouped by a name, in the order in which the names come. */
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

/** A measured point of a format, with the family that gives it its colour. */
export interface FormatPoint extends Point {
  readonly family: string;
}

/** One series of marks a family. */
export function seriesByFamily(points: readonly FormatPoint[]): Series[] {
  return Array.from(
    grouped(points, ({family}) => family),
    ([family, points]) => ({
      name: family,
      family: family as FormatFamily,
      provenance: "measured",
      points,
    }),
  );
}

/** The steps of a Pareto front. */
export function frontSeries(points: readonly Point[]): Series {
  return {name: "Pareto front", family: "baseline", provenance: "measured", join: "front", points};
}
