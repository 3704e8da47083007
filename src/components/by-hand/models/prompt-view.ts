import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {InsideRow} from "../../plots/models/inside.js";
import {grouped} from "../../plots/series.js";
import {attentionMaps} from "../../plots/words/attention-maps.js";

/** Predictions of the model for every word of a prompt, and for the next one. */
export const expectationView = (rows: readonly InsideRow[]): HTMLElement => expectations(rows, wordsOf(rows));

/** Attention of every head of a layer over the prompt. */
export const attentionView = (rows: readonly InsideRow[]): HTMLElement => attentionMaps(rows, wordsOf(rows));

/** The words of the prompt by position; the marker that begins it is a word too. */
function wordsOf(rows: readonly InsideRow[]): string[] {
  const next = rows.filter(({part}) => part === "next").map(({word}) => word ?? "");
  return ["<begin>", ...next];
}

const percent = (share: number) => `${numberText(100 * share, 3)} %`;

function expectations(rows: readonly InsideRow[], words: readonly string[]): HTMLElement {
  const probabilities = rows.filter(({part}) => part === "next").map(({value}) => value);
  const predictions = grouped(
    rows.filter(({part}) => part === "prediction"),
    ({index}) => String(index),
  );
  const coming = predictions.get(String(words.length - 1)) ?? [];
  const best = coming[0];
  const drawing = html`<div>
    <ol class="words" aria-label="Words of the prompt and how likely each was">${words.slice(1).map((word, i) => expectedWord(word, probabilities[i] ?? 0, predictions.get(String(i))?.[0]))}</ol>
    <ol class="coming" aria-label="Likeliest next words">${coming.map(({word, value}) => html`<li style=${`--share: ${100 * value}%`}><span>${word}</span> <span>${percent(value)}</span></li>`)}</ol>
  </div>`;
  const finding = best
    ? `Each word is shaded by the probability that the model gave it before it came. Next it expects “${best.word}” (${percent(best.value)}).`
    : "There is no prediction.";
  return captioned("What did the model expect, and what comes next?", finding, drawing);
}

function expectedWord(word: string, probability: number, likeliest: InsideRow | undefined): HTMLElement {
  const instead = likeliest && likeliest.word !== word ? `; expected ${likeliest.word}` : "";
  return html`<li style=${`--share: ${Math.round(100 * probability)}%`}><span>${word}</span> <span class="muted">${percent(probability)}${instead}</span></li>`;
}
