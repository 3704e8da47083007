import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {oneSentence} from "../../../lib/experiments/models/one-sentence.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

type WordRow = Row<(typeof oneSentence)["columns"]>;

/** Every word of a sentence with what it costs under both models: sums that a reader can check. */
export function sentenceCells(rows: readonly WordRow[]): HTMLElement {
  const n = rows.length;
  const sum = (of: (row: WordRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const [plain, quantized, kl] = [
    sum((row) => row.surprise),
    sum((row) => row.quantizedSurprise),
    sum((row) => row.kl),
  ];
  const line = (name: string, total: number) =>
    html`<p class="block-facts"><span>${name}: exp(${nats(total)} / ${n}) = <strong>${numberText(Math.exp(total / n), 3)}</strong></span></p>`;
  const drawing = html`<div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="Words and their probabilities"><table class="narrow">
      <thead><tr><th scope="col">word</th><th scope="col">probability p, float32</th><th scope="col">loss −ln p (nats)</th><th scope="col">p, quantized</th><th scope="col">loss (nats)</th><th scope="col">KL divergence (nats)</th></tr></thead>
      <tbody>${rows.map(wordLine)}</tbody>
      <tfoot><tr><th scope="row">sum</th><td></td><td>${nats(plain)}</td><td></td><td>${nats(quantized)}</td><td>${nats(kl)}</td></tr></tfoot>
    </table></div>
    ${line("perplexity, float32", plain)}
    ${line("perplexity, quantized", quantized)}
    <p class="block-facts"><span>mean KL divergence: ${nats(kl)} / ${n} = <strong>${numberText(kl / n, 3)}</strong> nats</span></p>
  </div>`;
  return captioned("What does each word cost?", sentenceFinding(rows), drawing);
}

/** Thousandths of a nat, so that a column adds up by hand. */
const nats = (value: number): string => value.toFixed(3);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function wordLine({word, probability, surprise, quantized, quantizedSurprise, kl}: WordRow): HTMLElement {
  return html`<tr><th scope="row">${word}</th><td>${percent(probability)}</td><td>${nats(surprise)}</td><td>${percent(quantized)}</td><td>${nats(quantizedSurprise)}</td><td>${nats(kl)}</td></tr>`;
}

function sentenceFinding(rows: readonly WordRow[]): string {
  const costly = rows.toSorted((a, b) => b.surprise - a.surprise)[0];
  const moved = rows.toSorted((a, b) => b.kl - a.kl)[0];
  if (costly === undefined || moved === undefined) return "There is no word to predict.";
  return `The least predictable word has the largest loss (“${costly.word}”, ${numberText(costly.surprise, 3)} nats); quantization changes the prediction of “${moved.word}” most (word ${moved.position}, ${numberText(moved.kl, 2)} nats).`;
}
