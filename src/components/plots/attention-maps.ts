import {html, svg} from "htl";
import {captioned} from "../kit/text/captioned.js";
import {numberText} from "../kit/text/number-text.js";
import type {InsideRow} from "./models/inside.js";
import {grouped} from "./series.js";

/** Shades of a map: cells of one shade are one path, so that a map costs few elements. */
const SHADES = 8;

/** A square for every head: down the word that looks, across the words that it looks at. */
export function attentionMaps(rows: readonly InsideRow[], words: readonly string[]): HTMLElement {
  const seen = rows.filter(({part}) => part === "attention");
  const heads = grouped(seen, ({head}) => String(head));
  const maps = html`<div class="maps">${Array.from(heads, ([head, cells]) => attentionMap(`head ${head}`, cells, words))}</div>`;
  return captioned("Where does each head look?", attentionFinding(heads, words), maps);
}

/** Attention that one token gives another. */
export type Look = Pick<InsideRow, "index" | "other" | "value">;

/** One head's attention as a square with its name. */
export function attentionMap(title: string, cells: readonly Look[], words: readonly string[]): HTMLElement {
  const n = words.length;
  const shades = grouped(cells, ({value}) => String(Math.max(1, Math.ceil(SHADES * value))));
  const paths = Array.from(shades, ([shade, members]) => {
    const squares = members.map(({index, other}) => `M${other},${index}h1v1h-1z`).join("");
    return svg`<path d=${squares} fill-opacity=${Number(shade) / SHADES} />`;
  });
  const strongest = lookOf(cells, n - 1);
  return html`<div class="map">
    <p class="map-title">${title}</p>
    ${svg`<svg viewBox="0 0 ${n} ${n}" role="img" aria-label=${`${title}: ${strongest ? lookText(strongest, words) : "no strong look"}`}>
      <path class="map-ground" d=${`M0,0L${n},${n}H0Z`} />${paths}</svg>`}
    <p class="map-look">${strongest ? lookText(strongest, words) : null}</p>
  </div>`;
}

/** Words to which the word at a position attends most. */
function lookOf<L extends Look>(cells: readonly L[], position: number): L | undefined {
  return cells.filter(({index}) => index === position).toSorted((a, b) => b.value - a.value)[0];
}

function lookText({index, other, value}: Look, words: readonly string[]): string {
  return `“${words[index]}” looks at “${words[other ?? 0]}” (word ${other}), ${numberText(100 * value, 2)} %`;
}

function attentionFinding(
  heads: ReadonlyMap<string, readonly InsideRow[]>,
  words: readonly string[],
): string {
  const looks = Array.from(heads.values(), (cells) => lookOf(cells, words.length - 1)).filter(
    (row) => row !== undefined,
  );
  const sharpest = looks.toSorted((a, b) => b.value - a.value)[0];
  const reading =
    "Row by row from the top, each word; from the left, the words before it; darker is more attention.";
  if (sharpest === undefined) return reading;
  return `${reading} At the last word head ${sharpest.head} is sharpest: ${lookText(sharpest, words)}.`;
}
