import {html, svg} from "htl";
import {sized} from "../../kit/sized.js";
import {numberText} from "../../kit/text/number-text.js";
import {grouped} from "../series.js";

/** Weight that a word gives an earlier one; below zero it is taken away. */
export interface WordCell {
  /** The word that looks, by place. */
  readonly index: number;
  /** The word looked at; null is none. */
  readonly other: number | null;
  readonly value: number;
}

/** A map of words against words. */
export interface WordMap {
  readonly title: string;
  readonly cells: readonly WordCell[];
}

/** Words of the text and of what happens between them. */
export interface WordMapText {
  readonly words: readonly string[];
  /** Verb between a word and the one before it: `attends to`. */
  readonly verb: string;
}

/** Shades of a map: cells of one shade are one path, so that a map costs few elements. */
const SHADES = 8;
/** Room for words beside the map, and between two of them, in pixels. */
const [MARGIN, LINE] = [64, 11];
/** A cell is no larger, in pixels. */
const LARGEST_CELL = 18;

/** The weight between two words, in a sentence. */
export function cellText({index, other, value}: WordCell, {words, verb}: WordMapText): string {
  return `“${words[index]}” (word ${index}) ${verb} “${words[other ?? 0]}” (word ${other}): ${numberText(100 * value, 3)} %`;
}

/** The strongest weight of a word, if it has any. */
export function strongestOf<C extends WordCell>(cells: readonly C[], index: number): C | undefined {
  return cells
    .filter((cell) => cell.index === index)
    .toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value))[0];
}

/** A map with its words on both sides, read cell by cell by pointer or arrow keys. */
export function wordMap({title, cells}: WordMap, text: WordMapText): HTMLElement {
  const last = text.words.length - 1;
  const at = new Map(cells.map((cell) => [`${cell.index} ${cell.other}`, cell]));
  const look = strongestOf(cells, last) ?? {index: last, other: 0, value: 0};
  const said = html`<p class="map-read" role="status">${cellText(look, text)}</p>`;
  const drawn = sized((width) => {
    const cell = Math.min(LARGEST_CELL, (width - MARGIN - 1) / text.words.length);
    const drawing = mapDrawing({title, cells}, text, cell);
    readCells(drawing, text.words.length, cell, look, (index, other) => {
      said.textContent = cellText(at.get(`${index} ${other}`) ?? {index, other, value: 0}, text);
    });
    return drawing;
  });
  return html`<div class="word-map"><p class="map-title">${title}</p>${drawn}${said}</div>`;
}

function mapDrawing({title, cells}: WordMap, {words, verb}: WordMapText, cell: number): SVGElement {
  const size = cell * words.length;
  const step = Math.ceil(LINE / cell);
  const named = words.map((word, at) => ({word, at})).filter(({at}) => (words.length - 1 - at) % step === 0);
  return svg`<svg class="word-map-drawing" width=${MARGIN + size + 1} height=${MARGIN + size + 1} tabindex="0" role="application"
    aria-label=${`${title}: which word ${verb} which; arrow keys go from cell to cell`}>
    <g transform=${`translate(${MARGIN},${MARGIN})`}>
      <path class="map-ground" d=${`M0,0L${size},${size}H0Z`} />
      <g transform=${`scale(${cell})`}>${shadedPaths(cells)}</g>
      ${named.map(({word, at}) => svg`<text class="map-word" data-row=${at} x="-4" y=${(at + 0.5) * cell + 3.5} text-anchor="end">${word}</text>`)}
      ${named.map(({word, at}) => svg`<text class="map-word" data-column=${at} transform=${`translate(${(at + 0.5) * cell + 3.5},-4) rotate(-90)`}>${word}</text>`)}
      <path class="map-cross" />
    </g>
  </svg>`;
}

/** A small map without words, to be chosen among others. */
export function smallMap({cells}: WordMap, count: number): SVGElement {
  return svg`<svg viewBox="0 0 ${count} ${count}" aria-hidden="true"><path class="map-ground" d=${`M0,0L${count},${count}H0Z`} />${shadedPaths(cells)}</svg>`;
}

function shadedPaths(cells: readonly WordCell[]): SVGElement[] {
  const shades = grouped(cells, ({value}) =>
    String(Math.sign(value) * Math.max(1, Math.ceil(SHADES * Math.min(1, Math.abs(value))))),
  );
  return Array.from(shades, ([shade, members]) => {
    const squares = members.map(({index, other}) => `M${other},${index}h1v1h-1z`).join("");
    return svg`<path class=${Number(shade) < 0 ? "map-minus" : null} d=${squares} fill-opacity=${Math.abs(Number(shade)) / SHADES} />`;
  });
}

/** Place of a cell after an arrow key; undefined for another key. Words look at themselves and at those before. */
export function cellAfter(
  [index, other]: readonly [index: number, other: number],
  key: string,
  count: number,
): readonly [index: number, other: number] | undefined {
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const move = moves[key];
  if (move === undefined) return undefined;
  const row = Math.max(0, Math.min(count - 1, index + move[0]));
  return [row, Math.max(0, Math.min(row, other + move[1]))];
}

function readCells(
  drawing: SVGElement,
  count: number,
  cell: number,
  first: WordCell,
  tell: (index: number, other: number) => void,
): void {
  const cross = drawing.querySelector(".map-cross");
  let now: readonly [number, number] = [first.index, first.other ?? 0];
  const mark = () => {
    const [row, column] = now;
    for (const name of drawing.querySelectorAll<SVGElement>(".map-word")) {
      const {row: ofRow, column: ofColumn} = name.dataset;
      name.classList.toggle("now", ofRow === String(row) || ofColumn === String(column));
    }
    cross?.setAttribute("d", `M${column * cell},${row * cell}h${cell}v${cell}h${-cell}z`);
  };
  const goTo = (next: readonly [number, number]) => {
    now = next;
    mark();
    tell(...now);
  };
  mark();
  drawing.addEventListener("pointermove", ({clientX, clientY}) => {
    const {left, top} = drawing.getBoundingClientRect();
    const [row, column] = [clientY - top, clientX - left].map((at) => Math.floor((at - MARGIN) / cell));
    if (row >= 0 && row < count && column >= 0 && column <= row) goTo([row, column]);
  });
  drawing.addEventListener("keydown", (event) => {
    const next = cellAfter(now, event.key, count);
    if (next === undefined) return;
    event.preventDefault();
    goTo(next);
  });
}
