import {html} from "htl";
import {CHOOSING, REPORTING} from "../../../lib/experiments/kv/halves.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {unbroken} from "../../kit/text/unbroken.js";
import {type Axes, type CacheRow, costOf, pooledCaches} from "../../plots/kv/cache-front.js";
import {kindLook, kindName} from "../../plots/kv/kinds.js";
import {colourOf} from "../../plots/palette.js";

/** Perplexity that a reader may be ready to lose, as shares of the uncompressed cache's. */
export const LIMITS = [0.01, 0.03, 0.1, 0.3] as const;

/** Name of the column that does not ask how a cache saves. */
const SMALLEST = "smallest of all";

/** A cache that is advised: chosen on some documents, its loss reported on others. */
export interface Advised {
  readonly row: CacheRow;
  /** Whether the interval of the reported loss ends within the limit, too. */
  readonly isConfirmed: boolean;
}

/**
 * The smallest cache whose loss is within a limit beyond doubt on the documents to choose on, as it does on the others, of
 * which the choice knows nothing.
 */
export function advised(
  rows: readonly CacheRow[],
  limit: number,
  cost: Axes["cost"],
  isWanted: (row: CacheRow) => boolean = () => true,
): Advised | undefined {
  const within = ({riseHigh}: CacheRow) => riseHigh !== null && riseHigh <= limit;
  const chosen = rows
    .filter((row) => row.seed === CHOOSING && !row.isBound && isWanted(row) && within(row))
    .toSorted((a, b) => costOf(a, cost) - costOf(b, cost))[0];
  const row = rows.find(({seed, technique}) => seed === REPORTING && technique === chosen?.technique);
  return row && {row, isConfirmed: within(row)};
}

/** For each loss the smallest cache of all, and the smallest that does one thing only. */
export function cacheAdvice(rows: readonly CacheRow[], cost: Axes["cost"]): HTMLElement {
  const pooled = pooledCaches(rows);
  const whole = pooled.find(({family}) => family === "baseline");
  const families = [...new Set(pooled.map(({family}) => family))].filter((family) => family !== "baseline");
  const cell = (limit: number, kind: string, isWanted?: (row: CacheRow) => boolean) => {
    const found = advised(rows, limit, cost, isWanted);
    if (found === undefined) return html`<td class="muted" data-kind=${kind}>none</td>`;
    const {row, isConfirmed} = found;
    const size = whole ? sizeText(costOf(whole, cost) / costOf(row, cost)) : "";
    return html`<td data-kind=${kind} style=${`--colour: ${colourOf(kindLook(row.family))}`}><span class="named">${row.label}</span> <span class="muted">${size}${numberText(costOf(row, cost), 3)} bytes</span> <span class="muted">${unbroken(`loses ${lossText(row)}`)}${isConfirmed ? "" : ", not confirmed"}</span></td>`;
  };
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="The smallest cache for a loss"><table class="advice">
    <thead><tr><th scope="col">perplexity may rise by</th><th scope="col">${SMALLEST}</th>${families.map((family) => html`<th scope="col">${kindName(family)}</th>`)}</tr></thead>
    <tbody>${LIMITS.map((limit) => html`<tr><th scope="row">${percent(limit)} %</th>${cell(limit, SMALLEST)}${families.map((family) => cell(limit, kindName(family), (row) => row.family === family))}</tr>`)}</tbody>
  </table></div>`;
  return captioned("What should I use?", adviceFinding(rows, cost), table);
}

/** A share in per cent, to hundredths: intervals of a loss are wider than that. */
const percent = (share: number): string => numberText(Math.round(1e4 * share) / 100 || 0, 3);

/** What a row loses, and the interval of that. */
const lossText = ({rise, riseLow, riseHigh}: CacheRow): string =>
  riseLow === null || riseHigh === null
    ? `${percent(rise)} %`
    : `${percent(rise)} % (${percent(riseLow)} to ${percent(riseHigh)})`;

/** Ratio of a size to the baseline's: nothing is smaller by a factor below 1. */
function sizeText(times: number): string {
  return times < 1 ? `${numberText(1 / times, 2)}x larger, ` : `${numberText(times, 2)}x smaller, `;
}

/** The advice for a strict and a loose limit in a sentence, and what it rests on. */
export function adviceFinding(rows: readonly CacheRow[], cost: Axes["cost"]): string {
  const documents = (half: string) => rows.find(({seed}) => seed === half)?.documents ?? 0;
  const [choosing, reporting] = [documents(CHOOSING), documents(REPORTING)];
  const say = (limit: number) => {
    const found = advised(rows, limit, cost);
    if (found === undefined) return `nothing here was found to lose at most ${percent(limit)} %`;
    const {row, isConfirmed} = found;
    return `for a loss of at most ${percent(limit)} %, ${row.label} was chosen and then lost ${lossText(row)} at ${numberText(costOf(row, cost), 3)} bytes per token${isConfirmed ? "" : ": not confirmed"}`;
  };
  return `${capitalized(say(LIMITS[0]))}; ${say(LIMITS[2])}. The choice is the smallest whose 95 % interval ends within the limit on ${choosing} documents; its loss is measured on ${reporting} other documents. Not confirmed: there the interval ends beyond the limit. Student's t over documents, paired with the uncompressed cache; one model, trained once. Bytes are those of the axis above.`;
}

const capitalized = (sentence: string): string => sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
