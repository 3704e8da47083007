import {html, svg} from "htl";
import {matchedTokens, matchingHead, sufficientSharpness} from "../../../lib/mixers/kronecker/match-three.js";
import {combinationWeights} from "../../../lib/mixers/kronecker/tensor-attention.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/** The list of numbers. */
const NUMBERS = [1, 4, 2, 6, 2, 5];

/** The controls of the drawing. */
export const pairsParams = {
  query: {kind: "integer", label: "Place of the query", min: 1, max: NUMBERS.length, default: 1},
  modulus: {kind: "integer", label: "Modulus", min: 3, max: 13, default: 7},
  sharpness: {
    kind: "number",
    label: "Sharpness",
    help: "1 suffices to decide every list.",
    min: 0.05,
    max: 1.5,
    step: 0.05,
    default: 0.6,
  },
} as const;

/** A query and the head that asks for its pairs. */
export interface PairsSetting {
  readonly query: number;
  readonly modulus: number;
  readonly sharpness: number;
}

/** Weights of all pairs for the query, the last row and column those of no match, and their sum without it. */
export function pairWeights({query, modulus, sharpness}: PairsSetting) {
  const numbers = NUMBERS.map((number) => number % modulus);
  const size = sharpness * sufficientSharpness({modulus, tokens: numbers.length});
  const weights = combinationWeights(matchingHead(numbers, modulus, size), query - 1);
  const side = numbers.length + 1;
  const share = weights.reduce(
    (sum, weight, at) => (at % side < side - 1 && Math.floor(at / side) < side - 1 ? sum + weight : sum),
    0,
  );
  return {numbers, weights, side, share, isMatched: matchedTokens(numbers, modulus)[query - 1] === 1};
}

/** The state in words. */
export function pairsSays(setting: PairsSetting): string {
  const {numbers, share, isMatched} = pairWeights(setting);
  const own = numbers[setting.query - 1];
  const decided = share > 0.5;
  return `${own} is ${isMatched ? "" : "not "}completed to a multiple of ${setting.modulus} by two of the numbers. The head puts ${numberText(100 * share, 3)} % of its weight on pairs, and so says ${decided ? "yes" : "no"}, which is ${decided === isMatched ? "right" : "wrong"}.`;
}

/** A cell for every pair, filled by its weight; framed where it completes the query. */
export function pairsDrawing(setting: PairsSetting): HTMLElement {
  const {numbers, weights, side} = pairWeights(setting);
  const most = weights.reduce((top, weight) => Math.max(top, weight), 0);
  const own = numbers[setting.query - 1];
  const names = [...numbers.map(String), "–"];
  const cells = Array.from(weights, (weight, at) => {
    const [j, k] = [Math.floor(at / side), at % side];
    const isMatch = j < side - 1 && k < side - 1 && (own + numbers[j] + numbers[k]) % setting.modulus === 0;
    return svg`<rect class=${isMatch ? "matched" : ""} x=${k + 1.05} y=${j + 1.05} width="0.9" height="0.9" fill-opacity=${weight / most} />`;
  });
  const heads = names.flatMap((name, at) => [
    svg`<text x=${at + 1.5} y="0.7" text-anchor="middle">${name}</text>`,
    svg`<text x="0.5" y=${at + 1.65} text-anchor="middle">${name}</text>`,
  ]);
  const drawing = svg`<svg class="pair-cells" viewBox=${`0 0 ${side + 1.1} ${side + 1.1}`} role="img" aria-label=${`Weights of all pairs for the number ${own}`}>${heads}${cells}</svg>`;
  return captioned(
    `Which pairs does the ${own} look at?`,
    pairsSays(setting),
    html`<div><p class="step-name">one number of the pair downwards ↓, the other →; framed: the sum with ${own} is a multiple of ${setting.modulus}; –: no match</p>${drawing}</div>`,
  );
}
