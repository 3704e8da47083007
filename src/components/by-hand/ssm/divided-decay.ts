import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/**
 * A pair of tokens in one chunk, in float32: its decay as the quotient of what is left of both, and as the exponential
 * of what lies between them.
 */
export interface DividedPair {
  /** The earlier token, from 1. */
  readonly token: number;
  /** e^(b_last) and e^(-b_j) as float32 keeps them. */
  readonly queryFactor: number;
  readonly keyFactor: number;
  readonly divided: number;
  readonly direct: number;
}

/** All pairs of the last of `tokens` tokens, each of which keeps e^-rate. */
export function dividedPairs(rate: number, tokens: number): DividedPair[] {
  const queryFactor = Math.fround(Math.exp(-rate * tokens));
  return Array.from({length: tokens}, (_, j) => {
    const keyFactor = Math.fround(Math.exp(rate * (j + 1)));
    return {
      token: j + 1,
      queryFactor,
      keyFactor,
      divided: Math.fround(queryFactor * keyFactor),
      direct: Math.fround(Math.exp(-rate * (tokens - j - 1))),
    };
  });
}

/** The decays of a chunk both ways, number by number. */
export function dividedDecay(rate: number, tokens: number): HTMLElement {
  const pairs = dividedPairs(rate, tokens);
  const wrong = pairs.filter(({divided, direct}) => !(Math.abs(divided - direct) <= 1e-3 * direct));
  const row = ({token, queryFactor, keyFactor, divided, direct}: DividedPair) => {
    const bad = !(Math.abs(divided - direct) <= 1e-3 * direct);
    return html`<tr><th scope="row">${token}</th><td>${numberText(queryFactor, 3)}</td><td>${numberText(keyFactor, 3)}</td>
      <td class=${bad ? "no-number" : null}>${Number.isNaN(divided) ? "no number" : numberText(divided, 3)}</td><td>${numberText(direct, 3)}</td></tr>`;
  };
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Decays by quotient and directly"><table class="numbers">
    <thead><tr><th scope="col">from token</th><th scope="col">query factor: decay to the last</th><th scope="col">key factor: 1 / decay to this one</th><th scope="col">product of both</th><th scope="col">decay from the sum of logarithms</th></tr></thead>
    <tbody>${pairs.map(row)}</tbody>
  </table></div>`;
  const finding =
    wrong.length === 0
      ? `All ${tokens} decays to the last token come out right both ways.`
      : `As a product of two factors, ${wrong.length} of the ${tokens} decays to the last token ${wrong.length === 1 ? "is" : "are"} off by more than a thousandth, infinite or no number; the exponential of the difference is right each time.`;
  return captioned("Is the decay between two tokens still right as a quotient?", finding, table);
}
