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
    html`<p class="block-facts"><span>${name}: exp(${numberText(total, 5)} / ${n}) = <strong>${numberText(Math.exp(total / n), 4)}</strong></span></p>`;
  const drawing = html`<div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="Words and their probabilities"><table>
      <thead><tr><th scope="col">word</th><th scope="col">p, float32</th><th scope="col">−ln p</th><th scope="col">p, quantized</th><th scope="col">−ln p</th><th scope="col">KL (nats)</th></tr></thead>
      <tbody>${rows.map(wordLine)}</tbody>
      <tfoot><tr><th scope="row">sum</th><td></td><td>${numberText(plain, 5)}</td><td></td><td>${numberText(quantized, 5)}</td><td>${numberText(kl, 4)}</td></tr></tfoot>
    </table></div>
    ${line("perplexity, float32", plain)}
    ${line("perplexity, quantized", quantized)}
    <p class="block-facts"><span>mean KL divergence: ${numberText(kl, 4)} / ${n} = <strong>${numberText(kl / n, 4)}</strong> nats</span></p>
  </div>`;
  return captioned("What does each word cost?", sentenceFinding(rows), drawing);
}

function wordLine({word, probability, surprise, quantized, quantizedSurprise, kl}: WordRow): HTMLElement {
  return html`<tr><th scope="row">${word}</th><td>${numberText(probability, 3)}</td><td>${numberText(surprise, 3)}</td><td>${numberText(quantized, 3)}</td><td>${numberText(quantizedSurprise, 3)}</td><td>${numberText(kl, 2)}</td></tr>`;
}

function sentenceFinding(rows: readonly WordRow[]): string {
  const costly = rows.toSorted((a, b) => b.surprise - a.surprise)[0];
  const moved = rows.toSorted((a, b) => b.kl - a.kl)[0];
  if (costly === undefined || moved === undefined) return "There is no word to predict.";
  return `The least predictable word has the largest loss (“${costly.word}”, ${numberText(costly.surprise, 3)} nats); quantization changes the prediction of “${moved.word}” most (word ${moved.position}, ${numberText(moved.kl, 2)} nats).`;
}
