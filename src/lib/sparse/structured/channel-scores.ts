/** Scores of a layer's input channels: how much its output would miss one. */

import type {Calibration} from "../../engine/calibration/calibration.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";

/**
 * Metrics of a channel j by the weights W [out, in] that read it and its values x.
 * - `WIFV`: Var(x_j) · sum_i W_ij^2: the squared error of the output where the channel is replaced by its mean
 * - `IFV`: Var(x_j)
 * - `WIFN`: mean_i |W_ij| · rms(x_j), Wanda's score of a whole column
 * - `norm`: the length of W's column, which looks at no text
 */
export const CHANNEL_METRICS = ["WIFV", "IFV", "WIFN", "norm"] as const;

/** The id of a metric. */
export type ChannelMetric = (typeof CHANNEL_METRICS)[number];

/** Variance of every input over the tokens, [in]. */
export function inputVariance({gram, mean, inputs, tokens}: Calibration): Float64Array {
  return mean.map((mu, j) => Math.max(0, gram[j * inputs + j] / tokens - mu * mu));
}

/**
 * Scores of the input channels of a weight, [in]. (FLAP, arXiv:2312.11983; CASIA-IVA-Lab/FLAP at 3bb57db, lib/prune.py:metrics)
 * @param inputs statistics of the channels; only `norm` does without
 * @throws RangeError if they are missing or of other inputs.
 */
export function channelScores(
  metric: ChannelMetric,
  weight: Tensor,
  inputs: Calibration | undefined,
): Float64Array {
  const {columns} = matrixSize(weight);
  if (metric === "norm") return columnSums(weight, (w) => w * w).map(Math.sqrt);
  if (inputs?.inputs !== columns) {
    throw new RangeError(
      `channelScores: inputs must be the statistics of ${columns} channels for ${metric}, got ${inputs ? inputs.inputs : "none"}`,
    );
  }
  if (metric === "WIFN") return timesMeanWeight(weight, inputs);
  const variance = inputVariance(inputs);
  if (metric === "IFV") return variance;
  const squares = columnSums(weight, (w) => w * w);
  return variance.map((v, j) => v * squares[j]);
}

function timesMeanWeight(weight: Tensor, {gram, inputs, tokens}: Calibration): Float64Array {
  const {rows} = matrixSize(weight);
  return columnSums(weight, Math.abs).map(
    (sum, j) => (sum / rows) * Math.sqrt(gram[j * inputs + j] / tokens),
  );
}

function columnSums(weight: Tensor, of: (w: number) => number): Float64Array {
  const {columns} = matrixSize(weight);
  const sums = new Float64Array(columns);
  weight.data.forEach((w, k) => {
    sums[k % columns] = sums[k % columns] + of(w);
  });
  return sums;
}
