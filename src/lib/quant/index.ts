/** Quantization methods built on number formats, for scripts: `paretoscope/quant`. */

export * from "../engine/calibration/calibration.js";
export {type ColumnRounding, gptqHessian} from "../engine/calibration/compensation.js";
export * from "../engine/calibration/input-statistics.js";
export * from "./activations.js";
export * from "./awq.js";
export * from "./frozen-grid.js";
export * from "./gptq.js";
export * from "./hadamard.js";
export * from "./hadamard-gptq.js";
export * from "./hqq.js";
export * from "./learned-levels/exponent.js";
export * from "./learned-levels/method.js";
export * from "./learned-levels/row.js";
export * from "./learned-rounding.js";
export * from "./llm-int8/method.js";
export * from "./llm-int8/product.js";
export * from "./measure.js";
export * from "./method.js";
export * from "./quantize-decoder.js";
export * from "./registry.js";
export * from "./rtn.js";
export * from "./sensitivity.js";
export * from "./smoothquant.js";
export * from "./training/e2m1-rounding.js";
export * from "./training/elastic.js";
export * from "./training/quartet.js";
