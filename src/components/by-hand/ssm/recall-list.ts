import {html} from "htl";
import {fold} from "../../kit/openings/fold.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {colourOf} from "../../plots/palette.js";
import {ALL_SEEDS} from "../../plots/row-names.js";
import {methodGroup, type QuantizationRow, setupName} from "../../plots/ssm/quantization.js";

const points = (share: number) => numberText(100 * share, 3);

const change = (share: number) => numberText(100 * share, 2);

/** Answers and copies of every setup, with the paired change to the float model, smallest setup first. */
export function recallList(rows: readonly QuantizationRow[]): HTMLElement {
  const pooled = rows.filter(({seed}) => seed === ALL_SEEDS).toSorted((a, b) => a.bytes - b.bytes);
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Answers and copies by setup"><table class="quality recall">
    <thead><tr><th scope="col">setup</th><th scope="col">kB</th><th scope="col">of which state</th><th scope="col">answers, 0 to 100 %</th><th scope="col">change, points</th><th scope="col">copies, 0 to 100 %</th><th scope="col">change, points</th><th scope="col">same top word</th></tr></thead>
    <tbody>${pooled.map(line)}</tbody>
  </table></div>`;
  return fold(
    "Answers and copies, setup by setup",
    captioned("Does it still answer and copy?", recallFinding(pooled), table),
  );
}

function line(row: QuantizationRow): HTMLElement {
  return html`<tr style=${`--colour: ${colourOf(methodGroup(row.method))}`}>
    <th scope="row">${setupName(row)}</th>
    <td>${numberText(row.bytes / 1000, 4)}</td>
    <td>${numberText(row.stateBytes / 1000, 3)}</td>
    <td>${intervalBar(row.retrieval, row.retrievalLow, row.retrievalHigh)}</td>
    <td>${paired(row.retrievalDifference, row.retrievalDifferenceLow, row.retrievalDifferenceHigh)}</td>
    <td>${intervalBar(row.copy, row.copyLow, row.copyHigh)}</td>
    <td>${paired(row.copyDifference, row.copyDifferenceLow, row.copyDifferenceHigh)}</td>
    <td>${points(row.sameTop)} %</td>
  </tr>`;
}

function paired(value: number | null, low: number | null, high: number | null): string {
  if (value === null || low === null || high === null) return "–";
  return `${change(value)} (${change(low)} to ${change(high)})`;
}

/** A share as a mark on a line from 0 to 1, with its interval as a bar. */
function intervalBar(share: number | null, low: number | null, high: number | null): HTMLElement | string {
  if (share === null || low === null || high === null) return "–";
  const style = `--low: ${100 * low}%; --width: ${100 * (high - low)}%; --share: ${100 * share}%`;
  return html`<span class="interval"><span class="interval-line" style=${style} aria-hidden="true"></span><span>${points(share)} %</span></span>`;
}

function recallFinding(rows: readonly QuantizationRow[]): string {
  const lost = rows.filter(({retrievalDifferenceHigh}) => (retrievalDifferenceHigh ?? 0) < 0);
  const found =
    lost.length === 0
      ? "No setup loses significantly many answers"
      : `Significantly fewer answers are right in ${lost.map(setupName).join(", ")}`;
  const {documents = 0, retrievalTrials = 0, copyTrials = 0} = rows[0] ?? {};
  return `${found}. Bars are 95 % intervals over ${documents} documents with ${retrievalTrials} answers and ${copyTrials} copied words; changes are paired with the float model on the same words.`;
}
