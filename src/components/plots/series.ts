import type {Provenance} from "../../lib/experiment/provenance.js";
import {largest, smallest} from "../../lib/stats/extent.js";
import {FAMILIES} from "../../lib/technique/families.js";
import {numberText} from "../kit/text/number-text.js";
import type {Point, Series} from "./chart/chart-spec.js";
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

/** The series of a family of formats as a whole, in its own hue. */
export function ofFamily(id: string): Look & {readonly name: string} {
  const family = isFamily(id) ? id : "baseline";
  return {name: family === "baseline" ? "unquantized" : FAMILIES[family], family, shade: 0};
}

/** Addition to a sentence that names the best of several by the documents that its loss is measured on. */
export const PICKED =
  "It was chosen on the documents on which its loss is measured, so it is a candidate and not a recommendation.";

/** Ticks of an axis of bits for a number: sizes that formats have. */
export const BIT_TICKS = [1, 2, 3, 4, 6, 8, 16, 32] as const;

/** The ends of an interval, above zero, which a logarithmic axis lacks; nothing where they are not known. */
export function intervalOn(
  value: number,
  low: number | null,
  high: number | null,
): readonly [low: number, high: number] | undefined {
  return low === null || high === null ? undefined : [Math.max(low, value / 10), high];
}

/** Perplexity beside a baseline's, as rows of quality have it. */
interface PerplexityCells {
  readonly perplexity: number;
  readonly difference: number;
  readonly differenceLow: number | null;
  readonly differenceHigh: number | null;
}

/** The interval of the paired difference to the baseline, around the perplexity. */
export function perplexityInterval(row: PerplexityCells): readonly [low: number, high: number] | undefined {
  const {perplexity, difference, differenceLow, differenceHigh} = row;
  if (differenceLow === null || differenceHigh === null) return undefined;
  const baseline = perplexity - difference;
  return intervalOn(perplexity, baseline + differenceLow, baseline + differenceHigh);
}

/** A measured number and its interval in words; the number alone where there is none. */
export function intervalText(value: number, low: number | null, high: number | null): string {
  if (low === null || high === null) return numberText(value, 3);
  return `${numberText(value, 3)} (${numberText(low, 2)} to ${numberText(high, 2)})`;
}

/** The change of perplexity of a row, with its interval. */
export const differenceText = ({difference, differenceLow, differenceHigh}: PerplexityCells): string =>
  intervalText(difference, differenceLow, differenceHigh);

/** A line between marks to compare with, grey unless it belongs to a technique. */
export function guide(
  name: string,
  provenance: Provenance,
  ends: readonly {readonly x: number; readonly y: number}[],
  look: Look = {family: "baseline", shade: 0},
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
      [smallest(xs), largest(xs)].map((x) => ({x, y})),
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
