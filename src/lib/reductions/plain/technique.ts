import type {AttentionRow} from "../attention-row.js";
import {type Tally, tally} from "../counts.js";
import {type OrderSetting, type SoftmaxOrder, settingOf} from "../order.js";

/** Softmax as it is written: the largest score of all keys, then their exponentials and the sum, then the values. */
export const plainSoftmax: SoftmaxOrder = {
  id: "plain-softmax",
  label: "plain softmax",
  family: "baseline",
  source: "Attention Is All You Need, arXiv:1706.03762, equation 1",
  run(rows, given) {
    const setting = settingOf(given);
    const counts = tally();
    return {outputs: rows.map((row) => plainRow(row, setting, counts)), counts};
  },
};

function plainRow({scores, values, width}: AttentionRow, {round}: OrderSetting, counts: Tally): Float64Array {
  const largest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const output = new Float64Array(width);
  counts.scoresRead += 3 * scores.length;
  counts.tiles += scores.length > 0 ? 1 : 0;
  if (largest === Number.NEGATIVE_INFINITY) return output;
  const weights = scores.map((score) => round(Math.exp(round(score - largest))));
  const visible = scores.filter((score) => score > Number.NEGATIVE_INFINITY).length;
  counts.exponentials += visible;
  counts.divisions += visible;
  const sum = weights.reduce((total, weight) => round(total + weight), 0);
  weights.forEach((weight, key) => {
    const share = round(weight / sum);
    for (let d = 0; d < width; d++) output[d] = round(output[d] + round(share * values[key * width + d]));
  });
  return output;
}
