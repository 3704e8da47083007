import {svg} from "htl";
import type {ChartSpec} from "./chart-spec.js";
import {swatchPath} from "./legend.js";
import {legendEntries} from "./legend-entries.js";
import {svgChart} from "./svg-chart.js";

const WIDTH = 960;
const CHART_HEIGHT = 460;
const PAD = 24;
/** Pixels that a character of the page's font takes at a size of one pixel, on average and a little above. */
const CHARACTER = 0.55;

/** Lines of at most `width` characters; a word that is longer is cut. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).flatMap((each) => cut(each, width))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === "" ? lines : [...lines, line];
}

const cut = (word: string, width: number): string[] => word.match(new RegExp(`.{1,${width}}`, "gu")) ?? [];

/**
 * A chart as a picture that stands by itself, as the text of an SVG file: question, drawing, key with the kinds of its
 * numbers, finding, and the address of the state that it shows. Colours and fonts are those of the page as it looks now.
 */
export function pictureText(spec: ChartSpec, address: string): string {
  const picture = composed(spec, address);
  const hidden = document.createElement("div");
  hidden.className = "picture-maker";
  hidden.append(picture);
  document.body.append(hidden);
  const elements = Array.from(hidden.querySelectorAll<SVGElement>("svg, svg *"));
  // All are looked at before the first loses its class, by which the style sheet knows those within.
  const looks = elements.map((element) => [element, lookOf(element)] as const);
  for (const [element, look] of looks) setLook(element, look);
  hidden.remove();
  return new XMLSerializer().serializeToString(picture);
}

/** The parts of a picture below one another. */
function composed(spec: ChartSpec, address: string): SVGElement {
  const parts: SVGElement[] = [];
  let y = PAD;
  const text = (words: string, size: number, look: string) => {
    for (const line of wrapText(words, Math.floor((WIDTH - 2 * PAD) / (size * CHARACTER)))) {
      y += 1.4 * size;
      parts.push(svg`<text class=${look} x=${PAD} y=${y} font-size=${size}>${line}</text>`);
    }
  };
  text(spec.question, 20, "picture-title");
  y += 10;
  parts.push(svg`<g transform="translate(0,${y})">${svgChart(spec, WIDTH, CHART_HEIGHT).element}</g>`);
  y += CHART_HEIGHT + 20;
  let x = PAD;
  for (const entry of legendEntries(spec)) {
    const width = 28 + entry.text.length * 13 * CHARACTER + 18;
    if (x > PAD && x + width > WIDTH - PAD) [x, y] = [PAD, y + 22];
    parts.push(svg`<g transform="translate(${x + 10},${y})">${swatchPath(entry)}</g>
      <text class="picture-text" x=${x + 26} y=${y + 4} font-size="13">${entry.text}</text>`);
    x += width;
  }
  y += 14;
  text(spec.finding, 14, "picture-text");
  y += 6;
  text(address, 11, "picture-soft");
  const height = Math.ceil(y + PAD);
  return svg`<svg xmlns="http://www.w3.org/2000/svg" class="picture" width=${WIDTH} height=${height} viewBox="0 0 ${WIDTH} ${height}">
    <rect class="picture-ground" width=${WIDTH} height=${height} />${parts}</svg>`;
}

/** What a style sheet gives to a drawing, and a file without it has to hold itself. */
const PROPERTIES = [
  ...["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order"],
  ...["font-family", "font-size", "font-weight", "text-anchor"],
] as const;

function lookOf(element: SVGElement): (readonly [name: string, value: string])[] {
  const look = getComputedStyle(element);
  return PROPERTIES.map((name) => [name, look.getPropertyValue(name)] as const);
}

function setLook(element: SVGElement, look: readonly (readonly [name: string, value: string])[]): void {
  for (const [name, value] of look) if (value !== "") element.setAttribute(name, value);
  for (const name of ["class", "style", "tabindex", "data-key"]) element.removeAttribute(name);
}
