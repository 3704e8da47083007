import {html} from "htl";
import {AIME_PROBLEMS, SPLIT_REASON_RUNS} from "../../../lib/reported/split-reason.js";
import {mean} from "../../../lib/stats/moments.js";
import {wilson} from "../../../lib/stats/shares.js";
import {numberText} from "../../kit/text/number-text.js";

const percent = (share: number): string => `${numberText(100 * share, 3)} %`;

/**
 * The printed accuracies with the intervals that as many independent trials would have: the same problems come again in
 * every run, so that the true ones are wider.
 */
export function aimeTable(): HTMLElement {
  return html`<table>
    <thead><tr><th>writes</th><th>runs</th><th>solved, mean (reported)</th><th>interval</th></tr></thead>
    <tbody>${SPLIT_REASON_RUNS.map(({name, runs}) => {
      const trials = AIME_PROBLEMS * runs.length;
      const {low, high} = wilson(Math.round(trials * mean(runs)), trials);
      return html`<tr><td>${name}</td><td>${runs.length}</td><td>${percent(mean(runs))}</td><td>${percent(low)} to ${percent(high)}</td></tr>`;
    })}</tbody>
  </table>`;
}
