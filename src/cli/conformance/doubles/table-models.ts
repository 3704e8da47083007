/** Models that are tables: what golden files of masked diffusion are run with. */

import type {Guide} from "../../../lib/diffusion/guide.js";
import type {MaskedModel} from "../../../lib/diffusion/masked-text.js";
import {softmax} from "../../../lib/tensor/softmax.js";
import type {GoldenTensor} from "../op.js";

/** Distances of the neighbours whose tokens move the logits, in the order of the first axis of the table. */
const NEIGHBOURS = [-2, -1, 1, 2];

/** A model with logits[i] = B[i] + sum over o of A[o][x[i + o]]; A is [4, vocab, vocab], B [positions, vocab]. */
export function tableMaskedModel(a: GoldenTensor, b: GoldenTensor, maskToken: number): MaskedModel {
  const vocabSize = b.shape[1];
  const rowOf = (x: readonly number[], at: number) => {
    const row = Float64Array.from(b.data.subarray(at * vocabSize, (at + 1) * vocabSize));
    NEIGHBOURS.forEach((distance, o) => {
      const token = x[at + distance];
      if (token === undefined) return;
      const from = (o * vocabSize + token) * vocabSize;
      for (let v = 0; v < vocabSize; v++) row[v] += a.data[from + v];
    });
    return row;
  };
  return {
    vocabSize,
    maskToken,
    open: () => ({
      predict: (x, {from, to}) => {
        const rows = Array.from({length: to - from}, (_, i) => rowOf(x, from + i));
        return {logits: rows.flatMap((row) => Array.from(row)), fed: {from, to}};
      },
    }),
  };
}

/** A guide whose logits after a token are a row of W [vocab, vocab]. */
export function tableGuide({data, shape}: GoldenTensor): Guide {
  const vocab = shape[1];
  return {
    open: () => ({
      judge(prefix, drafts) {
        const before = [...prefix.slice(-1), ...drafts.slice(0, -1)];
        const rows = before.map((token) => softmax(data.subarray(token * vocab, (token + 1) * vocab)));
        return {rows, work: {passes: 1, queries: drafts.length, pairs: 0, keys: 0}};
      },
    }),
  };
}
