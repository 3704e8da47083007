import {type Format, packedBytes} from "../formats/format.js";
import {addErrors, errorOfSums, NO_ERROR_SUMS} from "../tensor/error.js";
import {matrixSize, type Tensor} from "../tensor/tensor.js";
import type {MeasuredParts} from "./measure.js";

/** Elements that are measured at once. */
const AT_ONCE = 2 ** 18;

/** A measure, and the error where each column counts by its importance. */
export interface WeighedMeasure extends MeasuredParts {
  /** Sum of w (x - y)^2 over that of w x^2: what the error does to the products with inputs of these mean squares. */
  readonly weighedError: number;
}

/**
 * Measures a format on a matrix whose columns have an importance, which the format uses where it can.
 * @param importance a weight for each column
 * @param atMost elements of a part, no more than are measured at once in any case
 * @throws whatever the format throws.
 */
export function measureWeighed(
  format: Format,
  x: Tensor,
  importance: Float32Array,
  atMost = AT_ONCE,
): WeighedMeasure {
  const {rows, columns} = matrixSize(x);
  const fit = Math.floor(Math.min(AT_ONCE, atMost) / columns);
  const some = format.rows === "alone" ? Math.max(1, fit) : rows;
  const options = format.weighsErrors ? {importance} : {};
  let [sums, weighed, bytes] = [NO_ERROR_SUMS, {noise: 0, signal: 0}, 0];
  const partMses: number[] = [];
  for (let row = 0; row < rows; row += some) {
    const data = x.data.subarray(row * columns, Math.min(rows, row + some) * columns);
    const packed = format.encode({shape: [data.length / columns, columns], data}, options);
    const y = format.decode(packed).data;
    const before = sums;
    sums = addErrors(sums, data, y);
    weighed = addWeighed(weighed, importance, data, y);
    partMses.push((sums.noise - before.noise) / data.length);
    bytes += packedBytes(packed);
  }
  const weighedError = weighed.noise === 0 ? 0 : weighed.noise / weighed.signal;
  return {bitsPerElement: (8 * bytes) / sums.elements, ...errorOfSums(sums), partMses, weighedError};
}

function addWeighed(
  sums: {readonly noise: number; readonly signal: number},
  importance: Float32Array,
  x: Float32Array,
  y: Float32Array,
) {
  const columns = importance.length;
  let {noise, signal} = sums;
  for (let from = 0; from < x.length; from += columns) {
    for (let i = 0; i < columns; i++) {
      const a = x[from + i];
      const difference = a - y[from + i];
      noise += importance[i] * difference * difference;
      signal += importance[i] * a * a;
    }
  }
  return {noise, signal};
}
