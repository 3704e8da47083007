import {html, svg} from "htl";
import type {compiledSentence} from "../../../lib/experiments/compiled/one-sentence.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf, SettingOf} from "../../plots/figure-spec.js";

/** A token of the sentence. */
export type SentenceRow = RowOf<typeof compiledSentence>;

type SentenceSetting = Pick<SettingOf<typeof compiledSentence>, "compiledLength" | "layersPerChunk">;

/** The state in words: whether both texts are the same, and whether tokens have fallen out. */
export function fixedCacheSays(rows: readonly SentenceRow[], {compiledLength}: SentenceSetting): string {
  const apart = rows.find(({next, growingNext}) => next !== growingNext);
  const worst = rows.reduce((most, {difference}) => Math.max(most, difference), 0);
  const lost = Math.max(0, rows.length - compiledLength);
  const fallen =
    lost === 0
      ? ""
      : ` The cache is full after ${compiledLength} tokens; ${lost === 1 ? "one has" : `${lost} have`} fallen out.`;
  if (apart === undefined)
    return `All ${rows.length} next words are the same, and logits differ by ${worst === 0 ? "nothing" : `up to ${numberText(worst, 2)}`}.${fallen}`;
  return `The texts part after “${apart.word}”: ${apart.next} with fixed shapes, ${apart.growingNext} with a growing cache.${fallen}`;
}

/** Rows are tokens; boxes are places of the cache, of which the mask shows the filled ones. */
export function fixedCacheView(rows: readonly SentenceRow[], setting: SentenceSetting): HTMLElement {
  const head = ["word read", "places of the cache", "next word", "cos, sin"];
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Tokens and the places that they see"><table class="numbers fixed-cache">
    <thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => tokenLine(row, setting))}</tbody>
  </table></div>`;
  return captioned(
    "Does the text change if shapes are fixed?",
    fixedCacheSays(rows, setting),
    html`<div>${table}<p class="step-name">${chainOf(rows, setting)}</p></div>`,
  );
}

function tokenLine(row: SentenceRow, {compiledLength}: SentenceSetting): HTMLElement {
  const {word, isPrompt, seen, cosine, sine, next, growingNext} = row;
  const said = next === growingNext ? `${next} ✓` : `${next}; growing: ${growingNext} ✗`;
  return html`<tr><th scope="row">${isPrompt ? word : html`<em>${word}</em>`}</th><td>${places(seen, compiledLength)}</td><td>${said}</td><td>${numberText(cosine, 2)}, ${numberText(sine, 2)}</td></tr>`;
}

/** The newest token stands at the right end, so what is seen ends there. */
function places(seen: number, compiledLength: number): SVGElement {
  const boxes = Array.from({length: compiledLength}, (_, i) => {
    const kind = i >= compiledLength - seen ? "passed" : "left-out";
    return svg`<rect class=${kind} x=${i + 0.08} y="0.08" width="0.84" height="0.84" />`;
  });
  return svg`<svg class="layer-cells cache-places" viewBox=${`0 0 ${compiledLength} 1`} role="img" aria-label=${`${seen} of ${compiledLength} places seen, the newest last`}>${boxes}</svg>`;
}

/** Graphs that run one after the other for every token. */
function chainOf([{chunks}]: readonly SentenceRow[], {layersPerChunk}: SentenceSetting): string {
  const groups = chunks - 2;
  const layers = layersPerChunk === 1 ? "a layer each" : `up to ${layersPerChunk} layers each`;
  return `Graphs that run for every token: the embedding → ${groups} ${groups === 1 ? "chunk" : "chunks"} of ${layers} → norm and head. Written words are slanted.`;
}
