import {rowProducts} from "../tensor/row-products.js";
import {softmaxInPlace} from "../tensor/softmax.js";
import {filled, forEachRow, type Importance, type Queries, selectionShape, visibleKeys} from "./selection.js";

/**
 * scale q·k, bent where attention has a soft cap, for every key that a query sees, -Infinity for the others; float64 [heads, T, L].
 * (arXiv:1706.03762, equation 1)
 * @throws RangeError as {@link selectionShape}.
 */
export function attentionLogits(input: Queries): Importance {
  const {heads, kvHeads} = input;
  const logits = filled(selectionShape("attentionLogits", input), Number.NEGATIVE_INFINITY);
  for (let h = 0; h < heads; h++) headLogits(logits, input, h, Math.floor((h * kvHeads) / heads));
  return logits;
}

/** Queries that are multiplied at once: the few keys of the block that only its later queries see cost less than they save. */
const BLOCK = 32;

/** The rows of one head, its queries a block at a time. */
function headLogits(logits: Importance, input: Queries, h: number, g: number): void {
  const {queries: T, keys: L, data} = logits;
  const {q, keys, heads, kvHeads, headDim, softcap} = input;
  const own = headRows(q, heads, h, headDim);
  const others = headRows(keys, kvHeads, g, headDim);
  const {scale = 1 / Math.sqrt(headDim)} = input;
  for (let first = 0; first < T; first += BLOCK) {
    const rows = Math.min(BLOCK, T - first);
    const seen = visibleKeys(logits, first + rows - 1);
    const block = own.subarray(first * headDim, (first + rows) * headDim);
    const products = rowProducts(block, rows, others.subarray(0, seen * headDim), seen, headDim);
    for (let r = 0; r < rows; r++) {
      const start = (h * T + first + r) * L;
      const visible = visibleKeys(logits, first + r);
      for (let j = 0; j < visible; j++) data[start + j] = products[r * seen + j] * scale;
      if (softcap === undefined) continue;
      for (let j = start; j < start + visible; j++) data[j] = softcap * Math.tanh(data[j] / softcap);
    }
  }
}

/** The rows of one head of x [rows, heads, headDim], side by side in float64. */
function headRows(x: Float32Array, heads: number, h: number, headDim: number): Float64Array {
  const rows = x.length / (heads * headDim);
  const own = new Float64Array(rows * headDim);
  for (let row = 0; row < rows; row++) {
    const from = (row * heads + h) * headDim;
    for (let c = 0; c < headDim; c++) own[row * headDim + c] = x[from + c];
  }
  return own;
}

/** The softmax of every row over the keys that its query sees; 0 for the others. */
export function softmaxRows(scores: Importance): Importance {
  const probabilities = filled(scores, 0);
  forEachRow(scores, (_h, _i, start, visible) => {
    probabilities.data.set(scores.data.subarray(start, start + visible), start);
    softmaxInPlace(probabilities.data, start, start + visible);
  });
  return probabilities;
}

/** Every row divided by the sum of the keys that its query sees; a row of nothing stays so. */
export function shareRows(scores: Importance): Importance {
  const shares = filled(scores, 0);
  forEachRow(scores, (_h, _i, start, visible) => {
    let sum = 0;
    for (let j = start; j < start + visible; j++) sum += scores.data[j];
    if (sum === 0) return;
    for (let j = start; j < start + visible; j++) shares.data[j] = scores.data[j] / sum;
  });
  return shares;
}

/** Every head gets the mean of all heads: what one mask for a whole layer looks at. [heads, T, L] */
export function meanOverHeads(scores: Importance): Importance {
  const mean = filled(scores, 0);
  const size = scores.queries * scores.keys;
  for (let at = 0; at < size; at++) {
    let sum = 0;
    for (let h = 0; h < scores.heads; h++) sum += scores.data[h * size + at];
    for (let h = 0; h < scores.heads; h++) mean.data[h * size + at] = sum / scores.heads;
  }
  return mean;
}
