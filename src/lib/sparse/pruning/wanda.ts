import type {Calibration} from "../../engine/calibration/calibration.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {keepMask, masked} from "./keep-mask.js";
import {pruningMethod} from "./pruning-method.js";

/**
 * Wanda's score of every weight, |W_ij| times the root mean square of input j, [out, in]. A constant factor changes no order:
 * the paper's is the norm. (arXiv:2306.11695, equation 1)
 */
export function wandaScores({data}: Tensor, {gram, inputs, tokens}: Calibration): Float64Array {
  const sizes = Float64Array.from({length: inputs}, (_, j) => Math.sqrt(gram[j * inputs + j] / tokens));
  return Float64Array.from(data, (value, k) => Math.abs(value) * sizes[k % inputs]);
}

/** Wanda: a weight counts as much as it is large and as its input is large; in every row the least go. */
export const wanda = pruningMethod({
  id: "wanda",
  label: "Wanda",
  source: "arXiv:2306.11695, section 3",
  params: {},
  needs: ["calibration"],
  competes: "the weights of a row",
  compensates: false,
  prune(weight, pattern, inputs) {
    const scores = {values: wandaScores(weight, inputs), ...matrixSize(weight)};
    return {shape: [...weight.shape], data: masked(weight.data, keepMask(scores, pattern, "row"))};
  },
});
