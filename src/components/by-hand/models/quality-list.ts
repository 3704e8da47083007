import {html} from "htl";
import {largest} from "../../../lib/stats/extent.js";
import {fold} from "../../kit/openings/fold.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {pooledRows, type QualityRow} from "../../plots/models/quality.js";

const percent = (share: number) => `${numberText(100 * share, 3)} %`;

/** Retrieval accuracy under each format with intervals, and the other measures of a model. */
export function qualityList(rows: readonly QualityRow[]): HTMLElement {
  const pooled = pooledRows(rows).toSorted((a, b) => a.bitsPerWeight - b.bitsPerWeight);
  return fold(
    "Retrieval accuracy and other measures, format by format",
    captioned(
      "Does the model still retrieve facts from its context?",
      retrievalFinding(pooled),
      qualityTable(pooled),
    ),
  );
}

function retrievalFinding(rows: readonly QualityRow[]): string {
  const most = largest(rows.map(({retrievalHigh}) => retrievalHigh ?? 0));
  const worse = rows.filter(({retrievalHigh}) => retrievalHigh !== null && retrievalHigh < most - 0.02);
  const trials = rows[0]?.retrievalTrials ?? 0;
  const names = worse.map(({format, retrieval}) => `${format} (${percent(retrieval ?? 0)})`);
  const found =
    names.length === 0
      ? "No format loses significantly many answers"
      : `Answers are lost with ${names.join(", ")}`;
  return `${found}. Bars are 95 % intervals over ${rows[0]?.documents ?? 0} documents with ${trials} answer tokens; perplexity shows damage long before retrieval does.`;
}

function qualityTable(rows: readonly QualityRow[]): HTMLElement {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Retrieval and other figures by format"><table class="quality">
    <thead><tr><th scope="col">format</th><th scope="col">bits</th><th scope="col">retrieval, 0 to 100 %</th><th scope="col">tasks solved</th><th scope="col">same top word</th><th scope="col">KL median</th><th scope="col">KL 99 %</th></tr></thead>
    <tbody>${rows.map(qualityLine)}</tbody>
  </table></div>`;
}

function qualityLine(row: QualityRow): HTMLElement {
  const {format, family, bitsPerWeight, retrieval, retrievalLow, retrievalHigh, solved, samples} = row;
  return html`<tr style=${`--colour: var(--family-${family})`}>
    <th scope="row">${format}</th>
    <td>${numberText(bitsPerWeight, 3)}</td>
    <td>${retrieval === null ? "–" : intervalBar(retrieval, retrievalLow ?? retrieval, retrievalHigh ?? retrieval)}</td>
    <td>${numberText(solved * samples)} of ${samples}</td>
    <td>${percent(row.sameTop)}</td>
    <td>${numberText(row.klMedian, 2)}</td>
    <td>${numberText(row.kl99, 2)}</td>
  </tr>`;
}

/** A share as a mark on a line from 0 to 1, with its interval as a bar. */
function intervalBar(share: number, low: number, high: number): HTMLElement {
  const style = `--low: ${100 * low}%; --width: ${100 * (high - low)}%; --share: ${100 * share}%`;
  return html`<span class="interval"><span class="interval-line" style=${style} aria-hidden="true"></span><span>${percent(share)}</span></span>`;
}
