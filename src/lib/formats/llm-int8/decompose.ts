/** The columns of an input that hold outliers: few columns hold nearly all of them, and only these are kept in 16 bits. */

import {requireNonNegative} from "../../tensor/require.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {roundHalfEven} from "../round.js";

/** The magnitude from which a value makes its column an outlier's. (LLM.int8(), arXiv 2208.07339, section 3.2) */
export const THRESHOLD = 6;

/**
 * Columns of x [tokens, in] with a magnitude of at least `threshold`, ascending; none for a threshold of 0, which is plain
 * vector-wise quantization.
 * @throws RangeError if the threshold is negative or no number.
 */
export function outlierColumns(x: Tensor, threshold: number): Uint32Array {
  requireNonNegative("outlierColumns", "threshold", threshold);
  const {columns} = matrixSize(x);
  const has = new Uint8Array(columns);
  if (threshold > 0) {
    for (let i = 0; i < x.data.length; i++) if (Math.abs(x.data[i]) >= threshold) has[i % columns] = 1;
  }
  return Uint32Array.from(has.keys()).filter((column) => has[column] === 1);
}

/** Largest code of a row or column. */
export const LARGEST = 127;

/** Rows in 8-bit integers: x = codes · scale / 127, the scale being the largest magnitude of the row, 1 for one of zeros. */
export interface Int8Rows {
  readonly codes: Int8Array;
  readonly scales: Float32Array;
}

/**
 * Rows of [rows, columns] in 8-bit integers, round half to even; `without` marks columns that count as zeros.
 */
export function int8Rows({data, shape}: Tensor, without: ReadonlySet<number> = new Set()): Int8Rows {
  const {rows, columns} = matrixSize({data, shape});
  const codes = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let largest = 0;
    for (let j = 0; j < columns; j++)
      if (!without.has(j)) largest = Math.max(largest, Math.abs(data[from + j]));
    scales[row] = largest === 0 ? 1 : largest;
    for (let j = 0; j < columns; j++) {
      if (!without.has(j)) codes[from + j] = roundHalfEven((LARGEST * data[from + j]) / scales[row]);
    }
  }
  return {codes, scales};
}
