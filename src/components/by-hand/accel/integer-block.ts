import {html} from "htl";
import {type BlockWeights, dequantAfter, dequantFirst} from "../../../lib/accel/hsa/dequant.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/** One output of a product with block-scaled integer weights, both ways: scales inside the sum, or after each block. */
export function integerBlock(x: Int8Array, weights: BlockWeights): HTMLElement {
  const {K, block, codes, exponents} = weights;
  const blocks = Array.from({length: Math.ceil(K / block)}, (_, b) => {
    const places = Array.from({length: Math.min(block, K - b * block)}, (_, i) => b * block + i);
    const sum = places.reduce((total, k) => total + codes[k] * x[k], 0);
    return {places, sum, exponent: exponents[b]};
  });
  const table = html`<div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="The product by hand"><table class="narrow">
      <thead><tr><th scope="col">block</th><th scope="col">weight codes, 4 bits</th><th scope="col">activations, 8 bits</th><th scope="col">integer sum</th><th scope="col">scale</th><th scope="col">shifted once</th></tr></thead>
      <tbody>${blocks.map(
        ({places, sum, exponent}, b) => html`<tr><td>${b}</td>
        <td><code>${places.map((k) => numberText(codes[k])).join(" ")}</code></td>
        <td><code>${places.map((k) => numberText(x[k])).join(" ")}</code></td>
        <td>${numberText(sum)}</td><td>2<sup>${numberText(exponent)}</sup></td><td>${numberText(sum * 2 ** exponent, 3)}</td></tr>`,
      )}</tbody>
    </table></div>
    </div>`;
  return captioned("Do shifts after the sum give the same product?", blockFinding(x, weights), table);
}

/** Both ways of the product in a sentence: what they give, and what they cost. */
export function blockFinding(x: Int8Array, weights: BlockWeights): string {
  const after = dequantAfter(x, weights);
  const first = dequantFirst(x, weights);
  const [sum, other] = [after.y[0], first.y[0]];
  const both =
    sum === other
      ? `Both ways give ${numberText(sum, 3)}, equal to the last bit`
      : `The two ways give ${numberText(sum)} and ${numberText(other)}`;
  return `${both}: with ${after.conversions} shifts after the integer sums, or ${first.conversions} conversions before them. ${after.accumulatorBits} bits hold every integer sum.`;
}
