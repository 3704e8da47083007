import type {Packed} from "../../formats/format.js";
import {requireInteger} from "../../tensor/require.js";
import {softmax} from "../../tensor/softmax.js";
import type {Tensor} from "../../tensor/tensor.js";
import {transpose} from "../../tensor/transpose.js";
import type {SparseForm} from "../sparse-form.js";

/** Keys and values of one head without their zeros. */
export interface SparseKv {
  /** [tokens, headDim]: a query times its transpose gives the scores. */
  readonly keys: Packed;
  /** [headDim, tokens]: the transpose of the values, so that probabilities times its transpose give the output. */
  readonly values: Packed;
}

/** A product of rows with the transpose of a matrix, by the definition or by a kernel that holds it. */
export type RowProduct = (x: Tensor) => Tensor;

/**
 * Packs keys and values [tokens, headDim] of one head, of which small entries were set to zero, for attention that reads
 * them as sparse matrices. (SparAMX, arXiv:2502.12444, section 5)
 * @throws RangeError if they do not hold whole tokens.
 */
export function packSparseKv(
  keys: Float32Array,
  values: Float32Array,
  headDim: number,
  form: SparseForm,
): SparseKv {
  requireInteger("packSparseKv", "headDim", headDim, 1);
  const tokens = keys.length / headDim;
  requireInteger("packSparseKv", "tokens", tokens, 1);
  if (values.length !== keys.length) {
    throw new RangeError(`packSparseKv: values must hold ${keys.length} numbers, got ${values.length}`);
  }
  return {
    keys: form.pack({shape: [tokens, headDim], data: keys}),
    values: form.pack({shape: [headDim, tokens], data: transpose(values, tokens, headDim)}),
  };
}

/**
 * Softmax attention of queries that see all keys: softmax(q K^T / sqrt(headDim)) V.
 * @param q [rows, headDim]
 * @param keys product with the packed keys, {@link SparseKv}
 * @param values product with the packed values
 */
export function sparseAttention(q: Tensor, keys: RowProduct, values: RowProduct): Tensor {
  const headDim = q.shape[q.shape.length - 1];
  const scores = keys(q);
  const tokens = scores.shape[scores.shape.length - 1];
  const scale = 1 / Math.sqrt(headDim);
  const data = new Float32Array(scores.data.length);
  for (let row = 0; row < data.length; row += tokens) {
    data.set(softmax(scores.data.subarray(row, row + tokens).map((score) => score * scale)), row);
  }
  return values({shape: scores.shape, data});
}
