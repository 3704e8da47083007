import {html, svg} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {oneGrammar} from "../../../lib/experiments/decoding/one-grammar.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {type GrammarTables, ruleArcs} from "./rule-arcs.js";

type GrammarRow = Row<(typeof oneGrammar)["columns"]>;

/** Classes of the verdicts, in their order. */
const KINDS = ["rejected", "accepted", "allowed", "refused"] as const;
/** Tokens of a row of the square. */
const SIDE = 64;

/** A grammar after a text: what it reads, its stacks, its automaton, and its mask over the vocabulary. */
export function grammarView(rows: readonly GrammarRow[], _: object, tables: object): HTMLElement {
  const [row] = rows;
  const own = tables as GrammarTables;
  const text = html`<p class="draft-text grammar-text"><code class="kept">${row.read || " "}</code>${row.refused === "" ? null : html`<code class="refused">${row.refused}</code> <span class="muted">refused by the grammar</span>`}</p>`;
  return captioned(
    "What may come after this text?",
    maskFinding(row),
    html`<div>${text}<div class="grammar-parts">${maskSquare(row.verdicts)}<div>${tokenList(own)}${stackList(own)}</div></div>${
      own.nodes.length === 0
        ? html`<p class="muted">An automaton of ${row.nodes} nodes is too large to be drawn.</p>`
        : ruleArcs(own)
    }</div>`,
  );
}

/** The mask in numbers. */
export function maskFinding({allowed, checked, tokens, isComplete, nodes, rules}: GrammarRow): string {
  const end = isComplete ? "The text may end here. " : "";
  return `${end}${numberText(allowed, 5)} of ${numberText(tokens, 5)} tokens may come next; ${numberText(checked, 4)} of all had to be checked with the stack at hand. The automaton has ${nodes} nodes in ${rules} ${rules === 1 ? "rule" : "rules"}.`;
}

/** The vocabulary as a square, a cell a token in the order in which they were merged. */
function maskSquare(verdicts: readonly number[]): HTMLElement {
  const paths = KINDS.slice(1).map((kind, i) => {
    const cells = verdicts.flatMap((verdict, id) =>
      verdict === i + 1 ? [`M${id % SIDE},${Math.floor(id / SIDE)}h.9v.9h-.9z`] : [],
    );
    return svg`<path class=${kind} d=${cells.join("")} />`;
  });
  const side = Math.ceil(verdicts.length / SIDE);
  return html`<div class="mask-square">${svg`<svg viewBox=${`0 0 ${SIDE} ${side}`} role="img" aria-label="The vocabulary, a cell a token: accepted, checked, or empty where refused">${paths}</svg>`}
    <ul class="mask-legend"><li class="accepted">accepted by the masks of the nodes</li><li class="allowed">checked and allowed</li><li class="refused">checked and refused</li></ul></div>`;
}

/** Tokens by name, those that were checked first. */
function tokenList({listed}: GrammarTables): HTMLElement {
  if (listed.length === 0) return html`<p class="muted">No token may come.</p>`;
  const kinds: Readonly<Record<string, string>> = {
    "checked and allowed": "allowed",
    "checked and refused": "refused",
  };
  return html`<p class="token-chips" tabindex="0" role="group" aria-label="Tokens by name">${listed.map(({token, verdict}) => html`<code class=${kinds[verdict] ?? "accepted"} title=${verdict}>${token}</code> `)}</p>`;
}

/** The stacks, each from the top down. */
function stackList({stacks}: GrammarTables): HTMLElement {
  return html`<details><summary>${stacks.length} ${stacks.length === 1 ? "stack" : "stacks"}, from the top down</summary><ul class="stacks">${stacks.map(({nodes}) => html`<li><code>${nodes}</code></li>`)}</ul></details>`;
}
