import {html} from "htl";
import type {words} from "../../../lib/experiments/scenes/words.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {shareBars} from "../../plots/share-bars.js";

/** A row of the experiment on words. */
export type WordRow = RowOf<typeof words>;

/** Worth of each word, and the error that is left when words are said one after the other. */
export function wordBars(rows: readonly WordRow[]): HTMLElement {
  const [name, ...said] = rows.toSorted((a, b) => a.place - b.place);
  const first = said[0];
  const last = said.at(-1);
  if (name === undefined || first === undefined || last === undefined) return html`<div></div>`;
  const worth = captioned(
    "What is each word worth?",
    `Without the phrase for its ${first.attribute}, a ${name.phrase} is ${percent(first.increase ?? 0)} of its largest edge further from the original; without that for its ${last.attribute}, ${percent(last.increase ?? 0)}. Means of ${first.objects} objects with 95 % intervals.`,
    shareBars(
      said.map(({attribute, phrase, increase, increaseLow, increaseHigh}) => ({
        name: `${attribute}, as in “${phrase}”`,
        value: increase ?? 0,
        text: `${percent(increase ?? 0)} (${percent(increaseLow ?? 0)} to ${percent(increaseHigh ?? 0)})`,
      })),
    ),
  );
  const left = captioned(
    "What is left when words are said one after the other?",
    `The name alone leaves ${percent(name.chamfer)}; all words leave ${percent(last.chamfer)}; two samples of one surface are not at distance 0 either.`,
    shareBars(
      [name, ...said].map(({attribute, phrase, chamfer, place}) => ({
        name: place === 0 ? `“${phrase}”` : `and its ${attribute}`,
        value: chamfer,
        text: percent(chamfer),
      })),
    ),
  );
  return html`<div class="figures">${worth}${left}</div>`;
}

const percent = (share: number): string => `${numberText(100 * share, 2)} %`;
