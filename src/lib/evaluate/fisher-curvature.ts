/** Sensitivity of a model to a tensor: the mean eigenvalue of the Fisher matrix, from predictions alone. */
import {hutchinsonTrace, type TraceOptions} from "../quant/hutchinson.js";
import type {Estimate} from "../stats/moments.js";
import type {Tensor} from "../tensor/tensor.js";

/** Length of a step along random signs over the root mean square of the values that it moves. */
const STEP = 0.02;

function movedAlong({data, shape}: Tensor, z: Float32Array, step: number): Tensor {
  return {shape: [...shape], data: data.map((value, i) => value + step * z[i])};
}

const rootMeanSquare = ({data}: Tensor): number =>
  Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);

/**
 * The mean eigenvalue of the Fisher matrix of a tensor's values: its trace by random signs over its size. The KL divergence of a
 * model from itself has no slope at it, and its second derivative is the Fisher matrix F (the Gauss-Newton part of the
 * Hessian of the loss), so that a small step e along z gives a divergence of e^2 z^T F z / 2. Half of it times the
 * squared error of a rounding is an estimate of the divergence that this rounding does. (HAWQ-V2, arXiv 1911.03852; arXiv
 * 2103.13630, section 4.2)
 * @param divergence mean KL divergence of the model as it is from that with the tensor replaced, in nats
 * @throws RangeError if the tensor has no values or all are zero, or as {@link hutchinsonTrace}.
 */
export async function fisherCurvature(
  weight: Tensor,
  divergence: (moved: Tensor) => Promise<number>,
  options: TraceOptions = {},
): Promise<Estimate> {
  const size = weight.data.length;
  const step = STEP * rootMeanSquare(weight);
  if (!(step > 0)) throw new RangeError(`fisherCurvature: weight must not be all zeros, got ${size} values`);
  const form = async (z: Float32Array) => (2 * (await divergence(movedAlong(weight, z, step)))) / step ** 2;
  const {value, standardError} = await hutchinsonTrace(size, form, options);
  return {value: value / size, standardError: standardError / size};
}
