import {html} from "htl";
import {copyButton} from "../../kit/copy-button.js";
import {embedCodeOf, fullScreenButton} from "../../kit/present.js";
import {saveFile} from "../../kit/save-file.js";
import {findingNodes} from "../../kit/text/finding.js";
import {unbroken} from "../../kit/text/unbroken.js";
import {type ChartSpec, isMarked, type Point} from "./chart-spec.js";
import {type Explanation, explainCard} from "./explain-card.js";
import {legend} from "./legend.js";
import {legendEntries} from "./legend-entries.js";
import {readMarks} from "./mark-reader.js";
import {pictureText} from "./picture.js";
import {pointText} from "./point-text.js";
import {svgChart} from "./svg-chart.js";
import {tooltip} from "./tooltip.js";

/** A figure on a page. */
export interface Chart {
  readonly element: HTMLElement;
  show(spec: ChartSpec): void;
  /** Marks one key as chosen, or none, in this figure. */
  select(key: string | null): void;
  /** Marks one key as pointed at, or none: what a reader points at in another figure stands out here. */
  point(key: string | null): void;
}

/** Options of a figure. */
export interface ChartOptions {
  /** Its name in addresses: that of the page of this figure alone. */
  readonly name?: string;
  /** The explanation of a point that is chosen; without it points cannot be chosen. */
  readonly explain?: (point: Point) => Explanation;
  /** Called with the key that a reader chooses here. */
  readonly onSelect?: (key: string | null) => void;
  /** Called with the key that a reader points at here. */
  readonly onPoint?: (key: string | null) => void;
  /** Shows the rows behind points of these keys, where a reader explores the figure. */
  readonly rowsOf?: (keys: ReadonlySet<string>) => Node;
}

/** Makes an empty figure; `show` fills it and every later `show` updates it in place. */
export function chart({name, explain, onSelect, onPoint, rowsOf}: ChartOptions = {}): Chart {
  const question = html`<p class="question"></p>`;
  const tip = tooltip();
  const drawingPlace = html`<div></div>`;
  const area = html`<div class="plot-area">${drawingPlace}${tip.element}</div>`;
  const key = html`<div></div>`;
  const picker = html`<div></div>`;
  const explanation = html`<div></div>`;
  const caption = html`<figcaption></figcaption>`;
  const card = html`<div class="explain" aria-live="polite">${picker}${explanation}</div>`;
  const element: HTMLElement = html`<figure class="chart" data-figure=${name ?? null}>${question}${area}<div class="below">${key}${takeAway()}</div>${caption}${explain && card}</figure>`;
  let spec: ChartSpec | undefined;
  /** In pixels, as last observed: to ask the page for it would have it laid out anew before every drawing. */
  let size = {width: 0, height: 0};
  let selected: string | null = null;
  const [legendChanged, pickerChanged] = [changes(), changes()];

  function draw(): void {
    if (spec === undefined || size.width === 0) return;
    const current = spec;
    const focused = drawingPlace.contains(document.activeElement) && keyOf(document.activeElement);
    const {element: drawing, marks} = svgChart(current, size.width, size.height);
    readMarks(drawing, marks, {
      point(mark) {
        if (mark === null) tip.hide();
        else tip.show(pointText(current, mark.point, mark.provenance), mark);
        point(mark?.point.key ?? null);
        onPoint?.(mark?.point.key ?? null);
      },
      choose(key) {
        if (explain) choose(key === selected ? null : key);
      },
    });
    tip.hide();
    drawingPlace.replaceChildren(drawing);
    toggle("ringed", selected);
    if (focused) drawing.querySelector<SVGElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Gives a class to the marks of one key and to no others. */
  function toggle(name: string, key: string | null): void {
    for (const mark of drawingPlace.querySelectorAll("[data-key]"))
      mark.classList.toggle(name, keyOf(mark) === key);
  }

  const point = (key: string | null) => toggle("pointed", key);

  function select(key: string | null): void {
    selected = key;
    showCard();
    toggle("ringed", key);
  }

  function choose(key: string | null): void {
    select(key);
    onSelect?.(key);
  }

  function showCard(): void {
    if (explain === undefined || spec === undefined) return;
    const points = pointsByKey(spec);
    const chosen = selected === null ? undefined : points.get(selected);
    const names = Array.from(points, ([key, {label}]) => [key, label]);
    if (pickerChanged([names, selected])) picker.replaceChildren(pointPicker(points, selected, choose));
    explanation.replaceChildren(...(chosen === undefined ? [] : [explainCard(explain(chosen))]));
  }

  function takeAway(): HTMLElement {
    const [exploring, picture] = [button("Explore"), button("Download picture")];
    const embed =
      name === undefined ? null : copyButton("Embed", () => embedCodeOf(name, spec?.question ?? ""));
    exploring.onclick = async () => {
      const {explore} = await import("./explore.js");
      if (spec) explore(spec, {selected, ...(rowsOf && {rowsOf})});
    };
    picture.onclick = () =>
      spec && saveFile(`${fileName(spec)}.svg`, pictureText(spec, location.href), "image/svg+xml");
    return html`<div class="chart-tools">${exploring}${fullScreenButton(() => element)}${picture}${embed}</div>`;
  }

  new ResizeObserver(() => {
    size = {width: area.clientWidth, height: area.clientHeight};
    draw();
  }).observe(area);
  return {
    element,
    show(next) {
      spec = next;
      question.textContent = unbroken(next.question);
      caption.replaceChildren(...findingNodes(next.finding));
      element.classList.toggle("many-names", (next.labelled?.size ?? 0) > 12);
      if (legendChanged(legendEntries(next))) key.replaceChildren(legend(next));
      showCard();
      draw();
    },
    select,
    point,
  };
}

/** Tells whether a value differs from the one before: what looks the same need not be made anew in every frame. */
function changes(): (value: unknown) => boolean {
  let before: string | undefined;
  return (value) => {
    const text = JSON.stringify(value);
    const isNew = text !== before;
    before = text;
    return isNew;
  };
}

const keyOf = (mark: Element | null) => mark?.getAttribute("data-key");

const button = (label: string) => html`<button type="button">${label}</button>`;

function fileName({question}: ChartSpec): string {
  return question
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function pointsByKey(spec: ChartSpec): Map<string, Point> {
  const points = spec.series.filter(isMarked).flatMap((series) => series.points);
  return new Map(points.map((point) => [point.key, point]));
}

/** The points as a list, to choose one by its name. */
function pointPicker(
  points: ReadonlyMap<string, Point>,
  selected: string | null,
  choose: (key: string | null) => void,
): HTMLElement {
  const select = html`<select>
    <option value="">choose a mark, or its name here</option>
    ${Array.from(points, ([key, {label}]) => html`<option value=${key} selected=${key === selected}>${label}</option>`)}
  </select>` as HTMLSelectElement;
  select.onchange = () => choose(select.value === "" ? null : select.value);
  return html`<label class="picker">Explain a point ${select}</label>`;
}
