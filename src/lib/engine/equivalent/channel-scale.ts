/** Moving a scale of each channel across a product: W x = (W diag(s)) (x / s). */

import {matrixSize, type Tensor} from "../../tensor/tensor.js";

/**
 * W [out, in] with column j times s_j: for inputs that are divided by s.
 * @throws RangeError unless there is one scale a column.
 */
export function scaleColumns(w: Tensor, scales: ArrayLike<number>): Tensor {
  const {columns} = matrixSize(w);
  requireLength("scaleColumns", scales, columns);
  return {shape: [...w.shape], data: w.data.map((value, k) => value * scales[k % columns])};
}

/**
 * W [out, in] with row i divided by s_i, or a vector (a norm's gain, a bias) with each entry divided: its output is then
 * the input that {@link scaleColumns} expects.
 * @throws RangeError unless there is one scale a row.
 */
export function divideRows(w: Tensor, scales: ArrayLike<number>): Tensor {
  const rows = w.shape[0] ?? 0;
  requireLength("divideRows", scales, rows);
  const perRow = w.data.length / rows;
  return {shape: [...w.shape], data: w.data.map((value, k) => value / scales[Math.floor(k / perRow)])};
}

function requireLength(where: string, scales: ArrayLike<number>, length: number): void {
  if (scales.length !== length) {
    throw new RangeError(`${where}: scales must hold ${length} numbers, got ${scales.length}`);
  }
}
