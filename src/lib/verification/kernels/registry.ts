import {registry} from "../../technique/registry.js";
import {groupMaximum, hadamard, requantize, scan, softmax, unpack} from "./passes.js";
import {convolution, dot, gemm, gemv, lookup, planes} from "./products.js";

/** Small integer forms of what this project's kernels do, in the order in which pages show them. */
export const testedKernels = registry("tested kernels", [
  dot,
  gemv,
  gemm,
  convolution,
  planes,
  lookup,
  softmax,
  scan,
  requantize,
  unpack,
  hadamard,
  groupMaximum,
]);
