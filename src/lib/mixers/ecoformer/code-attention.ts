import {requireInteger, requireLength} from "../../tensor/require.js";
import {countProducts, noOperations, type OperationCounts} from "../operation-counts.js";
import {codeProduct} from "./similarity-labels.js";

/** Codes of queries and keys, and values, of one head. */
export interface CodedHead {
  /** Codes of 1 and -1 [queries, bits], of the last tokens. */
  readonly queries: Int8Array;
  /** [tokens, bits] */
  readonly keys: Int8Array;
  /** [tokens, valueWidth] */
  readonly values: Float64Array;
  readonly bits: number;
  readonly valueWidth: number;
  /** Whether a query sees the keys up to its own place only. */
  readonly causal: boolean;
  /**
   * What the bias bits + 1 multiplies above the line: the sum of all values seen, as its kernel says, or a query's own value
   * alone, as the released code does, so that weights do not sum to one.
   */
  readonly bias?: "all values" | "own value";
}

/** Output of a head, with the arithmetic that it took. */
export interface CodedRun {
  /** [tokens, valueWidth] */
  readonly output: Float64Array;
  readonly counts: OperationCounts;
}

/**
 * Attention whose weights are products of codes plus bits + 1, so that all are at least 1, in one pass: of the keys only
 * sums are held, one a bit for each channel, and codes decide what is added and what subtracted.
 * (EcoFormer, arXiv:2209.09004, section 3.4)
 * @throws RangeError if codes and values do not fit.
 */
export function linearCodeAttention(head: CodedHead): CodedRun {
  const {tokens, asking} = checkHead("linearCodeAttention", head);
  const {queries, keys, values, bits, valueWidth, causal, bias = "all values"} = head;
  const counts = noOperations();
  const sums = {
    coded: new Float64Array(bits * valueWidth),
    codes: new Float64Array(bits),
    values: new Float64Array(valueWidth),
    keys: 0,
  };
  const take = (j: number) => {
    for (let r = 0; r < bits; r++) {
      const isPlus = keys[j * bits + r] > 0;
      sums.codes[r] = sums.codes[r] + (isPlus ? 1 : -1);
      for (let c = 0; c < valueWidth; c++) {
        const [at, value] = [r * valueWidth + c, values[j * valueWidth + c]];
        sums.coded[at] = isPlus ? sums.coded[at] + value : sums.coded[at] - value;
      }
    }
    for (let c = 0; c < valueWidth; c++) sums.values[c] = sums.values[c] + values[j * valueWidth + c];
    sums.keys += 1;
    counts.additions += bits * (1 + valueWidth) + valueWidth;
  };
  const output = new Float64Array(asking * valueWidth);
  for (let i = 0; i < asking; i++) {
    const place = tokens - asking + i;
    while (sums.keys < (causal ? place + 1 : tokens)) take(sums.keys);
    const own = values.subarray(place * valueWidth, (place + 1) * valueWidth);
    const extra = bias === "all values" ? sums.values : own;
    let weight = (bits + 1) * sums.keys;
    for (let r = 0; r < bits; r++) {
      weight = queries[i * bits + r] > 0 ? weight + sums.codes[r] : weight - sums.codes[r];
    }
    for (let c = 0; c < valueWidth; c++) {
      let sum = (bits + 1) * extra[c];
      for (let r = 0; r < bits; r++) {
        const value = sums.coded[r * valueWidth + c];
        sum = queries[i * bits + r] > 0 ? sum + value : sum - value;
      }
      output[i * valueWidth + c] = sum / weight;
    }
    counts.additions += bits * (1 + valueWidth);
    counts.multiplications += 1 + valueWidth;
    counts.divisions += valueWidth;
  }
  return {output, counts};
}

/** The same written out: a weight for each query and key, in a number of operations that grows with the square of the tokens. */
export function quadraticCodeAttention(head: CodedHead): CodedRun & {readonly weights: Float64Array} {
  const {tokens, asking} = checkHead("quadraticCodeAttention", head);
  const {values, valueWidth} = head;
  const counts = noOperations();
  const weights = codeWeights(head, tokens, asking, counts);
  const output = new Float64Array(asking * valueWidth);
  for (let i = 0; i < asking; i++) {
    for (let c = 0; c < valueWidth; c++) {
      let sum = 0;
      for (let j = 0; j < tokens; j++) sum += weights[i * tokens + j] * values[j * valueWidth + c];
      output[i * valueWidth + c] = sum;
    }
    countProducts(counts, (head.causal ? tokens - asking + i + 1 : tokens) * valueWidth);
  }
  return {output, counts, weights};
}

/** Weights of each key in each query's mix [queries, tokens]. */
function codeWeights(
  {queries, keys, bits, causal, bias = "all values"}: CodedHead,
  tokens: number,
  asking: number,
  counts: OperationCounts,
): Float64Array {
  const weights = new Float64Array(asking * tokens);
  for (let i = 0; i < asking; i++) {
    const place = tokens - asking + i;
    const seen = causal ? place + 1 : tokens;
    let total = 0;
    for (let j = 0; j < seen; j++) {
      const product = codeProduct(queries, i, keys, j, bits);
      total += product + bits + 1;
      const extra = bias === "all values" || place === j ? bits + 1 : 0;
      weights[i * tokens + j] = product + extra;
    }
    for (let j = 0; j < seen; j++) weights[i * tokens + j] = weights[i * tokens + j] / total;
    counts.additions += seen * (bits + 2);
    counts.divisions += seen;
  }
  return weights;
}

function checkHead(where: string, {queries, keys, values, bits, valueWidth}: CodedHead) {
  requireInteger(where, "bits", bits, 1);
  requireInteger(where, "valueWidth", valueWidth, 1);
  const [tokens, asking] = [keys.length / bits, queries.length / bits];
  requireInteger(where, "rows of keys", tokens, 1);
  requireInteger(where, "rows of queries", asking, 1, tokens);
  requireLength(where, "values", values, tokens * valueWidth);
  return {tokens, asking};
}
