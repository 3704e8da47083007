import {filled, forEachRow, type Importance, type Queries, selectionShape} from "./selection.js";

/**
 * q·k / sqrt(headDim) for every key that a query sees, -Infinity for the others; float64 [heads, T, L].
 * (arXiv:1706.03762, equation 1)
 * @throws RangeError as {@link selectionShape}.
 */
export function attentionLogits(input: Queries): Importance {
  const {q, keys, heads, kvHeads, headDim} = input;
  const logits = filled(selectionShape("attentionLogits", input), Number.NEGATIVE_INFINITY);
  const scale = 1 / Math.sqrt(headDim);
  forEachRow(logits, (h, i, start, visible) => {
    const query = (i * heads + h) * headDim;
    const g = Math.floor((h * kvHeads) / heads);
    for (let j = 0; j < visible; j++) {
      const key = (j * kvHeads + g) * headDim;
      let sum = 0;
      for (let c = 0; c < headDim; c++) sum += q[query + c]! * keys[key + c]!;
      logits.data[start + j] = sum * scale;
    }
  });
  return logits;
}

/** The softmax of every row over the keys that its query sees; 0 for the others. */
export function softmaxRows(scores: Importance): Importance {
  const probabilities = filled(scores, 0);
  const p = probabilities.data;
  forEachRow(scores, (_h, _i, start, visible) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let j = start; j < start + visible; j++) top = Math.max(top, scores.data[j]!);
    let sum = 0;
    for (let j = start; j < start + visible; j++) {
      p[j] = Math.exp(scores.data[j]! - top);
      sum += p[j]!;
    }
    for (let j = start; j < start + visible; j++) p[j] = p[j]! / sum;
  });
  return probabilities;
}

/** Every head gets the mean of all heads: what one mask for a whole layer looks at. [heads, T, L] */
export function meanOverHeads(scores: Importance): Importance {
  const mean = filled(scores, 0);
  const size = scores.queries * scores.keys;
  for (let at = 0; at < size; at++) {
    let sum = 0;
    for (let h = 0; h < scores.heads; h++) sum += scores.data[h * size + at]!;
    for (let h = 0; h < scores.heads; h++) mean.data[h * size + at] = sum / scores.heads;
  }
  return mean;
}
