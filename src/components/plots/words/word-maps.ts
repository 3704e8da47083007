import {html} from "htl";
import {explorable} from "../../kit/explorable.js";
import {captioned} from "../../kit/text/captioned.js";
import {cellText, smallMap, strongestOf, type WordMap, type WordMapText, wordMap} from "./word-map.js";

/** Several maps of one text, of which a reader looks at one with its words. */
export interface WordMapsOptions {
  readonly question: string;
  readonly finding: string;
  /** Begins the name of the parameter in the address. */
  readonly prefix: string;
  readonly label: string;
  readonly maps: readonly WordMap[];
  /** Place of the map that is shown first. */
  readonly first: number;
}

/** Small maps to choose from, and the chosen one with words on both sides. */
export function wordMaps(options: WordMapsOptions & WordMapText): HTMLElement {
  const {question, finding, prefix, label, maps, first, words, verb} = options;
  return explorable({
    label,
    prefix,
    params: {map: {kind: "integer", label, min: 0, max: Math.max(0, maps.length - 1), default: first}},
    drawn: ["map"],
    draw({map}, set) {
      const chosen = maps[map] ?? maps[0];
      if (chosen === undefined) return html`<p>There is nothing to show.</p>`;
      const choices = maps.map((each, at) => {
        const look = strongestOf(each.cells, words.length - 1);
        const button = html`<button type="button" class="map" aria-pressed=${String(at === map)} data-focus=${`map-${at}`}>
          <span class="map-title">${each.title}</span>${smallMap(each, words.length)}
          <span class="map-look">${look ? cellText(look, {words, verb}) : `the last word ${verb} none much`}</span></button>`;
        button.onclick = () => set({map: at});
        return button;
      });
      const drawing = html`<div class="word-maps">${wordMap(chosen, {words, verb})}
        <div class="maps" role="group" aria-label=${`${label}: which one is shown`}>${choices}</div></div>`;
      return captioned(question, finding, drawing);
    },
  });
}
