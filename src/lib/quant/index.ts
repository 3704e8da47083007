/** Quantization methods built on number formats, for scripts: `paretoscope/quant`. */

export * from "./activations.js";
export * from "./awq.js";
export * from "./calibration.js";
export * from "./channel-scale.js";
export * from "./frozen-grid.js";
export * from "./gptq.js";
export * from "./hadamard-int8.js";
export * from "./integer-groups.js";
export * from "./measure.js";
export * from "./observers.js";
export * from "./rotation.js";
export * from "./rtn.js";
export * from "./sensitivity.js";
export * from "./smoothquant.js";
