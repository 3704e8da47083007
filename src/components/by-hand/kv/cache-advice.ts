import {html} from "htl";
import {captioned} from "../../kit/captioned.js";
import {numberText} from "../../kit/number-text.js";
import {type Axes, type CacheRow, costOf, pooledCaches} from "../../plots/kv/cache-front.js";
import {kindLook, kindName} from "../../plots/kv/kinds.js";
import {colourOf} from "../../plots/palette.js";

/** Perplexity that a reader may be ready to lose, as shares of the uncompressed cache's. */
const LIMITS = [0.01, 0.03, 0.1, 0.3] as const;

/** The smallest cache for a loss that is certain enough: what the rows say, whatever the model and its techniques. */
export function smallest(
  rows: readonly CacheRow[],
  limit: number,
  cost: Axes["cost"],
  isWanted: (row: CacheRow) => boolean = () => true,
): CacheRow | undefined {
  return pooledCaches(rows)
    .filter((row) => !row.isBound && isWanted(row))
    .filter((row) => {
      const baseline = row.perplexity - row.difference;
      return (row.differenceHigh ?? Number.POSITIVE_INFINITY) <= limit * baseline;
    })
    .toSorted((a, b) => costOf(a, cost) - costOf(b, cost))[0];
}

/** For each loss the smallest cache of all, and the smallest that does one thing only. */
export function cacheAdvice(rows: readonly CacheRow[], cost: Axes["cost"]): HTMLElement {
  const pooled = pooledCaches(rows);
  const whole = pooled.find(({family}) => family === "baseline");
  const families = [...new Set(pooled.map(({family}) => family))].filter((family) => family !== "baseline");
  const cell = (limit: number, isWanted?: (row: CacheRow) => boolean) => {
    const found = smallest(rows, limit, cost, isWanted);
    if (found === undefined) return html`<td class="muted">none</td>`;
    const size = whole ? sizeText(costOf(whole, cost) / costOf(found, cost)) : "";
    return html`<td style=${`--colour: ${colourOf(kindLook(found.family))}`}><span class="named">${found.label}</span> <span class="muted">${numberText(costOf(found, cost), 3)}${size}</span></td>`;
  };
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="The smallest cache for a loss"><table class="advice">
    <thead><tr><th scope="col">perplexity may rise by</th><th scope="col">smallest of all</th>${families.map((family) => html`<th scope="col">${kindName(family)}</th>`)}</tr></thead>
    <tbody>${LIMITS.map((limit) => html`<tr><th scope="row">${numberText(100 * limit)} %</th>${cell(limit)}${families.map((family) => cell(limit, (row) => row.family === family))}</tr>`)}</tbody>
  </table></div>`;
  return captioned("What should I use?", finding(rows, cost), table);
}

/** Ratio of a size to the baseline's: nothing is smaller by a factor below 1. */
function sizeText(times: number): string {
  return times < 1 ? `, ${numberText(1 / times, 2)}x larger` : `, ${numberText(times, 2)}x smaller`;
}

function finding(rows: readonly CacheRow[], cost: Axes["cost"]): string {
  const [strict, loose] = [LIMITS[0], LIMITS[2]].map((limit) => smallest(rows, limit, cost));
  const say = (row: CacheRow | undefined, limit: number) =>
    row === undefined
      ? `Nothing here is sure to lose at most ${100 * limit} %`
      : `${row.label} is sure to lose at most ${100 * limit} % at ${numberText(costOf(row, cost), 3)} bytes per token`;
  return `${say(strict, LIMITS[0])}; ${say(loose, LIMITS[2])}. Sure means that the upper end of the 95 % interval of the paired difference is within the limit, so a technique that was measured on few tokens has to be better to be named. Bytes are those of the axis above.`;
}
