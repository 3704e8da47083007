import {html} from "htl";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {explorable} from "../../kit/explorable.js";
import {fold} from "../../kit/openings/fold.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {type PolicyRow, pooledPolicies} from "../../plots/attention/policies.js";
import {colourOf} from "../../plots/palette.js";
import {policyLooks} from "../../plots/policy-family.js";
import {grouped} from "../../plots/series.js";

/** Measures that a cell of the grid may show. */
interface Measure {
  readonly of: (row: PolicyRow) => number | null;
  readonly interval?: (row: PolicyRow) => readonly [number | null, number | null];
  readonly percent?: boolean;
  /** 1 where the value is best. */
  readonly good: (value: number, all: readonly number[]) => number;
}

const most = (all: readonly number[]) => largest(all);
const least = (all: readonly number[]) => smallest(all);
const high = (value: number) => value;
const low = (value: number, all: readonly number[]) => (value === 0 ? 1 : least(all) / value);

const MEASURES: Readonly<Record<string, Measure>> = {
  "retrieval accuracy": {
    of: ({retrieval}) => retrieval,
    interval: ({retrievalLow, retrievalHigh}) => [retrievalLow, retrievalHigh],
    percent: true,
    good: high,
  },
  "repeats right": {
    of: ({copying}) => copying,
    interval: ({copyingLow, copyingHigh}) => [copyingLow, copyingHigh],
    percent: true,
    good: high,
  },
  perplexity: {of: ({perplexity}) => perplexity, good: low},
  "KL divergence (nats)": {of: ({klMean}) => klMean, good: (value, all) => 1 - value / (most(all) || 1)},
  "bytes read for a token": {of: ({bytesRead}) => bytesRead, good: low},
  "bytes kept for a token": {of: ({bytesKept}) => bytesKept, good: low},
};

/** Policies down, shares of keys across, one measure at a time. */
export function policyGrid(rows: readonly PolicyRow[]): HTMLElement {
  const pooled = pooledPolicies(rows);
  const grids = explorable({
    label: "All policies",
    prefix: "grid.",
    params: {
      measure: {kind: "choice", label: "Show", options: Object.keys(MEASURES), default: "retrieval accuracy"},
    },
    draw: ({measure}) =>
      captioned(
        "All policies at all shares of keys",
        finding(pooled, measure),
        grid(pooled, MEASURES[measure]),
      ),
  });
  return fold("All policies at all shares of keys, one measure at a time", grids);
}

function grid(rows: readonly PolicyRow[], measure: Measure): HTMLElement {
  const keepFractions = [...new Set(rows.map(({keepFraction}) => keepFraction))].toSorted((a, b) => b - a);
  const looks = policyLooks(rows);
  const all = rows.map(measure.of).filter((value) => value !== null);
  const line = (own: readonly PolicyRow[]) => {
    const {policy, label, kind} = own[0];
    const at = new Map(own.map((row) => [row.keepFraction, row]));
    return html`<tr style=${`--colour: ${colourOf(looks.get(policy)!)}`}><th scope="row">${label} <span class="muted">${kind}</span></th>${keepFractions.map((keepFraction) => cell(at.get(keepFraction), measure, all))}</tr>`;
  };
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Policies by share of keys kept"><table class="quality heat policies">
    <thead><tr><th scope="col">policy</th>${keepFractions.map((keepFraction) => html`<th scope="col">${numberText(100 * keepFraction)} % kept</th>`)}</tr></thead>
    <tbody>${Array.from(grouped(rows, ({policy}) => policy).values(), line)}</tbody>
  </table></div>`;
}

function cell(
  row: PolicyRow | undefined,
  {of, interval, percent, good}: Measure,
  all: readonly number[],
): HTMLElement {
  const value = row === undefined ? null : of(row);
  if (row === undefined || value === null) return html`<td>–</td>`;
  const text = (x: number) => (percent ? numberText(100 * x, 3) : numberText(x, 3));
  const [from, to] = interval?.(row) ?? [null, null];
  const share = Math.round(100 * Math.min(1, Math.max(0, good(value, all))));
  return html`<td class="shaded" style=${`--share: ${share}%`}>${text(value)}${percent ? " %" : null}${from === null || to === null ? null : html` <span class="muted">${text(from)} to ${text(to)}</span>`}</td>`;
}

function finding(rows: readonly PolicyRow[], measure: string): string {
  const {documents, retrievalTrials, copyingTrials} = rows[0] ?? {
    documents: 0,
    retrievalTrials: 0,
    copyingTrials: 0,
  };
  return `Each cell: ${measure}, over ${documents} documents, with ${retrievalTrials} answers and ${copyingTrials} repeats; a stronger colour is better. Small numbers are 95 % intervals over documents. Policies that evict let a key go for good; those that select keep all and read some. The window of the Λ-shaped mask is that share of the whole text, so that early words see more.`;
}
