/** The second derivatives of a linear layer's squared output error by its weights, for methods that compensate. */

import {choleskyOfInverse} from "../../tensor/cholesky.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import type {Calibration} from "./calibration.js";

/**
 * The Hessian of the squared output error as GPTQ counts it, 2 / samples times the sum of x x^T, [in, in]. Samples are
 * sequences, not tokens, as in the authors' code. (arXiv 2210.17323, section 3)
 */
export function gptqHessian({gram, samples}: Calibration): Float64Array {
  return gram.map((sum) => (2 / samples) * sum);
}

/** The damping of a compensation factor, as methods take it. */
export const dampingParam = {
  kind: "number",
  label: "Damping",
  help: "Added to the Hessian's diagonal, as a fraction of its mean.",
  min: 1e-6,
  max: 1,
  log: true,
  default: 0.01,
} as const;

/**
 * The upper triangle U with U^T U the inverse of the damped Hessian, [in, in]: row i of U holds how an error in input i is
 * best undone by the inputs after it. An input that was always zero has a diagonal of 1.
 * @param where name of the caller, as an error begins
 * @param damping added to the diagonal, as a fraction of its mean
 * @throws RangeError if the damping is no number above 0.
 */
export function compensationFactor(where: string, calibration: Calibration, damping: number): Float64Array {
  if (!(damping > 0 && damping < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${where}: damping must be a number above 0, got ${damping}`);
  }
  const {inputs: n} = calibration;
  const hessian = gptqHessian(calibration);
  let trace = 0;
  for (let k = 0; k < n * n; k += n + 1) {
    if (hessian[k] === 0) hessian[k] = 1;
    trace += hessian[k];
  }
  for (let k = 0; k < n * n; k += n + 1) hessian[k] = hessian[k] + (damping * trace) / n;
  return choleskyOfInverse(hessian, n);
}

/** The weight [out, in] with zeros for the inputs that were always zero: nothing can be said of them. */
export function withoutDeadInputs(w: Tensor, {gram, inputs}: Calibration): Tensor {
  const {columns} = matrixSize(w);
  const isDead = (column: number) => gram[column * inputs + column] === 0;
  return {shape: [...w.shape], data: w.data.map((value, k) => (isDead(k % columns) ? 0 : value))};
}

/**
 * Rounding, or pruning, of columns one after another. For each group of columns `beginGroup` sees the weights as compensated
 * so far and answers with the function that rounds a value of that group: where it takes its scales from them, the scales are
 * fresh.
 */
export interface ColumnRounding {
  /** Columns that are compensated among themselves before the rest is; scales may be refreshed at its borders. */
  readonly groupSize: number;
  /** `weights` [rows, columns] row-major, to be read in columns from .. to; not to be kept beyond the group. */
  beginGroup(
    weights: Float64Array,
    from: number,
    to: number,
  ): (row: number, column: number, value: number) => number;
}

/**
 * Changes a weight column after column; what a change did to the outputs is undone, as far as it goes, by the columns still
 * to come. (arXiv 2210.17323, section 3; arXiv 2301.00774, section 3)
 * @param w [out, in]
 * @param u by {@link compensationFactor}, [in, in]
 */
export function compensated(w: Tensor, u: Float64Array, {groupSize, beginGroup}: ColumnRounding): Tensor {
  const {rows, columns} = matrixSize(w);
  const weights = Float64Array.from(w.data);
  const rounded = new Float32Array(weights.length);
  for (let from = 0; from < columns; from += groupSize) {
    const to = Math.min(from + groupSize, columns);
    const round = beginGroup(weights, from, to);
    for (let row = 0; row < rows; row++) {
      const errors = new Float64Array(to - from);
      for (let column = from; column < to; column++) {
        const at = row * columns + column;
        const value = weights[at];
        rounded[at] = round(row, column, value);
        const error = (value - rounded[at]) / u[column * columns + column];
        errors[column - from] = error;
        subtractRow(weights, row * columns, u, column * columns, column + 1, to, error);
      }
      // The later columns once a group: this is what lets implementations on long rows run at memory speed.
      for (let i = from; i < to; i++)
        subtractRow(weights, row * columns, u, i * columns, to, columns, errors[i - from]);
    }
  }
  return {shape: [...w.shape], data: rounded};
}

/** a[i] -= factor * b[i] for the columns from .. to of a row of each. */
function subtractRow(
  a: Float64Array,
  aRow: number,
  b: Float64Array,
  bRow: number,
  from: number,
  to: number,
  factor: number,
): void {
  for (let i = from; i < to; i++) a[aRow + i] = a[aRow + i] - factor * b[bRow + i];
}
