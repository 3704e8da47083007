import type {ChartSpec} from "./chart/chart-spec.js";
import {drawFigure} from "./draw-figure.js";
import type {FigureSpec, RowOf, SettingOf} from "./figure-spec.js";

/** A figure and the specification that it is drawn by. */
export interface SpecifiedFigure<R, P> {
  readonly spec: FigureSpec<R, P>;
  readonly key: (row: R) => string;
  readonly draw: (rows: readonly R[], params: P) => ChartSpec;
}

/** A figure of lines: an error or a quality against a parameter, each series joined from left to right. */
export const linesFigure = <E>(
  spec: FigureSpec<RowOf<E>, SettingOf<E>>,
): SpecifiedFigure<RowOf<E>, SettingOf<E>> => ({
  spec,
  key: spec.key,
  draw: (rows, params) => drawFigure(spec, rows, params, "line"),
});

/** A figure of marks: cost against quality, with the front of what nothing beats where the specification has one. */
export const marksFigure = <E>(
  spec: FigureSpec<RowOf<E>, SettingOf<E>>,
): SpecifiedFigure<RowOf<E>, SettingOf<E>> => ({
  spec,
  key: spec.key,
  draw: (rows, params) => drawFigure(spec, rows, params),
});
