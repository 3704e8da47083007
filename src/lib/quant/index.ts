/** Quantization methods built on number formats, for scripts: `paretoscope/quant`. */

export * from "./activations.js";
export * from "./awq.js";
export * from "./calibration.js";
export * from "./frozen-grid.js";
export * from "./gptq.js";
export * from "./hadamard-int8.js";
export * from "./integer-groups.js";
export * from "./measure.js";
export * from "./quantize-decoder.js";
export * from "./rtn.js";
export * from "./sensitivity.js";
