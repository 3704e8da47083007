import {html, svg} from "htl";
import type {TableRows} from "../../../lib/experiment/columns.js";
import type {oneText} from "../../../lib/experiments/regress/one-text.js";
import {silvermanBandwidth, smoothedDensity} from "../../../lib/regress/density.js";
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

/** Points of the curve, and its size in units of its drawing. */
const POINTS = 120;
const HEIGHT = 60;

/** The samples smoothed on an axis of logarithms, over the run of the bars. */
export function densityCurve(samples: readonly number[], truth: number | null) {
  const values = samples.map(place);
  const bandwidth = values.length < 2 ? 0 : silvermanBandwidth(values);
  if (bandwidth === 0) return null;
  const [from, to] = [smallest, largest].map((end) =>
    end([...values, ...(truth === null ? [] : [place(truth)])]),
  );
  const density = smoothedDensity(values, bandwidth);
  const heights = Array.from({length: POINTS + 1}, (_, i) => density(from + ((to - from) * i) / POINTS));
  const at = truth === null ? null : (POINTS * (place(truth) - from)) / (to - from);
  return {bandwidth, heights, at};
}

/** The smoothed density as a drawing with the true number as a line, and how it was smoothed. */
function curveOf(samples: readonly number[], truth: number | null): HTMLElement | null {
  const curve = densityCurve(samples, truth);
  if (curve === null) return null;
  const {bandwidth, heights, at} = curve;
  const top = largest(heights);
  const line = heights.map((height, i) => `${i},${(HEIGHT * (1 - height / top)).toFixed(2)}`).join("L");
  const mark = at === null ? null : svg`<line x1=${at} x2=${at} y1="0" y2=${HEIGHT} />`;
  const drawing = svg`<svg viewBox=${`0 0 ${POINTS} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true"><path d=${`M0,${HEIGHT}L${line}L${POINTS},${HEIGHT}Z`} />${mark}</svg>`;
  return html`<figure class="density-curve">${drawing}<figcaption>Density of the samples along the bars' axis, which is logarithmic, smoothed by normal curves of ${numberText(bandwidth, 2)} powers of ten (Silverman's rule)${at === null ? "" : "; the line is the true number"}</figcaption></figure>`;
}

function densityOf(samples: readonly number[], truth: number | null, unit: string): HTMLElement {
  const bins = binsOf(samples, truth);
  const most = Math.max(1, largest(bins.map(({count}) => count)));
  const holds = ({low, high}: Bin, i: number) =>
    truth !== null && truth >= low * (1 - 1e-9) && (truth < high || i === bins.length - 1);
  const at = truth === null ? -1 : bins.findIndex(holds);
  const bars = html`<ol class="share-bars density">${bins.map(
    ({low, high, count}, i) =>
      html`<li class=${i === at ? "truth" : ""} style=${`--share: ${(100 * count) / most}%`}><span>${numberText(low, 3)} to ${numberText(high, 3)} ${unit}</span> <strong>${i === at ? "true number here · " : ""}${count}</strong></li>`,
  )}</ol>`;
  return html`<div>${curveOf(samples, truth)}${bars}</div>`;
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
