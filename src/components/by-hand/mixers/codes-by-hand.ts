import {html, svg} from "htl";
import {quadraticCodeAttention} from "../../../lib/mixers/ecoformer/code-attention.js";
import {codeProduct} from "../../../lib/mixers/ecoformer/similarity-labels.js";
import {randomStream} from "../../../lib/tensor/random.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/** Keys of the drawing; the query is the last token. */
const TOKENS = 6;

/** The controls of the drawing. */
export const codesParams = {
  bits: {kind: "integer", label: "Bits of a code", min: 1, max: 16, default: 8},
  bias: {
    kind: "choice",
    label: "Bias multiplies",
    help: "The sum of all values seen, or the query's own value alone, as the released code has it.",
    options: ["all values", "own value"],
    default: "all values",
  },
  seed: {kind: "integer", label: "Other codes", min: 1, max: 20, default: 1},
} as const;

/** Codes of a few tokens. */
export interface CodesSetting {
  readonly bits: number;
  readonly bias: "all values" | "own value";
  readonly seed: number;
}

/** Codes of query and keys, products of them, and weights. */
export function codesOf({bits, bias, seed}: CodesSetting) {
  const stream = randomStream(seed, "codes by hand");
  const codes = () => Int8Array.from({length: TOKENS * bits}, () => (stream.uniform() < 0.5 ? -1 : 1));
  const [queries, keys] = [codes(), codes()];
  const values = new Float64Array(TOKENS).fill(1);
  const {weights} = quadraticCodeAttention({queries, keys, values, bits, valueWidth: 1, causal: true, bias});
  const last = TOKENS - 1;
  return {
    query: queries.slice(last * bits),
    keys: Array.from({length: TOKENS}, (_, j) => keys.slice(j * bits, (j + 1) * bits)),
    products: Array.from({length: TOKENS}, (_, j) => codeProduct(queries, last, keys, j, bits)),
    weights: weights.slice(last * TOKENS),
  };
}

/** The state in words. */
export function codesSays(setting: CodesSetting): string {
  const {weights} = codesOf(setting);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const most = weights.reduce((top, weight) => Math.max(top, weight), 0);
  return `Weights sum to ${numberText(sum, 3)}, and the largest is ${numberText(most, 3)}. A code that is the same weighs ${2 * setting.bits + 1} times as much as its opposite.`;
}

/** A line for each key: its bits, marked where they are the query's, and its weight as a bar. */
export function codesDrawing(setting: CodesSetting): HTMLElement {
  const {query, keys, products, weights} = codesOf(setting);
  const {bits} = setting;
  const cell = (bit: number, x: number, y: number, isSame: boolean) =>
    svg`<rect class=${isSame ? "same" : "differs"} x=${x + 0.05} y=${y + 0.05} width="0.9" height="0.9" /><text x=${x + 0.5} y=${y + 0.68} text-anchor="middle">${bit > 0 ? "+" : "−"}</text>`;
  const line = (code: ArrayLike<number>, y: number) =>
    Array.from(code, (bit, r) => cell(bit, r, y, bit === query[r]));
  const rows = keys.map((code, j) => {
    const y = j + 1.4;
    return svg`<g>${line(code, y)}<text x=${bits + 0.4} y=${y + 0.68}>${numberText(products[j], 3)} + ${bits + 1}</text><rect class="weight" x=${bits + 4.2} y=${y + 0.2} width=${Math.max(0, 8 * weights[j])} height="0.6" /></g>`;
  });
  const label = `Codes of ${TOKENS} keys beside that of a query, with their weights`;
  const drawing = svg`<svg class="code-cells" viewBox=${`0 0 ${bits + 12.4} ${TOKENS + 1.6}`} role="img" aria-label=${label}>${line(query, 0)}<text x=${bits + 0.4} y="0.68">the query</text>${rows}</svg>`;
  return captioned(
    "How much does each key weigh?",
    codesSays(setting),
    html`<div><p class="step-name">a line is a key's code, filled where the query has the same bit; then the product of the codes, the bias, and the weight</p>${drawing}</div>`,
  );
}
