import {html} from "htl";
import {decodingMethods} from "../../../lib/decoding/registry.js";
import type {Row, TableRows} from "../../../lib/experiment/columns.js";
import type {oneText} from "../../../lib/experiments/decoding/one-text.js";
import type {ParamValues} from "../../../lib/technique/params.js";
import {player} from "../../kit/player.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

type NodeRow = Row<(typeof oneText)["columns"]>;
type Setting = ParamValues<(typeof oneText)["params"]>;
type Tables = TableRows<(typeof oneText)["columns"], (typeof oneText)["tables"]>;
type RoundRow = Tables["rounds"][number];

/** A text round by round: the drafts of a round as a tree, those that the model keeps, and the token that it writes itself. */
export function draftTreeView(
  rows: readonly NodeRow[],
  {prompt, method}: Setting,
  tables: object,
): HTMLElement {
  const {rounds} = tables as Tables;
  let at = 0;
  const place = html`<div></div>`;
  const show = (round: number): void => {
    at = round;
    place.replaceChildren(roundView(rows, rounds, at, prompt));
  };
  show(0);
  const steps = player({
    label: "rounds",
    first: 0,
    last: () => rounds.length - 1,
    at: () => at,
    go: show,
    pause: 1600,
  });
  return captioned(
    "Which drafts does the model keep?",
    textFinding(rounds, method),
    html`<div>${steps}${place}</div>`,
  );
}

/** The whole text in numbers, and whether plain decoding writes it too. */
export function textFinding(rounds: readonly RoundRow[], method: string): string {
  const words = rounds.reduce((sum, {written}) => sum + written.split(" ").length, 0);
  const drafts = rounds.reduce((sum, {draftPasses}) => sum + draftPasses, 0);
  const small = drafts === 0 ? "no pass of a draft model" : `${drafts} passes of the draft model`;
  const same =
    decodingMethods.byId(method).lossless === true ? "and writes the same words" : "and may write others";
  return `${words} words in ${rounds.length} passes of the model and ${small}: ${numberText(words / Math.max(1, rounds.length), 3)} words a pass. Plain decoding takes ${words} passes ${same}.`;
}

function roundView(
  rows: readonly NodeRow[],
  rounds: readonly RoundRow[],
  at: number,
  prompt: string,
): HTMLElement {
  const own = rows.filter(({round}) => round === at);
  const {written, kept, drafted} = rounds[at];
  const words = written.split(" ");
  const before = [prompt, ...rounds.slice(0, at).map((round) => round.written)].join(" ");
  const done = kept === words.length ? "the text ends" : `the model's own “${words.at(-1)}”`;
  return html`<div class="draft-round">
    <p class="draft-text"><span class="muted">${before}</span> ${words.map((word, i) => html`<span class=${i < kept ? "kept" : "written"}>${word}</span> `)}</p>
    <p class="block-facts"><span>round ${at + 1} of ${rounds.length}</span> <span>${drafted} drafted, <strong>${kept} kept</strong>, then ${done}</span></p>
    <ul class="draft-tree" aria-label=${`Drafts of round ${at + 1}`}>${branch(own, 0, words, kept)}</ul>
  </div>`;
}

/** A node with what follows it; below a draft that was not kept only the number of further drafts is given. */
function branch(
  nodes: readonly NodeRow[],
  node: number,
  written: readonly string[],
  kept: number,
): HTMLElement {
  const row = nodes[node];
  const children = nodes.filter(({parent}) => parent === node);
  const isLast = row.isKept && row.depth === kept && written.length > kept;
  const own = isLast
    ? html`<li class="written"><span>${written[kept]}</span> <span class="muted">written by the model</span></li>`
    : null;
  const below = row.isKept ? children.map((child) => branch(nodes, child.node, written, kept)) : null;
  const hidden = row.isKept ? 0 : descendants(nodes, node);
  return html`<li class=${row.isKept ? "kept" : "dropped"}>
    <span>${row.word}</span> <span class="muted">${node === 0 ? "the last word so far" : sharesOf(row, hidden)}</span>
    ${below === null ? null : html`<ul>${below}${own}</ul>`}
  </li>`;
}

function sharesOf({isKept, probability}: NodeRow, hidden: number): string {
  const chance = `${numberText(100 * probability, 2)}\u00a0%`;
  if (isKept) return `${chance}, kept`;
  return hidden === 0 ? chance : `${chance}, ${hidden} ${hidden === 1 ? "draft" : "drafts"} after it`;
}

function descendants(nodes: readonly NodeRow[], node: number): number {
  const children = nodes.filter(({parent}) => parent === node);
  return children.reduce((sum, child) => sum + 1 + descendants(nodes, child.node), 0);
}
