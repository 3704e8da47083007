import {html, svg} from "htl";
import type {Row, TableRows} from "../../../lib/experiment/columns.js";
import type {expertsOfSentence} from "../../../lib/experiments/experts/one-sentence.js";
import {mixtures} from "../../../lib/experts/registry.js";
import type {ParamValues} from "../../../lib/technique/params.js";
import {player} from "../../kit/player.js";
import {captioned} from "../../kit/text/captioned.js";

type Weight = Row<(typeof expertsOfSentence)["columns"]>;
type Setting = ParamValues<(typeof expertsOfSentence)["params"]>;
type Tables = TableRows<(typeof expertsOfSentence)["columns"], (typeof expertsOfSentence)["tables"]>;
type Token = Tables["tokens"][number];

/** Faintest mark of an expert that a token passes. */
const FAINTEST = 0.25;

/** A sentence token by token: a column of experts for each, darker with their weight, and those that were not loaded before. */
export function routingView(rows: readonly Weight[], {mixture, layer}: Setting, tables: object): HTMLElement {
  const {tokens} = tables as Tables;
  let at = tokens.length - 1;
  const place = html`<div></div>`;
  const show = (token: number): void => {
    at = token;
    place.replaceChildren(sentence(rows, tokens, at));
  };
  show(at);
  const steps = player({
    label: "tokens",
    first: 0,
    last: () => tokens.length - 1,
    at: () => at,
    go: show,
    pause: 500,
  });
  return captioned(
    `Which experts does each token pass in layer ${layer} of ${mixtures.byId(mixture).label}?`,
    routingFinding(tokens),
    html`<div>${steps}${place}</div>`,
  );
}

/** Experts that the whole sentence loads, and those of a token. */
export function routingFinding(tokens: readonly Token[]): string {
  const [last] = tokens.slice(-1);
  if (last === undefined) return "";
  const mean = tokens.reduce((sum, {experts}) => sum + experts, 0) / tokens.length;
  const fresh = tokens.slice(8).reduce((sum, token) => sum + token.fresh, 0);
  const late =
    tokens.length > 8
      ? ` ${fresh === 0 ? "None" : fresh} of these ${fresh === 1 ? "is" : "are"} loaded after the first eight tokens.`
      : "";
  return `A token passes ${mean.toFixed(1)} of ${last.of} experts on average; the whole sentence loads ${last.loaded}.${late}`;
}

function sentence(rows: readonly Weight[], tokens: readonly Token[], at: number): HTMLElement {
  const {experts, fresh, idle, word} = tokens[at];
  const without = idle === 0 ? "" : `, ${idle} without matrices`;
  return html`<div class="routing">
    <p class="draft-text">${tokens.map((token) => html`<span class=${token.token === at ? "written" : token.token < at ? "" : "muted"}>${token.word}</span> `)}</p>
    <p class="block-facts"><strong>${word}</strong> <span>${experts} ${experts === 1 ? "expert" : "experts"}${without}; ${fresh} not loaded before</span></p>
    ${grid(
      rows.filter(({token}) => token <= at),
      tokens,
    )}
  </div>`;
}

/** Experts upwards, tokens to the right. */
function grid(rows: readonly Weight[], tokens: readonly Token[]): SVGElement {
  const count = Math.max(tokens[0].of, 1 + rows.reduce((most, {expert}) => Math.max(most, expert), 0));
  const largest = rows.reduce((most, {weight}) => Math.max(most, weight), 0);
  const seen = new Set<number>();
  const cells = rows.map(({token, expert, weight, multiplies}) => {
    const isFresh = multiplies && !seen.has(expert);
    seen.add(expert);
    const opacity = FAINTEST + (1 - FAINTEST) * (weight / largest);
    const kind = multiplies ? (isFresh ? "expert fresh" : "expert") : "idle";
    return svg`<rect class=${kind} opacity=${opacity} x=${token + 0.06} y=${count - 1 - expert + 0.06} width="0.88" height="0.88" />`;
  });
  return svg`<svg class="expert-cells" preserveAspectRatio="none" viewBox=${`-0.1 -0.1 ${tokens.length + 0.2} ${count + 0.2}`} role="img" aria-label="Experts upwards, the first at the bottom; tokens to the right">
    <rect class="ground" width=${tokens.length} height=${count} />${cells}</svg>`;
}
