import {html} from "htl";
import type {numbers} from "../../../lib/experiments/regress/numbers.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";

/** A number in a scheme. */
export type NumberRow = RowOf<typeof numbers>;

/** Names of the schemes as prose has them. */
const TITLES: Readonly<Record<string, string>> = {p10: "P10", ieee: "IEEE-like", normalized: "normalized"};

/** Every number in every scheme, token by token. */
export function numberTokensView(rows: readonly NumberRow[]): HTMLElement {
  const schemes = [...new Set(rows.map(({scheme}) => scheme))];
  return captioned(
    "How is each number written?",
    numbersFinding(rows),
    html`<div class="table-scroll" tabindex="0" role="group" aria-label="Numbers token by token"><table class="number-tokens narrow">
      <thead><tr><th>scheme</th><th>number</th><th>tokens</th><th>comes back as</th><th>lost</th></tr></thead>
      ${schemes.map((scheme) => html`<tbody>${rows.filter((row) => row.scheme === scheme).map(numberRow)}</tbody>`)}
    </table></div>`,
  );
}

const numberRow = ({scheme, number, tokens, decoded, loss, note}: NumberRow, i: number): HTMLElement =>
  html`<tr>${i === 0 ? html`<th scope="rowgroup">${TITLES[scheme] ?? scheme}</th>` : html`<td></td>`}<td>${number}</td><td class="token-row">${
    tokens === null ? html`<span class="muted">${note}</span>` : tokenCells(tokens)
  }</td><td>${comesBack(decoded)}</td><td>${lostText(loss)}</td></tr>`;

/** A token a cell; a special value, which is one token again and again, once. */
function tokenCells(tokens: readonly string[]): (HTMLElement | string)[] {
  const isRepeated = tokens[0].length > 3 && tokens.every((token) => token === tokens[0]);
  const shown = isRepeated ? tokens.slice(0, 1) : tokens;
  const cells = shown.map((token) => html`<code>${token.slice(1, -1)}</code>`);
  return isRepeated ? [...cells, `${tokens.length} times`] : cells;
}

const comesBack = (decoded: string | null): string =>
  decoded === null ? "" : Number.isFinite(Number(decoded)) ? numberText(Number(decoded), 6) : decoded;

/** Losses below this are of the double, not of the digits. */
const NOTHING = 1e-7;

const lostText = (loss: number | null): string => {
  if (loss === null) return "";
  return loss < NOTHING ? "nothing" : `${numberText(100 * loss, 2)} %`;
};

/** Part of a number that its digits lose, of those that a scheme can hold. */
function worstWithin(rows: readonly NumberRow[]): NumberRow | undefined {
  const held = rows.filter(({loss}) => loss !== null && loss < 0.5);
  return held.toSorted((a, b) => (b.loss ?? 0) - (a.loss ?? 0))[0];
}

/** The most that P10 loses of a number in its range, and the numbers that leave it. */
export function numbersFinding(rows: readonly NumberRow[]): string {
  const own = rows.filter(({scheme}) => scheme === "p10");
  const worst = worstWithin(own);
  const outside = own.filter(({loss}) => loss !== null && loss >= 0.5);
  const first = own.find(({tokens}) => tokens !== null);
  if (worst === undefined || first === undefined) return "None of these numbers is within the range of P10.";
  const lost = lostText(worst.loss);
  const beyond =
    outside.length === 0
      ? ""
      : ` Beyond the powers of ten that have a token, ${outside.map(({number, decoded}) => `${number} becomes ${comesBack(decoded)}`).join(" and ")}.`;
  return `P10 writes every number in ${first.tokens?.length} tokens and loses ${lost === "nothing" ? "nothing" : `at most ${lost}`} of those within its range.${beyond}`;
}
