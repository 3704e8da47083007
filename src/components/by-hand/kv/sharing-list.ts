import {html} from "htl";
import {fold} from "../../kit/openings/fold.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {
  pooledSharing,
  type SharingRow,
  sharingLooks,
  sharingName,
  UNCOMPRESSED,
} from "../../plots/kv/sharing.js";
import {colourOf, type Look} from "../../plots/palette.js";
import {PICKED} from "../../plots/series.js";

/** Points of a hundred, to a tenth: finer than any of these intervals. */
const points = (share: number) => (100 * share).toFixed(1).replace("-", "−");

/** Answers and copies that remain under sharing, each change with its paired interval. */
export function sharingList(rows: readonly SharingRow[]): HTMLElement {
  const pooled = pooledSharing(rows).toSorted((a, b) => b.bytesPerToken - a.bytesPerToken);
  const looks = sharingLooks(pooledSharing(rows));
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Answers and copies by technique"><table class="quality changes">
    <thead><tr><th scope="col">technique</th><th scope="col">bytes per token</th><th scope="col">times smaller: here</th><th scope="col">in a long text</th><th scope="col">perplexity</th><th scope="col">retrieval accuracy, %</th><th scope="col">change, points</th><th scope="col">copies right, %</th><th scope="col">change, points</th></tr></thead>
    <tbody>${pooled.map((row) => line(row, looks.get(sharingName(row))!))}</tbody>
  </table></div>`;
  return fold(
    "Retrieval accuracy and copies, technique by technique",
    captioned("How many answers and copies are still right?", finding(pooled), table),
  );
}

function line(row: SharingRow, look: Look): HTMLElement {
  return html`<tr style=${`--colour: ${colourOf(look)}`}>
    <th scope="row">${row.name}</th>
    <td>${numberText(row.bytesPerToken, 3)}</td>
    <td>${numberText(row.ratio, 3)}</td>
    <td>${numberText(row.limitRatio, 3)}</td>
    <td>${numberText(row.perplexity, 4)}</td>
    <td>${row.retrieval === null ? "–" : points(row.retrieval)}</td>
    <td>${change(row.answersChange, row.answersChangeLow, row.answersChangeHigh)}</td>
    <td>${row.copies === null ? "–" : points(row.copies)}</td>
    <td>${change(row.copiesChange, row.copiesChangeLow, row.copiesChangeHigh)}</td>
  </tr>`;
}

function change(value: number | null, low: number | null, high: number | null): HTMLElement | string {
  if (value === null || low === null || high === null) return "–";
  return html`<span>${points(value)} <span class="muted">(${points(low)} to ${points(high)})</span></span>`;
}

function finding(rows: readonly SharingRow[]): string {
  const known = rows.filter(
    ({technique, answersChangeHigh}) => technique !== UNCOMPRESSED && answersChangeHigh !== null,
  );
  const unharmed = known.filter(({answersChangeHigh}) => answersChangeHigh! >= 0);
  const harmed = `${known.length - unharmed.length} of ${known.length} settings lose answers beyond doubt`;
  const smallest = unharmed.toSorted((a, b) => b.limitRatio - a.limitRatio)[0];
  const {documents = 0, retrievalTrials = 0, copyTrials = 0} = rows[0] ?? {};
  const found = smallest
    ? `${harmed}. Of the others ${smallest.name} is the smallest in a very long text: ${numberText(smallest.limitRatio, 3)} times smaller, and its answers change by ${points(smallest.answersChange!)} points (${points(smallest.answersChangeLow!)} to ${points(smallest.answersChangeHigh!)}). ${PICKED}`
    : `${harmed}.`;
  return `${found} Names give the rank for each layer, of keys and of values. Intervals are paired, 95 %, over ${documents} documents with ${retrievalTrials} answers and ${copyTrials} copied tokens of three seeds.`;
}
