import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {memory} from "../../../lib/experiments/ssm/memory.js";
import {largest} from "../../../lib/stats/extent.js";
import {fold} from "../../kit/openings/fold.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {grouped} from "../../plots/series.js";
import {MAP_READING} from "../../plots/words/attention-maps.js";
import {wordMaps} from "../../plots/words/word-maps.js";

type MemoryRow = Row<(typeof memory)["columns"]>;

/** Columns of the table of all layers. */
const RANKS = 8;

/** Memory of a text in the scans of a model: how far each layer looks, who writes, and who is read at each word. */
export function memoryView(
  rows: readonly MemoryRow[],
  {model, layer}: {model: string; layer: number},
): HTMLElement {
  const unit = model.startsWith("mamba1") ? "channel" : "head";
  const words = rows.filter(({part}) => part === "word").map(({word}) => word ?? "");
  return html`<div>${reach(rows, unit)}${writing(rows, words, layer, unit)}${fold(`The scan of each ${unit} written as attention`, maps(rows, words, layer, unit))}</div>`;
}

/** All layers: units by rank of how far they look, each with its half-life. */
function reach(rows: readonly MemoryRow[], unit: string): HTMLElement {
  const all = rows.filter(({part}) => part === "reach");
  const layers = grouped(all, (row) => String(row.layer));
  const ranked = Array.from(layers, ([layer, units]) => ({
    layer,
    cells: evenly(
      units.toSorted((a, b) => a.value! - b.value!),
      RANKS,
    ),
  }));
  const most = largest(all.map(({value}) => value!));
  const cell = (row: MemoryRow) => {
    const halfLife = row.halfLife === null ? "never" : `in ${numberText(row.halfLife, 2)}`;
    return html`<td class="shaded" style=${`--share: ${Math.round((100 * row.value!) / most)}%`}>${numberText(row.value!, 2)} <span class="muted half-life">½ ${halfLife}</span></td>`;
  };
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Memory by layer"><table class="heat">
    <thead><tr><th scope="col">layer</th><th scope="colgroup" colspan=${RANKS}>${unit}s, from near to far</th></tr></thead>
    <tbody>${ranked.map(({layer, cells}) => html`<tr><th scope="row">${layer}</th>${cells.map(cell)}</tr>`)}</tbody>
  </table></div>`;
  const farthest = all.reduce((a, b) => (b.value! > a.value! ? b : a));
  return captioned(
    `How far back does each ${unit} look?`,
    `Mean distance in tokens that the outputs of a ${unit} look back over this text; below it, after how many tokens half is gone (½) of its slowest number of state, at its mean time step. ${capital(unit)} ${farthest.unit} of layer ${farthest.layer} looks farthest, ${numberText(farthest.value!, 3)} tokens.`,
    table,
  );
}

/** The units shown, in the order in which they come: by how far they look. */
function unitsOf(rows: readonly MemoryRow[]): number[] {
  return [...new Set(rows.filter(({part}) => part === "step").map(({unit}) => unit!))];
}

function writing(
  rows: readonly MemoryRow[],
  words: readonly string[],
  layer: number,
  unit: string,
): HTMLElement {
  const steps = rows.filter(({part}) => part === "step");
  const count = unitsOf(rows).length;
  const mean = words.map(
    (_, at) => steps.filter(({index}) => index === at).reduce((sum, {value}) => sum + value!, 0) / count,
  );
  const most = largest(mean);
  const strongest = mean.indexOf(most);
  const list = html`<ol class="words step-words" aria-label="Words and their mean time steps">${words.map(
    (word, at) =>
      html`<li style=${`--share: ${Math.round((100 * mean[at]) / most)}%`}><span>${word}</span> <span class="muted">${numberText(mean[at], 2)}</span></li>`,
  )}</ol>`;
  return captioned(
    "Which words does this layer write into its state?",
    `Δ of each word in layer ${layer}, the mean of the ${count} ${unit}s shown below: a large one writes the word and forgets what was there, one near 0 lets the word pass. “${words[strongest]}” (word ${strongest}) has the largest.`,
    list,
  );
}

function maps(
  rows: readonly MemoryRow[],
  words: readonly string[],
  layer: number,
  unit: string,
): HTMLElement {
  const shares = grouped(
    rows.filter(({part}) => part === "share"),
    (row) => String(row.unit),
  );
  const units = unitsOf(rows).map((each) => ({
    title: `${unit} ${each}`,
    cells: (shares.get(String(each)) ?? []).map(({index, other, value}) => ({
      index: index ?? 0,
      other,
      value: value ?? 0,
    })),
  }));
  return wordMaps({
    question: `Which words reach the output of each ${unit} in layer ${layer}?`,
    finding: `The scan written as attention. A vertical stripe is a word that is remembered, a narrow band is a memory of a few words, a row without older words is a state that was overwritten; the second colour is a negative weight. ${MAP_READING}`,
    prefix: "unit.",
    label: capital(unit),
    maps: units,
    first: 0,
    words,
    verb: "depends on",
  });
}

/** At most `count` members, evenly over the ranks. */
function evenly<T>(ranked: readonly T[], count: number): T[] {
  const shown = Math.min(count, ranked.length);
  return Array.from(
    {length: shown},
    (_, i) => ranked[Math.round((i * (ranked.length - 1)) / Math.max(1, shown - 1))],
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
