import type {Provenance} from "../../lib/experiment/provenance.js";
import type {Axis, ChartSpec, Series} from "./chart/chart-spec.js";
import type {Drawn, FigureSpec, Given, Measure, RowPoint} from "./figure-spec.js";
import {paretoFront} from "./pareto.js";
import {frontSeries, grouped, shaded} from "./series.js";

/** A figure as data: rows and their setting, drawn by the specification of what stands against what. */
export function drawFigure<R extends {readonly provenance: Provenance}, P>(
  spec: FigureSpec<R, P>,
  all: readonly R[],
  params: P,
  join?: "line",
): ChartSpec {
  const rows = spec.drawn?.(all, params) ?? all;
  const given = <T>(value: Given<T, R, P>): T =>
    typeof value === "function" ? (value as (rows: readonly R[], params: P) => T)(rows, params) : value;
  const [x, y, better] = [given(spec.x), given(spec.y), given(spec.better)];
  const points = rows.flatMap((row) => pointOf(row, all, spec, x, y));
  const candidates = spec.front ? points.filter(({row}) => spec.front?.(row)) : [];
  const drawn: Drawn<R> = {rows, points, front: paretoFront(candidates, better === "top left")};
  const labelled = spec.labelled?.(drawn, params);
  return {
    question: given(spec.question),
    finding: spec.finding(drawn, params, all),
    x: axisOf(x),
    y: axisOf(y),
    ...(better && {better}),
    ...(spec.merits && {merits: spec.merits}),
    series: shaded([
      ...(spec.front ? [frontSeries(drawn.front, frontProvenance(drawn.front, x, y))] : []),
      ...(spec.guides?.(drawn, params, all) ?? []),
      ...pointSeries(points, all, spec, x, y, join),
    ]),
    ...(labelled && {labelled: new Set(labelled)}),
  };
}

const axisOf = ({label, unit, log, ticks}: Axis): Axis => ({
  label,
  ...(unit !== undefined && {unit}),
  ...(log !== undefined && {log}),
  ...(ticks && {ticks}),
});

/** The point of a row; none where a cell is empty or its axis has no place for it. */
function pointOf<R, P>(
  row: R,
  all: readonly R[],
  {key, label = key, interval}: FigureSpec<R, P>,
  xAxis: Measure<R>,
  yAxis: Measure<R>,
): RowPoint<R>[] {
  const [x, y] = [valueOn(xAxis, row), valueOn(yAxis, row)];
  if (x === null || y === null) return [];
  const within = interval?.(row, all);
  return [{key: key(row), label: label(row), x, y, ...(within && {interval: within}), row}];
}

function valueOn<R>({column, of, log}: Measure<R>, row: R): number | null {
  const value = of ? of(row) : (row[column] as number | null);
  return value === null || !Number.isFinite(value) || (log === true && value <= 0) ? null : value;
}

/** A point with a modelled axis is modelled; what a paper prints stays reported. */
function markProvenance<R extends {readonly provenance: Provenance}>(
  {provenance}: R,
  ...axes: readonly Measure<R>[]
): Provenance {
  const modelled = axes.some((axis) => axis.provenance === "modelled");
  return provenance === "measured" && modelled ? "modelled" : provenance;
}

/** A front is no firmer than the softest of its points. */
function frontProvenance<R extends {readonly provenance: Provenance}>(
  points: readonly RowPoint<R>[],
  x: Measure<R>,
  y: Measure<R>,
): Provenance {
  return points.every(({row}) => markProvenance(row, x, y) === "measured") ? "measured" : "modelled";
}

function pointSeries<R extends {readonly provenance: Provenance}, P>(
  points: readonly RowPoint<R>[],
  all: readonly R[],
  {series}: FigureSpec<R, P>,
  x: Measure<R>,
  y: Measure<R>,
  join: "line" | undefined,
): Series[] {
  const groups = grouped(points, ({row}) => `${series(row, all).name}/${markProvenance(row, x, y)}`);
  return Array.from(groups.values(), (own): Series => {
    const [{row}] = own as [RowPoint<R>, ...RowPoint<R>[]];
    const sorted = join === "line" ? own.toSorted((a, b) => a.x - b.x) : own;
    return {
      ...series(row, all),
      provenance: markProvenance(row, x, y),
      ...(join && {join}),
      points: sorted.map(({row: _row, ...point}) => point),
    };
  });
}
