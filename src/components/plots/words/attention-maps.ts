import type {InsideRow} from "../models/inside.js";
import {grouped} from "../series.js";
import {cellText, strongestOf} from "./word-map.js";
import {wordMaps} from "./word-maps.js";

/** How to read a map, in a sentence. */
export const MAP_READING =
  "Down: the word that looks; across: the words before it; a stronger colour is more attention. Point at a cell, or go through them with the arrow keys.";

const VERB = "attends to";

/** A map for every head, the head that is sharpest at the last word first. */
export function attentionMaps(rows: readonly InsideRow[], words: readonly string[]): HTMLElement {
  const seen = rows.filter(({part}) => part === "attention");
  const heads = Array.from(
    grouped(seen, ({head}) => String(head)),
    ([head, cells]) => ({title: `head ${head}`, cells, look: strongestOf(cells, words.length - 1)}),
  );
  const sharpest = heads.toSorted((a, b) => (b.look?.value ?? 0) - (a.look?.value ?? 0))[0];
  const found = sharpest?.look
    ? `At the last word ${sharpest.title} is sharpest: ${cellText(sharpest.look, {words, verb: VERB})}. `
    : "";
  return wordMaps({
    question: "Which words does each head attend to?",
    finding: found + MAP_READING,
    prefix: "attention.",
    label: "Attention head",
    maps: heads,
    first: Math.max(0, heads.indexOf(sharpest as (typeof heads)[number])),
    words,
    verb: VERB,
  });
}
