import {html} from "htl";
import {type ChartSpec, isMarked, type Point} from "./chart-spec.js";
import {type Explanation, explainCard} from "./explain-card.js";
import {legend} from "./legend.js";
import {currentTheme, onThemeChange} from "./palette.js";
import {plotlyFigure} from "./plotly-figure.js";
import {sketch} from "./sketch.js";

/** A figure on a page: a sketch at once, the interactive plot as soon as a reader reaches for it. */
export interface Chart {
  readonly element: HTMLElement;
  show(spec: ChartSpec): void;
  /** Marks one key, or none, in this figure. */
  select(key: string | null): void;
}

export interface ChartOptions {
  /** Explanation shown when a point is touched; without it points cannot be touched. */
  readonly explain?: (point: Point) => Explanation;
  /** Told the key that a reader touches here. */
  readonly onSelect?: (key: string | null) => void;
  /** Draws the plain sketch only, and never loads the plotting library. */
  readonly still?: boolean;
}

/** Makes an empty figure; `show` fills it and every later `show` updates it in place. */
export function chart({explain, onSelect, still = false}: ChartOptions = {}): Chart {
  const question = html`<p class="question"></p>`;
  const area = html`<div class="plot-area"></div>`;
  const below = html`<div class="below"></div>`;
  const caption = html`<figcaption></figcaption>`;
  const card = html`<div class="explain" aria-live="polite"></div>`;
  const element = html`<figure class="chart">${question}${area}${below}${caption}${explain && card}</figure>`;
  let spec: ChartSpec | undefined;
  let selected: string | null = null;
  let plotly: Plotly | undefined;
  let loading: Promise<void> | undefined;

  function draw(): void {
    if (spec === undefined || area.clientWidth === 0) return;
    const width = area.clientWidth;
    if (plotly === undefined) {
      const drawing = sketch(spec, width, area.clientHeight);
      drawing.addEventListener("click", touchMark);
      for (const mark of drawing.querySelectorAll("[data-key]")) {
        mark.classList.toggle("ringed", mark.getAttribute("data-key") === selected);
      }
      area.replaceChildren(drawing);
    } else {
      const {data, layout, config} = plotlyFigure(spec, currentTheme(), {
        selected,
        width,
        height: area.clientHeight,
      });
      plotly.react(area, data, layout, config);
    }
  }

  /** A finger touches a mark before the plot that it reached for is there. */
  function touchMark({target}: Event): void {
    const key = (target as Element).getAttribute("data-key");
    if (explain !== undefined && key !== null) choose(key === selected ? null : key);
  }

  function choose(key: string | null): void {
    selected = key;
    showCard();
    draw();
    onSelect?.(key);
  }

  function showCard(): void {
    if (explain === undefined || spec === undefined) return;
    const points = pointsByKey(spec);
    const chosen = selected === null ? undefined : points.get(selected);
    card.replaceChildren(
      pointPicker(points, selected, choose),
      ...(chosen === undefined ? [] : [explainCard(explain(chosen))]),
    );
  }

  async function upgrade(): Promise<void> {
    const library = (await import("plotly.js-cartesian-dist-min")).default;
    area.replaceChildren();
    plotly = library;
    draw();
    (area as unknown as PlotlyElement).on("plotly_click", ({points: [touched]}) => {
      const key = touched?.customdata;
      if (typeof key === "string") choose(key === selected ? null : key);
    });
    element.dataset.interactive = "";
  }

  const load = () => (loading ??= upgrade());
  new ResizeObserver(() => plotly === undefined && draw()).observe(area);
  onThemeChange(draw);
  if (!still) whenReachedFor(area, load);
  return {
    element,
    show(next) {
      spec = next;
      question.textContent = next.question;
      caption.textContent = next.finding;
      below.replaceChildren(legend(next), ...(still ? [] : [pictureButton(area, next, load, () => plotly!)]));
      showCard();
      draw();
    },
    select(key) {
      selected = key;
      showCard();
      draw();
    },
  };
}

type Plotly = typeof import("plotly.js-cartesian-dist-min").default;

interface PlotlyElement {
  on(event: "plotly_click", listener: (event: {points: readonly {customdata: unknown}[]}) => void): void;
}

/**
 * Calls back once, when a pointer comes to the element. The plotting library takes a fraction of a second to start, on
 * the page's own thread: a reader who only looks does not pay for it.
 */
function whenReachedFor(element: HTMLElement, callback: () => void): void {
  element.addEventListener("pointerenter", callback, {once: true});
}

function pointsByKey(spec: ChartSpec): Map<string, Point> {
  const points = spec.series.filter(isMarked).flatMap((series) => series.points);
  return new Map(points.map((point) => [point.key, point]));
}

/** The list of points: what a mouse does on a mark, a keyboard does here. */
function pointPicker(
  points: ReadonlyMap<string, Point>,
  selected: string | null,
  choose: (key: string | null) => void,
): HTMLElement {
  const select = html`<select>
    <option value="">touch a mark, or choose here</option>
    ${Array.from(points, ([key, {label}]) => html`<option value=${key} selected=${key === selected}>${label}</option>`)}
  </select>` as HTMLSelectElement;
  select.onchange = () => choose(select.value === "" ? null : select.value);
  return html`<label class="picker">Explain a point ${select}</label>`;
}

function pictureButton(
  area: HTMLElement,
  {question}: ChartSpec,
  load: () => Promise<void>,
  plotly: () => Plotly,
): HTMLElement {
  const button = html`<button type="button">Download picture</button>`;
  button.onclick = async () => {
    await load();
    const filename = question
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "");
    await plotly().downloadImage(area, {format: "svg", filename, width: 960, height: 600});
  };
  return button;
}
