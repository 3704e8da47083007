import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {sharedAttention} from "../../../lib/experiments/kv/shared-attention.js";
import {explorable} from "../../kit/explorable.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {grouped} from "../../plots/series.js";
import {MAP_READING} from "../../plots/words/attention-maps.js";
import {wordMaps} from "../../plots/words/word-maps.js";

type AttentionRow = Row<(typeof sharedAttention)["columns"]>;

/** A head's attention with its own keys beside that with shared ones, and what the model then expects. */
export function sharedAttentionView(rows: readonly AttentionRow[]): HTMLElement {
  const seen = rows.filter(({part}) => part === "attention").map(looked);
  const heads = grouped(seen, ({head}) => String(head));
  const words = rows.filter(({part}) => part === "word").map(({word}) => word ?? "");
  return html`<div>${explorable({
    label: "Head",
    prefix: "head.",
    params: {
      head: {
        kind: "integer",
        label: "Head",
        help: "Of the layer; the first is 0.",
        min: 0,
        max: Math.max(1, heads.size - 1),
        default: 0,
      },
    },
    draw: ({head}) => headPair(head, heads, words),
  })}${expected(rows.filter(({part}) => part === "next").map(looked))}</div>`;
}

/** A row that has both numbers. */
type Looked = AttentionRow & {readonly exact: number; readonly shared: number};

const looked = (row: AttentionRow): Looked => ({...row, exact: row.exact ?? 0, shared: row.shared ?? 0});

function headPair(
  head: number,
  heads: ReadonlyMap<string, readonly Looked[]>,
  words: readonly string[],
): HTMLElement {
  const cells = heads.get(String(head)) ?? [];
  const looks = (of: (row: Looked) => number) =>
    cells
      .map((row) => ({index: row.index, other: row.other, value: of(row)}))
      .filter(({value}) => value > 0.004);
  const moved = Array.from(
    heads,
    ([name, own]) => `${numberText(100 * movedShare(own, words.length), 2)} % in head ${name}`,
  );
  return wordMaps({
    question: "Does the head attend to the same words?",
    finding: `Attention that went elsewhere, on average over words: ${moved.join(", ")}. ${MAP_READING}`,
    prefix: "map.",
    label: "Keys and values of the map",
    maps: [
      {title: "own keys and values", cells: looks(({exact}) => exact)},
      {title: "shared keys and values", cells: looks(({shared}) => shared)},
      {title: "where they differ", cells: looks(({exact, shared}) => Math.abs(exact - shared))},
    ],
    first: 0,
    words,
    verb: "attends to",
  });
}

/** Half the sum of all differences of a row: the share of attention that moved. */
function movedShare(rows: readonly Looked[], words: number): number {
  return rows.reduce((sum, {exact, shared}) => sum + Math.abs(exact - shared), 0) / 2 / words;
}

function expected(rows: readonly Looked[]): HTMLElement {
  const percent = (share: number) => `${numberText(100 * share, 3)} %`;
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Likeliest next words"><table class="heat">
    <thead><tr><th scope="col">next word</th><th scope="col">own keys and values</th><th scope="col">shared</th></tr></thead>
    <tbody>${rows.map(({word, exact, shared}) => html`<tr><th scope="row">${word}</th><td class="shaded" style=${`--share: ${100 * exact}%`}>${percent(exact)}</td><td class="shaded" style=${`--share: ${100 * shared}%`}>${percent(shared)}</td></tr>`)}</tbody>
  </table></div>`;
  const best = rows.toSorted((a, b) => b.exact - a.exact)[0];
  const finding = best
    ? `With its own keys and values the model expects “${best.word}” with ${percent(best.exact)}, with shared ones in all layers it gives that word ${percent(best.shared)}.`
    : "There is no prediction.";
  return captioned("What does the model predict next?", finding, table);
}
