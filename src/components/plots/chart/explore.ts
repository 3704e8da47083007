import {html} from "htl";
import {currentTheme, onThemeChange} from "../theme.js";
import {type Axis, type ChartSpec, isMarked} from "./chart-spec.js";
import {plotlyFigure} from "./plotly-figure.js";

/** Options of the explored figure. */
export interface ExploreOptions {
  /** The key that is ringed. */
  readonly selected: string | null;
  /** Shows the rows behind points of these keys. */
  readonly rowsOf?: (keys: ReadonlySet<string>) => Node;
}

type Plotly = typeof import("plotly.js-cartesian-dist-min").default;

interface PlotlyElement {
  on(
    event: "plotly_selected" | "plotly_deselect",
    listener: (event?: {points: readonly {customdata: unknown}[]}) => void,
  ): void;
}

/**
 * Opens a chart over the whole page in a plotting library, which is loaded only now (1.5 MB): zoom, pan, a box that
 * selects points and their rows, and switches of both axes between linear and logarithmic.
 */
export async function explore(spec: ChartSpec, {selected, rowsOf}: ExploreOptions): Promise<void> {
  let shown = spec;
  const area = html`<div class="explore-area"><p class="loading">Loading the plotting library …</p></div>`;
  const rows = html`<div class="explore-rows"></div>`;
  const dialog = html`<dialog class="explore" aria-label=${spec.question}>
    <div class="explore-head"><p class="question">${spec.question}</p>
      ${(["x", "y"] as const).map((name) => logSwitch(spec, name, setLog))}
      <form method="dialog"><button>Close</button></form></div>
    ${area}<p class="help">Drag to zoom, double click to see all; <em>Box Select</em> in the bar shows the rows of the points inside.</p>
    <p class="finding">${spec.finding}</p>${rows}
  </dialog>` as HTMLDialogElement;
  let plotly: Plotly | undefined;

  function setLog(name: "x" | "y", log: boolean): void {
    shown = {...shown, [name]: {...shown[name], log}};
    draw();
  }

  function draw(): void {
    const {data, layout, config} = plotlyFigure(shown, currentTheme(), {
      selected,
      width: area.clientWidth,
      height: area.clientHeight,
    });
    plotly?.react(area, data, layout, config);
  }

  const show = (keys: ReadonlySet<string>) => rows.replaceChildren(...(rowsOf ? [rowsOf(keys)] : []));
  document.body.append(dialog);
  dialog.showModal();
  show(allKeys(spec));
  plotly = (await import("plotly.js-cartesian-dist-min")).default;
  area.replaceChildren();
  draw();
  const plot = area as unknown as PlotlyElement;
  plot.on(
    "plotly_selected",
    (event) => event && show(new Set(event.points.map(({customdata}) => String(customdata)))),
  );
  plot.on("plotly_deselect", () => show(allKeys(spec)));
  const unwatch = onThemeChange(draw);
  const close = () => {
    unwatch();
    plotly?.purge(area);
    dialog.remove();
  };
  // It may have been closed while the library came.
  if (dialog.open) dialog.addEventListener("close", close);
  else close();
}

function allKeys({series}: ChartSpec): Set<string> {
  return new Set(series.filter(isMarked).flatMap(({points}) => points.map(({key}) => key)));
}

/** A box that makes an axis logarithmic; none where a value has no logarithm. */
function logSwitch(
  spec: ChartSpec,
  name: "x" | "y",
  set: (name: "x" | "y", log: boolean) => void,
): HTMLElement | null {
  const points = spec.series.flatMap((series) => series.points);
  if (points.some((point) => point[name] <= 0 || (name === "y" && (point.interval?.[0] ?? 1) <= 0)))
    return null;
  const {label, log = false}: Axis = spec[name];
  const box = html`<input type="checkbox" checked=${log}>` as HTMLInputElement;
  box.onchange = () => set(name, box.checked);
  return html`<label>${box} ${label}, logarithmic</label>`;
}
