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

/** Subtracts `factor` times row b from row a, from column `from` to `to`: the step of every compensation. */
export function subtractRow(
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
