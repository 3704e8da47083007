/** The product of LLM.int8(), executed: integers where no outlier is, and floats for the columns that have one. */

import {int8Rows, LARGEST, outlierColumns, THRESHOLD} from "../../formats/llm-int8/decompose.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";

/** Longest rows whose integer products cannot leave 32 bits: 2^31 / 127^2. */
export const LONGEST_EXACT = Math.floor(2 ** 31 / LARGEST ** 2);

/** Settings of the product. */
export interface LlmInt8Options {
  /** Magnitude from which a column is an outlier's; 0 makes all columns integers. */
  readonly threshold?: number;
  /**
   * The rows of W that meet outliers: `stored` as 8 bits give them back, which is all that inference has; `exact` before
   * rounding, as in training.
   */
  readonly outlierWeights?: "stored" | "exact";
}

/** A product and the share of values that went through integers. */
export interface LlmInt8Product {
  /** x W^T, [tokens, out]. */
  readonly y: Tensor;
  readonly columns: Uint32Array;
}

/** The sum of the products of two rows of codes, in 32-bit integers. */
function int32Dot(a: Int8Array, aFrom: number, b: Int8Array, bFrom: number, length: number): number {
  let sum = 0;
  for (let j = 0; j < length; j++) sum = (sum + a[aFrom + j] * b[bFrom + j]) | 0;
  return sum;
}

/**
 * x W^T of x [tokens, in] and W [out, in]: rows of x and of W in 8-bit integers with a scale each, summed in 32-bit integers
 * and multiplied by both scales once; columns of x with outliers by floats beside them. (LLM.int8(), arXiv 2208.07339,
 * section 3)
 * @throws RangeError if W has other columns than x, or rows are too long for 32 bits.
 */
export function llmInt8Product(
  x: Tensor,
  w: Tensor,
  {threshold = THRESHOLD, outlierWeights = "stored"}: LlmInt8Options = {},
): LlmInt8Product {
  const {rows, columns} = matrixSize(x);
  const {rows: out, columns: inputs} = matrixSize(w);
  if (inputs !== columns)
    throw new RangeError(`llmInt8Product: w must have the ${columns} columns of x, got ${inputs}`);
  if (columns > LONGEST_EXACT)
    throw new RangeError(`llmInt8Product: rows must hold at most ${LONGEST_EXACT} values, got ${columns}`);
  const outliers = outlierColumns(x, threshold);
  const xq = int8Rows(x, new Set(outliers));
  const wq = int8Rows(w);
  const weightOf = (row: number, column: number): number =>
    outlierWeights === "exact"
      ? w.data[row * columns + column]
      : (wq.codes[row * columns + column] * wq.scales[row]) / LARGEST;
  const data = new Float32Array(rows * out);
  for (let t = 0; t < rows; t++) {
    for (let k = 0; k < out; k++) {
      const integers = int32Dot(xq.codes, t * columns, wq.codes, k * columns, columns);
      const floats = outliers.reduce((sum, j) => sum + x.data[t * columns + j] * weightOf(k, j), 0);
      data[t * out + k] = (integers * xq.scales[t] * wq.scales[k]) / LARGEST ** 2 + floats;
    }
  }
  return {y: {shape: [...x.shape.slice(0, -1), out], data}, columns: outliers};
}
