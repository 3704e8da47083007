/** SmoothQuant: outlier channels of an activation are divided down and the weights that read them multiplied up. */

import {requireShare} from "../../tensor/require.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {divideRows, scaleColumns} from "./channel-scale.js";

/** A norm and the linear layers that read its output. */
export interface NormAndReaders {
  /** The norm's gain [in]; its output is gain * normalized x. */
  readonly gain: Tensor;
  /** The norm's bias [in], if it has one. */
  readonly bias?: Tensor;
  /** Weights [out, in] of every linear layer that reads the norm's output. */
  readonly weights: readonly Tensor[];
}

/** The same function of x, with the scales moved. */
export interface Smoothed extends NormAndReaders {
  /** s [in]: the divisor of each channel of the activation. */
  readonly scales: Float32Array;
}

const FLOOR = 1e-5;

/**
 * The migration scales s_j = max|X_j|^alpha / max|W_j|^(1 - alpha), the weight's maximum taken over all layers that
 * share the input; that maximum and s are at least 1e-5. alpha 0.5 splits the difficulty evenly, 1 gives all of it to
 * the weights. (arXiv 2211.10438, equation 4)
 * @param maxAbs largest |X_j| over the calibration tokens, [in].
 * @throws RangeError if alpha is not in 0 .. 1, a maximum is negative or not finite, or a weight has other columns.
 */
export function smoothingScales(
  maxAbs: ArrayLike<number>,
  weights: readonly Tensor[],
  alpha = 0.5,
): Float32Array {
  requireShare("smoothingScales", "alpha", alpha);
  const largest = largestByColumn(weights, maxAbs.length);
  return Float32Array.from(maxAbs, (x, j) => {
    if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`smoothingScales: maxAbs must be finite and at least 0, got ${x} at index ${j}`);
    }
    return Math.max(FLOOR, x ** alpha / Math.max(FLOOR, largest[j]) ** (1 - alpha));
  });
}

/**
 * Moves the scales: gain / s (and bias / s) in the norm, W diag(s) in its readers. The product of float weights and
 * activations stays as it was, to rounding.
 * @throws RangeError as {@link smoothingScales}.
 */
export function smoothQuant(
  {gain, bias, weights}: NormAndReaders,
  maxAbs: ArrayLike<number>,
  alpha = 0.5,
): Smoothed {
  const scales = smoothingScales(maxAbs, weights, alpha);
  return {
    scales,
    gain: divideRows(gain, scales),
    ...(bias && {bias: divideRows(bias, scales)}),
    weights: weights.map((w) => scaleColumns(w, scales)),
  };
}

function largestByColumn(weights: readonly Tensor[], columns: number): Float64Array {
  const largest = new Float64Array(columns);
  for (const w of weights) {
    if (matrixSize(w).columns !== columns) {
      throw new RangeError(
        `smoothingScales: every weight must have ${columns} columns, got shape [${w.shape.join(", ")}]`,
      );
    }
    for (let k = 0; k < w.data.length; k++) {
      const magnitude = Math.abs(w.data[k]);
      if (magnitude > largest[k % columns]) largest[k % columns] = magnitude;
    }
  }
  return largest;
}
