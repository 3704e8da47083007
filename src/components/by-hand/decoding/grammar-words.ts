import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {grammarText} from "../../../lib/experiments/decoding/grammar-text.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

type WordRow = Row<(typeof grammarText)["columns"]>;

/** A text under a grammar beside the one that the model writes freely. */
export function grammarWords(rows: readonly WordRow[], {prompt}: {readonly prompt: string}): HTMLElement {
  const differs = rows.findIndex(({word, freely}) => word !== freely);
  const words = rows.map(
    ({word, freely}) => html`<span class=${word === freely ? "kept" : "written"}>${word}</span> `,
  );
  const free = rows.map(({freely}) => freely).join(" ");
  return captioned(
    "Which words does the grammar change?",
    wordsFinding(rows, differs),
    html`<div><p class="draft-text"><span class="muted">${prompt}</span> ${words}</p><p class="muted">freely: ${free}</p></div>`,
  );
}

/** The first change in numbers. */
export function wordsFinding(rows: readonly WordRow[], differs: number): string {
  if (rows.length === 0) return "No word fits the grammar.";
  if (differs < 0) return "None: the model writes what the grammar allows by itself.";
  const {word, freely, allowed, allowedChance} = rows[differs];
  const choice = allowed === 1 ? "the one word" : `the ${allowed} words`;
  return `The first is word ${differs + 1}, “${word}” in place of “${freely}”: to ${choice} that the grammar allows there, the model alone gives ${numberText(100 * allowedChance, 2)}\u00a0%.`;
}
