import type {Provenance} from "../../../lib/experiment/provenance.js";
import {type PlacedLabel, placeLabels} from "../places/label-places.js";
import {binaryText, type Scale} from "../places/scale.js";
import type {Theme} from "../theme.js";
import {chartScales, margin, rightMargin} from "./chart-markup.js";
import {
  type Axis,
  axisTitle,
  betterText,
  type ChartSpec,
  isMarked,
  type Point,
  type Series,
} from "./chart-spec.js";
import {pointText} from "./point-text.js";
import {plotlySymbol} from "./symbols.js";

export interface PlotlyFigure {
  readonly data: readonly object[];
  readonly layout: object;
  readonly config: object;
}

/** A chart as Plotly's own data, layout and configuration, for a reader who explores it. */
export function plotlyFigure(
  spec: ChartSpec,
  theme: Theme,
  {
    selected,
    width = 720,
    height = 420,
  }: {readonly selected?: string | null; readonly width?: number; readonly height?: number} = {},
): PlotlyFigure {
  const {x, y} = chartScales(spec, width, height);
  const placed = placeLabels(spec, x, y, {left: margin.left, right: width});
  // Leader lines are for the page: a reader who explores comes nearer.
  const labels = new Map(placed.filter(({place}) => place !== "away").map((label) => [label.point, label]));
  const traces = spec.series.map((series) => trace(spec, series, labels, theme));
  return {
    data: selected == null ? traces : [...traces, ring(spec, selected, theme)],
    layout: layout(spec, theme, width, {x, y}),
    config: {
      responsive: true,
      displaylogo: false,
      // Plotly's own button would upload the figure to its makers.
      showSendToCloud: false,
      displayModeBar: true,
      modeBarButtonsToRemove: ["lasso2d", "toImage", "autoScale2d"],
    },
  };
}

function trace(
  spec: ChartSpec,
  series: Series,
  labels: ReadonlyMap<Point, PlacedLabel>,
  theme: Theme,
): object {
  const {name, shade, provenance, points, join} = series;
  const colour = theme.colour(series);
  const marked = isMarked(series);
  // A front has the very points of other series, which already carry their labels.
  const withText = join !== "front" && points.some((point) => labels.has(point));
  const modes = [join && "lines", marked && "markers", withText && "text"];
  return {
    type: "scatter",
    name,
    x: points.map(({x}) => x),
    y: points.map(({y}) => y),
    customdata: points.map(({key}) => key),
    mode: modes.filter(Boolean).join("+"),
    text: points.map((point) => plainText(labels.get(point)?.text ?? "")),
    textposition: points.map((point) => labels.get(point)?.place ?? "middle right"),
    textfont: {color: theme.ink, size: 12},
    cliponaxis: false,
    line: {
      color: colour,
      width: marked ? 2 : 1.5,
      shape: join === "front" ? "hv" : "linear",
      dash: provenance === "modelled" ? "dash" : "solid",
    },
    marker: {
      color: colour,
      size: join === "line" ? 8 : 11,
      symbol: plotlySymbol(provenance, shade),
      line: {color: colour, width: 2},
    },
    ...errorBars(points, colour),
    ...(marked
      ? {hovertext: points.map((point) => hoverText(spec, point, provenance)), hoverinfo: "text"}
      : {hoverinfo: "skip"}),
  };
}

/** Lengths up and down from each mark to the ends of its interval; 0 where it has none. */
function errorBars(points: readonly Point[], color: string): object {
  if (points.every(({interval}) => interval === undefined)) return {};
  return {
    error_y: {
      type: "data",
      symmetric: false,
      array: points.map(({y, interval}) => (interval ? interval[1] - y : 0)),
      arrayminus: points.map(({y, interval}) => (interval ? y - interval[0] : 0)),
      color,
      thickness: 1.5,
      width: 3,
    },
  };
}

/** A ring around every point of the selected key: the same thing in every figure of the page. */
function ring(spec: ChartSpec, selected: string, theme: Theme): object {
  const points = spec.series
    .filter(isMarked)
    .flatMap((series) => series.points.filter(({key}) => key === selected));
  return {
    type: "scatter",
    mode: "markers",
    x: points.map(({x}) => x),
    y: points.map(({y}) => y),
    hoverinfo: "skip",
    marker: {symbol: "circle-open", size: 22, line: {width: 2.5, color: theme.accent}, color: theme.accent},
  };
}

function hoverText(spec: ChartSpec, point: Point, provenance: Provenance): string {
  const {title, lines} = pointText(spec, point, provenance);
  return [`<b>${plainText(title)}</b> (${provenance})`, ...lines.map(plainText)].join("<br>");
}

/** Plotly reads a few tags in its labels; names may come from a reader's own file. */
export function plainText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

const isPowerOfTen = (tick: number): boolean => Number.isInteger(Math.log10(tick));

function layout(
  spec: ChartSpec,
  theme: Theme,
  width: number,
  {x, y}: {readonly x: Scale; readonly y: Scale},
): object {
  // The ranges and margins of the page's own drawing.
  const axis = (of: Axis, {ticks, ends, tickText}: Scale) => ({
    title: {text: plainText(axisTitle(of)), standoff: 8},
    type: of.log ? "log" : "linear",
    range: ends,
    ...(of.ticks || tickText === binaryText
      ? {tickmode: "array", tickvals: ticks, ticktext: ticks.map(tickText)}
      : of.log && {exponentformat: "power", dtick: ticks.every(isPowerOfTen) ? 1 : "D2"}),
    gridcolor: theme.line,
    linecolor: theme.line,
    zeroline: false,
    automargin: true,
  });
  const top = spec.better === "top left";
  return {
    // The state of zoom outlives an update of the data, but not of an axis.
    uirevision: `${spec.question} ${spec.x.log} ${spec.y.log}`,
    font: {family: theme.font, size: 13, color: theme.ink},
    // A picture that is taken away needs the ground that its ink was chosen for.
    paper_bgcolor: theme.paper,
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: {l: margin.left, r: rightMargin(width), t: margin.top, b: margin.bottom},
    showlegend: false,
    hovermode: "closest",
    hoverlabel: {bgcolor: theme.paper, bordercolor: theme.inkSoft, font: {color: theme.ink}, align: "left"},
    dragmode: width < 480 ? false : "zoom",
    xaxis: axis(spec.x, x),
    yaxis: axis(spec.y, y),
    annotations: spec.better
      ? [
          {
            text: betterText(spec, width),
            xref: "paper",
            yref: "paper",
            x: 0.01,
            y: top ? 1 : 0,
            xanchor: "left",
            yanchor: top ? "top" : "bottom",
            showarrow: false,
            font: {color: theme.inkSoft, size: 12},
          },
        ]
      : [],
  };
}
