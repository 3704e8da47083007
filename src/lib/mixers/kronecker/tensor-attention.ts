import {requireInteger, requireLength} from "../../tensor/require.js";
import {softmaxInPlace} from "../../tensor/softmax.js";
import {countProducts, noOperations, type OperationCounts} from "../operation-counts.js";

/** Queries and several lists of keys and values, which attention meets in all combinations. */
export interface TensorHead {
  /** [queries, width] */
  readonly q: Float64Array;
  /** A list of keys [tokens, width] for each place of a combination; one of them is attention as usual. */
  readonly keys: readonly Float64Array[];
  /** A list of values [tokens, valueWidth] for each place. */
  readonly values: readonly Float64Array[];
  readonly width: number;
  readonly valueWidth: number;
}

/** Output of a head, with the arithmetic that it took. */
export interface HeadRun {
  /** [queries, valueWidth] */
  readonly output: Float64Array;
  readonly counts: OperationCounts;
}

/**
 * Attention over all combinations of keys, summed one by one: the weight of (j, k, …) for query i is the softmax of
 * Σ_l q[i, l] k1[j, l] k2[k, l] … / width, and its value the product v1[j] v2[k] … in every channel. With two lists of keys
 * it takes a cubic number of products. (Kronecker computation, arXiv:2310.04064, definition 1.2)
 * @throws RangeError if a list is missing or does not fit the widths.
 */
export function tensorAttention(head: TensorHead): HeadRun {
  checkHead("tensorAttention", head);
  const {q, width, valueWidth} = head;
  const counts = noOperations();
  const output = new Float64Array((q.length / width) * valueWidth);
  for (let i = 0; i < q.length / width; i++) {
    const weights = combinationScores(q.subarray(i * width, (i + 1) * width), head, counts);
    softmaxInPlace(weights, 0, weights.length);
    counts.exponentials += weights.length;
    counts.additions += weights.length;
    counts.divisions += weights.length;
    output.set(mixedValues(weights, head, counts), i * valueWidth);
  }
  return {output, counts};
}

/** Weights of all combinations for one query, the last list of keys running fastest. @throws RangeError as {@link tensorAttention}. */
export function combinationWeights(head: TensorHead, query: number): Float64Array {
  checkHead("combinationWeights", head);
  const {q, width} = head;
  const weights = combinationScores(q.subarray(query * width, (query + 1) * width), head, noOperations());
  softmaxInPlace(weights, 0, weights.length);
  return weights;
}

/** Scores of all combinations, the last list of keys running fastest. */
function combinationScores(
  q: Float64Array,
  {keys, width}: TensorHead,
  counts: OperationCounts,
): Float64Array {
  let products = q;
  for (const list of keys.slice(0, -1)) {
    products = rowwiseProducts(products, list, width);
    counts.multiplications += products.length;
  }
  const last = keys[keys.length - 1];
  const [rows, tokens] = [products.length / width, last.length / width];
  const scores = new Float64Array(rows * tokens);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < tokens; k++) {
      let sum = 0;
      for (let l = 0; l < width; l++) sum += products[r * width + l] * last[k * width + l];
      scores[r * tokens + k] = sum / width;
    }
  }
  countProducts(counts, rows * tokens * width);
  counts.divisions += rows * tokens;
  return scores;
}

/** Every row of `a` times every row of `b`, number by number. */
function rowwiseProducts(a: Float64Array, b: Float64Array, width: number): Float64Array {
  const [rows, columns] = [a.length / width, b.length / width];
  const out = new Float64Array(rows * columns * width);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < columns; j++) {
      const at = (r * columns + j) * width;
      for (let l = 0; l < width; l++) out[at + l] = a[r * width + l] * b[j * width + l];
    }
  }
  return out;
}

/** The weights' mean of products of values: one list after the other is summed away, the last first. */
function mixedValues(
  weights: Float64Array,
  {values, valueWidth}: TensorHead,
  counts: OperationCounts,
): Float64Array {
  const last = values[values.length - 1];
  let mixed = sumOver(weights, 1, last, valueWidth);
  countProducts(counts, weights.length * valueWidth);
  for (const list of values.slice(0, -1).toReversed()) {
    countProducts(counts, mixed.length);
    mixed = sumOver(mixed, valueWidth, list, valueWidth);
  }
  return mixed;
}

/** Sums rows of values times their factors, which are one a row (`factors` 1) or one a channel. */
function sumOver(a: Float64Array, factors: number, values: Float64Array, width: number): Float64Array {
  const tokens = values.length / width;
  const rows = a.length / factors / tokens;
  const out = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < tokens; j++) {
      const at = (r * tokens + j) * factors;
      for (let c = 0; c < width; c++) {
        out[r * width + c] = out[r * width + c] + a[at + (factors === 1 ? 0 : c)] * values[j * width + c];
      }
    }
  }
  return out;
}

/** @throws RangeError naming the first list that is missing or does not fit. */
export function checkHead(where: string, {q, keys, values, width, valueWidth}: TensorHead): void {
  requireInteger(where, "width", width, 1);
  requireInteger(where, "valueWidth", valueWidth, 1);
  if (keys.length === 0 || keys.length !== values.length) {
    throw new RangeError(
      `${where}: keys must be at least one list, and values as many, got ${keys.length} and ${values.length}`,
    );
  }
  requireLength(where, "q", q, Math.round(q.length / width) * width);
  keys.forEach((list, at) => {
    const tokens = Math.round(list.length / width);
    requireLength(where, `keys[${at}]`, list, tokens * width);
    requireLength(where, `values[${at}]`, values[at], tokens * valueWidth);
  });
}
