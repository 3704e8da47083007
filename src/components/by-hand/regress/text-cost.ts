import {html} from "htl";
import type {TableRows} from "../../../lib/experiment/columns.js";
import type {oneText} from "../../../lib/experiments/regress/one-text.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {numberName} from "../../plots/regress/predictors.js";

/** One number of a text. */
export type TextCostRow = RowOf<typeof oneText>;
type Tables = TableRows<(typeof oneText)["columns"], (typeof oneText)["tables"]>;

const BINS = 10;

/** A run of samples between two ends. */
interface Bin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Places on an axis of logarithms, for numbers of either sign. */
const place = (value: number): number => Math.sign(value) * Math.log10(1 + Math.abs(value));
const unplace = (at: number): number => Math.sign(at) * (10 ** Math.abs(at) - 1);

/** Samples in equal runs of an axis of logarithms that holds the truth too. */
export function binsOf(samples: readonly number[], truth: number | null): Bin[] {
  const all = [...samples, ...(truth === null ? [] : [truth])].map(place);
  const [from, to] = [smallest(all), largest(all)];
  const width = (to - from) / BINS || 1;
  const at = (value: number) => Math.min(BINS - 1, Math.floor((place(value) - from) / width));
  return Array.from({length: BINS}, (_, i) => ({
    low: unplace(from + i * width),
    high: unplace(from + (i + 1) * width),
    count: samples.filter((sample) => at(sample) === i).length,
  }));
}

/** The text, and for each of its numbers the samples as a density with the true number marked. */
export function textCostView(rows: readonly TextCostRow[], _params: unknown, tables: object): HTMLElement {
  const {samples} = tables as Tables;
  const [first] = rows;
  if (first === undefined) return html`<div></div>`;
  const densities = rows.map((row) =>
    captioned(
      `${row.target === "printed" ? "Which" : "How much"} ${numberName(row.target)}?`,
      costFinding(row),
      densityOf(
        samples.filter(({target}) => target === row.target).map(({value}) => value),
        row.truth,
        row.unit,
      ),
    ),
  );
  return html`<div><pre class="cost-text"><code>${first.text}</code></pre><div class="figures">${densities}</div></div>`;
}

function densityOf(samples: readonly number[], truth: number | null, unit: string): HTMLElement {
  const bins = binsOf(samples, truth);
  const most = Math.max(1, largest(bins.map(({count}) => count)));
  const holds = ({low, high}: Bin, i: number) =>
    truth !== null && truth >= low * (1 - 1e-9) && (truth < high || i === bins.length - 1);
  const at = truth === null ? -1 : bins.findIndex(holds);
  return html`<ol class="share-bars density">${bins.map(
    ({low, high, count}, i) =>
      html`<li class=${i === at ? "truth" : ""} style=${`--share: ${(100 * count) / most}%`}><span>${numberText(low, 3)} to ${numberText(high, 3)} ${unit}</span> <strong>${i === at ? "true number here · " : ""}${count}</strong></li>`,
  )}</ol>`;
}

const amount = (value: number, unit: string): string =>
  `${numberText(value, 3)}${unit === "" ? "" : ` ${unit}`}`;

/** The median and the middle of the samples beside the true number. */
export function costFinding({median, low, high, truth, unit, note}: TextCostRow): string {
  if (median === null || low === null || high === null) return "Every sample says that there is no number.";
  const said = `The samples' median is ${amount(median, unit)}, and 90 % of them lie between ${numberText(low, 3)} and ${numberText(high, 3)}. `;
  if (truth === null) return `${said}${note === null ? "" : `There is no true number: ${note}.`}`;
  const where = truth >= low && truth <= high ? "within" : "outside of";
  return `${said}The true number is ${amount(truth, unit)}, ${where} that range.`;
}
