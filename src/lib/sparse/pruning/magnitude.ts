import {matrixSize} from "../../tensor/tensor.js";
import {keepMask, masked} from "./keep-mask.js";
import {pruningMethod} from "./pruning-method.js";

/** Magnitude pruning: the smallest weights of a matrix go, whatever they are multiplied by. */
export const magnitude = pruningMethod({
  id: "magnitude",
  label: "Magnitude",
  source: "arXiv:1506.02626, section 3; the baseline of arXiv:2306.11695",
  params: {},
  needs: [],
  competes: "all weights of a matrix",
  compensates: false,
  prune(weight, pattern) {
    const values = Float64Array.from(weight.data, Math.abs);
    const mask = keepMask({values, ...matrixSize(weight)}, pattern, "matrix");
    return {shape: [...weight.shape], data: masked(weight.data, mask)};
  },
});
