import {html} from "htl";
import {largest} from "../../lib/stats/extent.js";

/** A bar with its name and its number. */
export interface ShareBar {
  readonly name: string;
  readonly value: number;
  /** The number in words, with its unit. */
  readonly text: string;
}

/** Bars one above the other, each as long as its share of the longest. */
export function shareBars(bars: readonly ShareBar[]): HTMLElement {
  const most = Math.max(largest(bars.map(({value}) => value)), 1e-300);
  return html`<ul class="share-bars">${bars.map(
    ({name, value, text}) =>
      html`<li style=${`--share: ${Math.max(0, (100 * value) / most)}%`}><span>${name}</span> <strong>${text}</strong></li>`,
  )}</ul>`;
}
