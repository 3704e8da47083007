import {gptqMethod} from "./gptq.js";
import {rotatedFast} from "./hadamard.js";
import {quantizationMethod} from "./method.js";

/** Rotation, then GPTQ: the weights of QuaRot. */
export const hadamardGptqMethod = quantizationMethod({
  id: "hadamard-gptq",
  label: "Rotation and GPTQ",
  source: "arXiv:2404.00456; GPTQ: arXiv:2210.17323",
  family: "rounding",
  params: gptqMethod.params,
  needs: ["calibration"],
  refuses: gptqMethod.refuses,
  steps: (params) => ({...gptqMethod.steps(params), transform: rotatedFast}),
});
